// P3: one card per incident whatever becomes of the calls that post it; P14: its edits cost little.
import { describe, expect, it } from 'vitest'
import { alertBody, envelope, startWorld } from '../support/world.ts'
import { OOM, bot, broken, card, fire, replies, timeline, told } from './support.ts'

describe('P3: one card', { timeout: 60_000 }, () => {
  it('is adopted when the reply to its post was lost', async () => {
    const world = await startWorld()
    world.slack.faults.add({ kind: 'lost_reply', match: 'chat.postMessage' })
    await fire(world)
    expect(world.cards()).toHaveLength(1)
    await world.clock.advance(3_000)
    const posts = world.slack.state().calls['chat.postMessage'] ?? 0
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => card(world).includes('Acknowledged'), 'the edit of the adopted card', 500)
    expect(world.cards()).toHaveLength(1)
    expect(posts - replies(world).length).toBe(1)
    expect(world.slack.state().calls['conversations.history']).toBeGreaterThanOrEqual(1)
    const kinds = (await timeline(world)).map((one) => one.kind).filter((kind) => kind.startsWith('card_'))
    expect(kinds).toEqual(['card_undelivered', 'card_adopted'])
  })

  it('is posted once after a 500, a dropped connection and a request to slow down', async () => {
    const world = await startWorld()
    for (const kind of ['server_error', 'drop_connection', 'rate_limited'] as const)
      world.slack.faults.add({ kind, match: 'chat.postMessage', retryAfter: 2 })
    await fire(world)
    await world.until(() => world.cards().length > 0, 'the card', 1_000)
    await world.clock.advance(45_000)
    expect(world.cards()).toHaveLength(1)
    expect(world.slack.faults.list()).toEqual([])
  })

  it('loses its late twin: a post that landed after it had been repeated is deleted', async () => {
    const world = await startWorld()
    world.slack.faults.add({ kind: 'drop_connection', match: 'chat.postMessage' })
    await fire(world)
    await world.until(() => world.cards().length === 1, 'the card', 500)
    const [first] = world.cards()
    const { id } = await world.store.db.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
    await bot(world).chat.postMessage({
      channel: 'C0DATA',
      text: 'the first post, late',
      metadata: { event_type: 'arrestor_card', event_payload: { incident: id } },
    })
    expect(world.cards()).toHaveLength(2)
    await world.until(() => world.cards().length === 1, 'the end of the twin', 5_000)
    expect(world.cards()[0]?.ts).toBe(first?.ts)
  })

  it('is posted anew when somebody deletes it, and its thread goes on there', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    const old = world.cards()[0]?.ts ?? ''
    await bot(world).chat.delete({ channel: 'C0DATA', ts: old })
    await world.slack.command({ user: 'U0ALICE', channel: 'C0DATA', command: '/spark', text: 'ack 1' })
    const fresh = (): string | undefined => world.cards().find((one) => one.ts !== old)?.ts
    await world.until(() => fresh() !== undefined, 'the new card', 500)
    await world.press('U0BOB', 'act', { ts: fresh() ?? '' })
    await world.until(
      () => replies(world).some((one) => one.thread_ts === fresh()),
      'a reply under the new card',
      1_000,
    )
    expect(await timeline(world)).toContainEqual(
      expect.objectContaining({ kind: 'card_posted', reason: 'the card before it is gone' }),
    )
    expect(world.cards().filter((one) => one.text.startsWith('#'))).toHaveLength(1)
    expect(world.spark.applications().find((app) => app.appId === appId)?.state).toBe('KILLED')
  })

  it.each([
    { after: 'the post, before its record', posted: true },
    { after: 'the claim, before the post', posted: false },
  ])('survives a crash between $after', async ({ posted }) => {
    const world = await startWorld()
    await fire(world)
    const [first] = world.cards()
    if (!posted) await bot(world).chat.delete({ channel: 'C0DATA', ts: first?.ts ?? '' })
    await world.restart({
      kill: true,
      meanwhile: async (store) => {
        const past = new Date(world.clock.now().getTime() - 1_000)
        await store.db
          .updateTable('outbox')
          .set({ state: 'sending', lease_until: past, next_at: past, external_id: null, delivered_version: 0, first_tried_at: past, may_have_happened: false })
          .where('destination', '=', 'slack.card')
          .execute()
      },
    })
    await world.until(async () => {
      const row = await world.store.db.selectFrom('outbox').select('external_id').where('destination', '=', 'slack.card').executeTakeFirst()
      return row?.external_id !== null
    }, 'the delivery', 500)
    const cards = world.cards().filter((one) => one.text.startsWith('#'))
    expect(cards).toHaveLength(1)
    expect(cards[0]?.ts === first?.ts).toBe(posted)
  }) // prettier-ignore
})

describe('the thread', { timeout: 60_000 }, () => {
  it('has each entry once and in order although replies were lost', async () => {
    const world = await startWorld()
    await broken(world)
    // Files are uploaded beside the entries, at most once.
    const entries = (): (string | undefined)[] =>
      replies(world)
        .filter(({ text }) => text !== 'Captured evidence')
        .map((one) => one.text.split(/[ :*]+/).find((word) => word !== ''))
    await world.until(() => entries().length === 2, 'what was found and captured')
    expect(entries()).toEqual(['Diagnosis', 'Evidence'])
    world.slack.faults.add({ kind: 'lost_reply', match: 'chat.postMessage', count: 1 })
    world.slack.faults.add({ kind: 'server_error', match: 'chat.postMessage', count: 1 })
    await world.press('U0BOB', 'act')
    await world.until(() => entries().includes('Verified'), 'the verification', 1_000)
    await world.clock.advance(40_000)
    // Evidence is captured once more before the kill.
    expect(entries()).toEqual(['Diagnosis', 'Evidence', 'Evidence', 'Kill', 'Verified'])
  }) // prettier-ignore
})

describe('a channel that does not take messages', { timeout: 60_000 }, () => {
  it.each(['not_in_channel', 'channel_not_found'])('is named once (%s), and the cards come when it is mended', async (error) => {
    const world = await startWorld(
      error === 'not_in_channel'
        ? { workspace: (seed) => ({ ...seed, scopes: [...(seed.scopes ?? []), 'channels:join'], channels: seed.channels.map((one) => (one.id === 'C0DATA' ? { ...one, members: ['U0ALICE'] } : one)) }) }
        : { config: (yaml) => yaml.replace('channel: C0DATA', 'channel: C0NOWHERE') },
    )
    await fire(world)
    await fire(world, { job_name: 'another' })
    await world.clock.advance(65_000)
    expect(told(world, 'ARR-303')).toHaveLength(1)
    expect(told(world, 'ARR-303')[0]).toContain(error)
    expect(told(world, 'ARR-303')[0]).toContain('data-platform')
    expect(world.cards()).toEqual([])
    if (error === 'not_in_channel') await bot(world).conversations.join({ channel: 'C0DATA' })
    else await world.restart({ config: (yaml) => yaml })
    await world.until(() => world.cards().length === 2, 'both cards', 5_000)
  }) // prettier-ignore
})

describe('P14: a storm', { timeout: 60_000 }, () => {
  it('of fifty changes of one incident is a handful of edits', async () => {
    const world = await startWorld()
    await fire(world)
    await world.clock.advance(10_000)
    const before = world.slack.state().calls['chat.update'] ?? 0
    for (let i = 0; i < 50; i += 1) await world.send(alertBody(OOM, { fingerprint: `s${i}` }))
    await world.clock.advance(10_000)
    expect((world.slack.state().calls['chat.update'] ?? 0) - before).toBeLessThanOrEqual(5)
    expect(card(world)).toContain('51 alerts, firing')
  })

  it('of 2,000 alerts of one cause in 200 bodies costs few calls and loses none', async () => {
    const world = await startWorld()
    const bodies = Array.from({ length: 200 }, (_, body) =>
      envelope(
        Array.from({ length: 10 }, (_alert, index) => {
          const [alert] = alertBody(OOM, { fingerprint: `b${body}-${index}` })['alerts'] as unknown[]
          return alert
        }),
      ),
    )
    const answers: number[] = []
    for (let at = 0; at < bodies.length; at += 20)
      answers.push(...(await Promise.all(bodies.slice(at, at + 20).map((body) => world.send(body)))).map((one) => one.status))
    expect(new Set(answers)).toEqual(new Set([200]))
    await world.clock.advance(10_000)
    const { calls } = world.slack.state()
    const writes = Object.entries(calls).filter(([method]) => method.startsWith('chat.'))
    expect(writes.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(40)
    expect(world.cards()).toHaveLength(1)
    expect(card(world)).toMatch(/2000 alerts/)
    const stored = await world.store.db.selectFrom('alert_instances').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    expect(stored.count).toBe(2_000)
  }) // prettier-ignore
})

// P4: the ladder lives in the store. Nothing a process forgets keeps a page from going out.
import { describe, expect, it } from 'vitest'
import { startWorld, textOf } from '../support/world.ts'
import { card, eventsOf, fire, replies, timeline } from '../flow/support.ts'

const steps =
  (...lines: string[]) =>
  (yaml: string): string =>
    yaml.replace(
      / {2}default:\n {4}steps:\n( {6}- .*\n)+/,
      `  default:\n    steps:\n${lines.map((line) => `      - ${line}\n`).join('')}`,
    )

describe('P4: a step that is due', { timeout: 60_000 }, () => {
  it.each([true, false])('goes out after a restart before it (killed: %s), on time', async (kill) => {
    const world = await startWorld()
    await fire(world)
    await world.clock.advance(30_000)
    await world.restart({ kill })
    await world.clock.advance(25_000)
    expect(eventsOf(world)).toEqual([])
    await world.clock.advance(10_000)
    expect(eventsOf(world)).toEqual(['trigger'])
    expect(world.cards()).toHaveLength(1)
  })

  it('is simply due when everything was down at its time', async () => {
    const world = await startWorld()
    await fire(world)
    await world.restart({ meanwhile: async () => await world.clock.advance(90_000) })
    await world.until(() => eventsOf(world).length > 0, 'the late page', 250)
    expect(eventsOf(world)).toEqual(['trigger'])
    await world.until(() => card(world).includes('*Paged*'))
  })

  it('is sent once when the process dies after PagerDuty took it and before that was written down', async () => {
    const world = await startWorld({ config: steps('{ after: 5s, page: true }') })
    await fire(world)
    await world.clock.advance(6_000)
    expect(eventsOf(world)).toEqual(['trigger'])
    await world.restart({
      kill: true,
      meanwhile: async (store) => {
        const past = new Date(world.clock.now().getTime() - 1_000)
        await store.db.updateTable('outbox').set({ state: 'sending', lease_until: past, next_at: past, done_at: null }).where('destination', '=', 'pagerduty.event').execute()
        await store.db.updateTable('pages').set({ state: 'pending', sent_at: null, may_have_arrived: false }).execute()
      },
    })
    await world.until(() => eventsOf(world).length === 2, 'the repetition', 500)
    expect(world.pagerduty.state().incidents).toHaveLength(1)
    await world.until(() => card(world).includes('*Paged*'))
  }) // prettier-ignore

  it('keeps the policy its incident was opened with', async () => {
    const world = await startWorld()
    await fire(world)
    await world.restart({ config: steps('{ after: 1h, page: true }') })
    await world.clock.advance(65_000)
    expect(eventsOf(world)).toEqual(['trigger'])
  })
})

describe('steps', { timeout: 60_000 }, () => {
  it('call people in the thread, once, and say why', async () => {
    const world = await startWorld({ config: steps('{ after: 5s, mention: [U0BOB, S0ONCALL] }') })
    await fire(world)
    expect(card(world)).not.toContain('<@U0BOB>')
    await world.clock.advance(8_000)
    const called = replies(world)
      .map(textOf)
      .filter((text) => text.includes('nobody has acknowledged'))
    expect(called).toEqual(['<@U0BOB> <!subteam^S0ONCALL> nobody has acknowledged this for 0 minutes.'])
    expect(await timeline(world)).toContainEqual(
      expect.objectContaining({ kind: 'escalated', reason: 'step_due' }),
    )
    expect(card(world)).toContain('the escalation policy has no further step')
  })

  it('call nobody about what was acknowledged before the call could be posted', async () => {
    const world = await startWorld({ config: steps('{ after: 5s, mention: [U0BOB] }') })
    await fire(world)
    world.slack.faults.add({ kind: 'server_error', match: 'chat.postMessage', count: 0 })
    await world.clock.advance(6_000)
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => card(world).includes('Acknowledged'))
    world.slack.faults.clear()
    await world.clock.advance(40_000)
    expect(replies(world).map(textOf).join('\n')).not.toContain('U0BOB')
  })

  it('repeat while their condition holds, under one key', async () => {
    const world = await startWorld({
      config: steps('{ after: 5s, page: true, repeat: { every: 5s, times: 2 } }'),
    })
    await fire(world)
    await world.clock.advance(40_000)
    expect(eventsOf(world)).toEqual(['trigger', 'trigger', 'trigger'])
    expect(world.pagerduty.state().incidents).toHaveLength(1)
  })

  it('stop at an acknowledgement, with the reason on the timeline; those for the unresolved go on', async () => {
    const world = await startWorld({
      config: steps(
        '{ after: 5s, page: true }',
        '{ after: 10s, page: true }',
        '{ after: 15s, mention: [U0BOB], while: unresolved }',
      ),
    })
    await fire(world)
    await world.clock.advance(7_000)
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => card(world).includes('Acknowledged'))
    await world.clock.advance(12_000)
    expect(eventsOf(world)).toEqual(['trigger', 'acknowledge'])
    expect(await timeline(world)).toContainEqual(
      expect.objectContaining({ kind: 'escalation_stopped', reason: 'acknowledged' }),
    )
    expect(replies(world).map(textOf).join('\n')).toContain('<@U0BOB> this is not resolved after 0 minutes.')
  })

  it('page again after a page that was withdrawn, and the card follows', async () => {
    const world = await startWorld({
      config: steps('{ after: 5s, page: true }', '{ after: 40s, page: true, while: unresolved }'),
    })
    world.pagerduty.faults.add({ kind: 'server_error', count: 0 })
    await fire(world)
    await world.clock.advance(6_000)
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => card(world).includes('withdrawn'), 'the withdrawal', 1_000)
    await world.clock.advance(36_000)
    await world.until(() => card(world).includes('was not delivered'), 'the new page', 250)
    world.pagerduty.faults.clear()
    await world.until(() => card(world).includes('*Paged*'), 'the page', 1_000)
  })
})

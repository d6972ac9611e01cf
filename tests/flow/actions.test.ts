// P7: one action in flight per target, never repeated blindly. P8: who may press what is decided at the press and at execution.
import { describe, expect, it } from 'vitest'
import { JOBS } from '../../src/flow/destinations.ts'
import { runAction } from '../../src/flow/act.ts'
import { enqueue } from '../../src/store/jobs.ts'
import { type World, alertBody, findButton, startWorld, textOf, until } from '../support/world.ts'
import { OOM, bot, broken, card, fire, refusals, replies, stateOf, timeline } from './support.ts'

const runs = (world: World) =>
  world.store.db.selectFrom('action_runs').selectAll().orderBy('requested_at').execute()
const kills = async (world: World): Promise<number> =>
  (await timeline(world)).filter((one) => one.kind === 'action_started').length
const ephemerals = (world: World): string[] =>
  world.slack.state().ephemerals.map((one) => `${one.user}: ${one.text}`)

/** The time a person has before an unknown action is given up as not verified is a minute: shortened in the store. */
async function verifySoon(world: World): Promise<void> {
  await world.store.db.updateTable('offers').set({ verify_ms: 3_000 }).execute()
}

/** Kill whose reply was lost before it reached Spark: nobody knows, and Spark goes on running. */
async function unknown(): Promise<{ world: World; appId: string }> {
  const world = await startWorld()
  const { appId } = await broken(world)
  await verifySoon(world)
  world.spark.faults.add({ kind: 'drop_connection', match: 'kill' })
  await world.press('U0BOB', 'act')
  await world.until(() => findButton(world.cards()[0]!, 'settle') !== undefined, 'the question', 500)
  await world.until(
    async () => (await runs(world))[0]?.verified === 'not_verified',
    'the end of looking',
    1_000,
  )
  return { world, appId }
}

describe('P7: an action', { timeout: 60_000 }, () => {
  it('whose reply was lost is unknown, holds its target, and is settled by what Spark shows', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    world.spark.faults.add({ kind: 'lost_reply', match: 'kill' })
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('done and verified'), 'the settlement', 500)
    expect(stateOf(world, appId)).toBe('KILLED')
    expect(await kills(world)).toBe(1)
    expect((await timeline(world)).map((one) => one.kind)).toContain('action_unknown')
    expect(replies(world).map(textOf).join('\n')).toContain('ended without an answer')
    expect(findButton(world.cards()[0]!, 'settle')).toBeUndefined()
  })

  it('that nothing confirms is held until a commander settles it; a responder may not', async () => {
    const { world, appId } = await unknown()
    expect(card(world)).toContain('ended without an answer')
    await world.press('U0ALICE', 'settle_not')
    await world.until(() =>
      ephemerals(world).some((one) => one.startsWith('U0ALICE') && one.includes('needs a commander')),
    )
    expect((await runs(world))[0]?.state).toBe('unknown')
    await world.press('U0BOB', 'settle_not')
    await world.until(async () => (await runs(world))[0]?.state === 'failed')
    await world.until(() => findButton(world.cards()[0]!, 'act') !== undefined, 'a new button', 500)
    expect(stateOf(world, appId)).toBe('RUNNING')
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('done and verified'), 'the second kill', 500)
    expect(stateOf(world, appId)).toBe('KILLED')
    expect(await runs(world)).toHaveLength(2)
  })

  it('that a commander says happened is done, and its button does not come back', async () => {
    const { world } = await unknown()
    await world.press('U0BOB', 'settle_happened')
    await world.until(async () => (await runs(world))[0]?.state === 'succeeded')
    await world.until(() => card(world).includes('says it happened'))
    expect(findButton(world.cards()[0]!, 'act')).toBeUndefined()
    expect((await runs(world))[0]?.settled_by).toMatchObject({ id: 'U0BOB' })
    const { ts } = world.cards()[0]!
    const [run] = await runs(world)
    await world.slack.click({
      user: 'U0BOB',
      channel: 'C0DATA',
      ts,
      block_id: 'gone',
      action_id: 'settle_not',
      value: run!.id,
      stale: true,
    })
    await world.until(
      () => ephemerals(world).some((one) => one.includes('is settled: succeeded')),
      'the answer',
    )
    expect((await runs(world))[0]?.state).toBe('succeeded')
  })

  it('without an answer holds its target for another incident too, and can be settled after its own was resolved', async () => {
    const { world, appId } = await unknown()
    await world.press('U0ALICE', 'resolve')
    await world.until(() => card(world).includes('*Resolved*'))
    await world.send(alertBody({ ...OOM, job_name: 'a-second-job', app_id: appId }))
    await world.until(
      () => world.cards().length === 2 && findButton(world.cards()[1]!, 'act') !== undefined,
      'the second card',
      250,
    )
    await world.press('U0BOB', 'act', { ts: world.cards()[1]!.ts })
    await world.until(() => ephemerals(world).some((one) => one.includes('must be settled first')))
    expect(await runs(world)).toHaveLength(1)
    await world.press('U0BOB', 'settle_not', { ts: world.cards()[0]!.ts })
    await world.until(async () => (await runs(world))[0]?.state === 'failed')
    await world.press('U0BOB', 'act', { ts: world.cards()[1]!.ts })
    await world.until(() => stateOf(world, appId) === 'KILLED', 'the kill', 500)
  })

  it('runs once though its job comes twice', async () => {
    const world = await startWorld()
    await broken(world)
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('done and verified'), 'the kill', 500)
    const [run] = await runs(world)
    await world.store.transaction((tx) => enqueue(tx, JOBS.act, { actionRunId: run?.id }))
    await world.clock.advance(3_000)
    await Promise.all([runAction(world.service.deps, run!.id), runAction(world.service.deps, run!.id)])
    expect(await kills(world)).toBe(1)
    expect((await runs(world))[0]?.fence).toBe(1)
  })

  it('whose process died is unknown when its lease is over, and is settled without a second kill', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    world.spark.faults.add({ kind: 'slow', match: 'kill', delayMs: 1_500 })
    const pressed = world.press('U0BOB', 'act')
    await until(async () => (await runs(world))[0]?.state === 'running', 'the start')
    await pressed
    await world.restart({ kill: true })
    expect((await runs(world))[0]?.state).toBe('running')
    await world.until(async () => (await runs(world))[0]?.state !== 'running', 'the end of the lease', 5_000)
    await world.until(() => card(world).includes('done and verified'), 'the settlement by Spark', 500)
    expect((await timeline(world)).map((one) => one.kind)).toContain('action_unknown')
    expect(stateOf(world, appId)).toBe('KILLED')
    expect(await kills(world)).toBe(1)
  })

  it('that Spark refuses says so, and may be tried again by a new button', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    const old = findButton(world.cards()[0]!, 'act')?.value
    world.spark.faults.add({ kind: 'refuse', match: 'master', count: 0 })
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('*failed*'), 'the failure', 500)
    world.spark.faults.clear()
    expect(stateOf(world, appId)).toBe('RUNNING')
    await world.until(() => findButton(world.cards()[0]!, 'act') !== undefined, 'the new button', 500)
    expect(findButton(world.cards()[0]!, 'act')?.value).not.toBe(old)
  })
})

describe('P8: at execution', { timeout: 60_000 }, () => {
  /** Presses, and lets `before` happen between the press and the execution. */
  async function between(before: (world: World) => Promise<void>): Promise<{ world: World; appId: string }> {
    const world = await startWorld()
    const { appId } = await broken(world)
    const deps = world.service.deps
    const offer = findButton(world.cards()[0]!, 'act')?.value ?? ''
    const ts = world.cards()[0]!.ts
    // The job is taken away from the workers, so that something can come between.
    await world.store.jobs.offWork(JOBS.act)
    const { requestAction } = await import('../../src/flow/request-action.ts')
    const bob = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' } as const
    expect(await requestAction(deps, offer, bob, { channel: 'C0DATA', messageTs: ts })).toMatchObject({
      kind: 'done',
    })
    await before(world)
    const [run] = await runs(world)
    await runAction(world.service.deps, run!.id)
    return { world, appId }
  }

  it('a role that was taken away since the press counts: nothing is executed, and others may', async () => {
    const { world, appId } = await between(async (before) => {
      const team = before.service.deps.settings.teams.get('data-platform')
      Object.assign(team ?? {}, { commanders: ['U0ALICE'] })
      await Promise.resolve()
    })
    expect(stateOf(world, appId)).toBe('RUNNING')
    expect((await runs(world))[0]).toMatchObject({ state: 'failed', verified: 'not_needed' })
    await world.until(() => card(world).includes('needs a commander'))
    await world.until(
      () => findButton(world.cards()[0]!, 'act') !== undefined,
      'a button for the others',
      500,
    )
    expect(await kills(world)).toBe(0)
  })

  it('an incident resolved since the press is left alone', async () => {
    const { world, appId } = await between(async (before) => {
      await before.press('U0ALICE', 'resolve')
      await before.until(() => card(before).includes('*Resolved*'))
    })
    expect(stateOf(world, appId)).toBe('RUNNING')
    expect((await runs(world))[0]?.detail).toContain('resolved before the action began')
  })
})

describe('P8: a press that means nothing', { timeout: 60_000 }, () => {
  it('does nothing, says why to whoever pressed, and is recorded: unknown, foreign, stale, replayed', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    const { blockId, actionId, value } = findButton(world.cards()[0]!, 'act')!
    const press = {
      user: 'U0BOB',
      channel: 'C0DATA',
      ts: world.cards()[0]!.ts,
      block_id: blockId,
      action_id: actionId,
      value,
      stale: true,
    }
    const copy = await bot(world).chat.postMessage({
      channel: 'C0STREAM',
      text: 'a copy',
      blocks: world.cards()[0]!.blocks as never,
    })
    // A button nobody made, and the true one pressed on a copy of the card in another channel.
    for (const one of [
      { ...press, block_id: 'forged', value: 'off_forged' },
      { ...press, channel: 'C0STREAM', ts: copy.ts ?? '' },
    ])
      expect(await world.slack.click(one)).toMatchObject({ ok: true })
    await world.until(() => ephemerals(world).length === 2, 'two answers')
    expect(ephemerals(world)[0]).toContain('not known here. Nothing was done.')
    expect(ephemerals(world)[1]).toContain('not the incident’s card')
    expect(await runs(world)).toEqual([])
    await world.slack.click({ ...press, block_id: 'incident', action_id: 'acknowledge', value: 'inc_forged' })
    await world.slack.click({ ...press, block_id: 'settle', action_id: 'settle_not', value: 'act_forged' })
    await world.until(() => ephemerals(world).length === 4, 'four answers')
    await world.slack.click({ ...press, stale: false })
    await world.until(() => stateOf(world, appId) === 'KILLED', 'the kill', 500)
    await world.slack.click({ ...press, block_id: 'gone' })
    await world.until(() => ephemerals(world).length === 5, 'the fifth answer')
    expect(ephemerals(world)[4]).toContain(
      'This button is out of date: it was used by bob. Nothing was done.',
    )
    expect(await kills(world)).toBe(1)
    const recorded = (await refusals(world)).join('\n')
    for (const said of ['off_forged', 'inc_forged', 'act_forged', 'not the incident’s card', 'out of date'])
      expect(recorded).toContain(said)
  })

  it('on an old card, after it was deleted and posted anew, is told to use the newest one', async () => {
    const world = await startWorld()
    await fire(world)
    const old = world.cards()[0]!
    const { blockId, actionId, value } = findButton(old, 'acknowledge')!
    await bot(world).chat.delete({ channel: 'C0DATA', ts: old.ts })
    await fire(world, {}, 'another')
    await world.until(() => world.cards().some((one) => one.ts !== old.ts), 'the new card', 1_000)
    await world.slack.click({
      user: 'U0ALICE',
      channel: 'C0DATA',
      ts: old.ts,
      block_id: blockId,
      action_id: actionId,
      value,
      stale: true,
    })
    await world.until(() => ephemerals(world).length === 1, 'the answer')
    expect(ephemerals(world)[0]).toContain('use the newest one')
    expect((await timeline(world)).map((one) => one.kind)).not.toContain('acknowledged')
  })

  it('by somebody who is nobody here, or of another team, changes nothing', async () => {
    const world = await startWorld()
    await fire(world)
    for (const user of ['U0MALLORY', 'U0CAROL']) {
      await world.press(user, 'acknowledge')
      await world.press(user, 'resolve')
    }
    await world.until(() => ephemerals(world).length === 4, 'four answers')
    for (const said of ephemerals(world)) expect(said).toContain('needs a responder of team data-platform')
    expect(card(world)).toContain('*Triggered*')
  })

  it('twice at once acknowledges once and tells the second person who was first', async () => {
    const world = await startWorld()
    await fire(world)
    const { ts } = world.cards()[0]!
    await Promise.all([
      world.press('U0ALICE', 'acknowledge', { ts }),
      world.press('U0BOB', 'acknowledge', { ts, stale: true }),
    ])
    await world.until(() => ephemerals(world).length === 1, 'the answer to the second')
    expect(ephemerals(world)[0]).toMatch(/already acknowledged by (alice|bob)/)
    expect((await timeline(world)).filter((one) => one.kind === 'acknowledged')).toHaveLength(1)
  })
})

describe('P13: what cannot be done', { timeout: 60_000 }, () => {
  const withheld = async (config: (yaml: string) => string, labels = {}): Promise<string> => {
    const world = await startWorld({ config })
    const { appId, name } = world.spark.start('executor-oom')
    await world.send(alertBody({ ...OOM, job_name: name, app_id: appId, ...labels }))
    await world.until(() => !card(world).includes('Looking into Spark'), 'the diagnosis', 500)
    expect(findButton(world.cards()[0]!, 'act')).toBeUndefined()
    return card(world)
  }

  it('on a platform without a writer is not offered, and the card says why', async () => {
    const text = await withheld((yaml) => yaml.replace('    actions: [application.kill]\n', ''))
    expect(text).toMatch(/Kill Application is not offered: .*sandbox/)
  })

  it('on no platform at all: the card says what it could not see', async () => {
    const text = await withheld((yaml) =>
      yaml.replace(/platforms:\n {2}sandbox:[\s\S]*?\n\n/, '').replaceAll('    platforms: [sandbox]\n', ''),
    )
    expect(text).toContain('Could not be seen')
    expect(text).not.toContain('platform sandbox')
  })

  it('without a runbook of its own the card offers the general one and counts the gap', async () => {
    const world = await startWorld()
    await fire(world, { alertname: 'SomethingNobodyKnows' })
    expect(card(world)).toContain('no runbook covers this alert; this is the one for all others')
    const gaps = await world.store.db
      .selectFrom('decisions')
      .select(['subject'])
      .where('kind', '=', 'coverage_gap')
      .execute()
    expect(gaps).toEqual([{ subject: 'SomethingNobodyKnows' }])
  })

  it('names the runbook that an alert asked for in vain', async () => {
    const world = await startWorld()
    await world.send(alertBody(OOM, { annotations: { summary: 's', runbook: 'exeutor-oom' } }))
    await world.settle()
    expect(card(world)).toContain('The alert names exeutor-oom, which is no runbook here.')
  })
})

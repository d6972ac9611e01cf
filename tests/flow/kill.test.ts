// Kill Application: asked for on the card, authorised, executed once through Spark, verified by Spark (P7, P8).
import { describe, expect, it } from 'vitest'
import { type World, alertBody, findButton, startWorld, textOf } from '../support/world.ts'

async function broken(): Promise<{ world: World; appId: string }> {
  const world = await startWorld()
  const { appId, name } = world.spark.start('executor-oom')
  await world.send(
    alertBody({
      alertname: 'SparkExecutorOOMKilled',
      severity: 'critical',
      team: 'data-platform',
      job_name: name,
      app_id: appId,
    }),
  )
  await world.until(() => findButton(world.cards()[0]!, 'act') !== undefined, 'the kill button')
  return { world, appId }
}

const stateOf = (world: World, appId: string): string | undefined =>
  world.spark.applications().find((app) => app.appId === appId)?.state

describe('Kill Application', () => {
  it('quotes Spark’s own failure line in the thread and on the card', async () => {
    const { world } = await broken()
    const thread = world
      .messages()
      .filter((message) => message.thread_ts !== undefined && message.thread_ts !== message.ts)
    expect(thread.map(textOf).join('\n')).toContain('OutOfMemoryError')
    expect(textOf(world.cards()[0])).toContain('OutOfMemoryError')
  })

  it('ends the application for a commander, says who asked, and that Spark confirms it', async () => {
    const { world, appId } = await broken()
    expect(stateOf(world, appId)).toBe('RUNNING')
    await world.press('U0BOB', 'act')
    await world.until(() => textOf(world.cards()[0]).includes('done and verified'), 'the verification', 1_000)
    expect(stateOf(world, appId)).toBe('KILLED')
    const card = textOf(world.cards()[0])
    expect(card).toContain('done and verified')
    expect(card).toContain('<@U0BOB>')
    expect(findButton(world.cards()[0]!, 'act')).toBeUndefined()
  })

  it('P8: refuses a responder, a stranger and another team’s responder, and says why to them alone', async () => {
    const { world, appId } = await broken()
    for (const user of ['U0ALICE', 'U0CAROL', 'U0MALLORY']) await world.press(user, 'act')
    await world.until(() => world.slack.state().ephemerals.length === 3, 'three refusals')
    expect(stateOf(world, appId)).toBe('RUNNING')
    const said = world.slack.state().ephemerals.map((message) => `${message.user}: ${message.text}`)
    expect(said).toHaveLength(3)
    for (const line of said) expect(line).toContain('needs a commander')
  })

  it('P7: two presses at once kill once', async () => {
    const { world, appId } = await broken()
    const card = world.cards()[0]!
    await Promise.all([
      world.press('U0BOB', 'act', { ts: card.ts, stale: true }),
      world.press('U0BOB', 'act', { ts: card.ts, stale: true }),
    ])
    await world.until(() => stateOf(world, appId) === 'KILLED', 'the kill', 1_000)
    const runs = await world.store.db.selectFrom('action_runs').selectAll().execute()
    expect(runs).toHaveLength(1)
  })
})

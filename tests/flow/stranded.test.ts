// What a job that fails for good, a late answer or a quoted password must not do: strand, mislead, leak.
import { describe, expect, it } from 'vitest'
import { type World, alertBody, findButton, startWorld, textOf } from '../support/world.ts'

const OOM = {
  alertname: 'SparkExecutorOOMKilled',
  severity: 'critical',
  team: 'data-platform',
  job_name: 'orders-daily',
}

async function offered(): Promise<World> {
  const world = await startWorld()
  const { appId, name } = world.spark.start('executor-oom')
  await world.send(alertBody({ ...OOM, job_name: name, app_id: appId }))
  await world.until(() => findButton(world.cards()[0]!, 'act') !== undefined, 'the kill button')
  return world
}

describe('P7: a job that fails for good', () => {
  it('does not hold its target for ever: the action has failed, and is offered again', async () => {
    const world = await offered()
    const { directory } = world.service.deps as unknown as { directory: { roleOf: () => Promise<string> } }
    let asked = 0
    directory.roleOf = () => {
      asked += 1
      return asked === 1 ? Promise.resolve('commander') : Promise.reject(new Error('nobody answers'))
    }
    await world.press('U0BOB', 'act')
    await world.until(() => asked > 1, 'the job')
    await world.clock.advance(121_000)
    await world.until(() => textOf(world.cards()[0]).includes('could not be started'), 'the failure')
    expect(findButton(world.cards()[0]!, 'act')).toBeDefined()
    expect(world.spark.applications()[0]?.state).toBe('RUNNING')
  }, 60_000)

  it('does not leave a card that looks into Spark for ever', async () => {
    const world = await startWorld()
    await world.send(alertBody(OOM))
    await world.settle()
    const incident = await world.store.db.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
    // As after a job whose last retry failed in its first statement.
    await world.store.db
      .updateTable('incidents')
      .set({ diagnosis: 'running' })
      .where('id', '=', incident.id)
      .execute()
    await world.clock.advance(181_000)
    expect(textOf(world.cards()[0])).not.toContain('Looking into Spark')
    expect(textOf(world.cards()[0])).toContain('did not come to an end')
  }, 60_000)
})

describe('P5: the second route', () => {
  it('calls nobody once somebody has acknowledged', async () => {
    const world = await startWorld()
    await world.send(alertBody(OOM))
    await world.settle()
    world.pagerduty.faults.add({ kind: 'server_error', match: '/v2/enqueue', count: 0 })
    world.slack.faults.add({ kind: 'rate_limited', match: 'chat.postMessage', count: 1, retryAfter: 30 })
    await world.clock.advance(70_000)
    await world.press('U0ALICE', 'acknowledge')
    await world.until(() => textOf(world.cards()[0]).includes('*Acknowledged*'), 'the acknowledgement')
    await world.clock.advance(40_000)
    expect(world.cards('C0GENERAL')).toEqual([])
  }, 60_000)
})

describe('P12: a password quoted into an annotation', () => {
  it('is neither stored nor shown', async () => {
    const world = await startWorld()
    await world.send(
      alertBody(OOM, {
        annotations: { summary: 'cannot open jdbc:postgresql://u:p4ssw0rd@db/x password=hunter22' },
      }),
    )
    await world.settle()
    const stored = JSON.stringify(await world.store.db.selectFrom('alert_instances').selectAll().execute())
    for (const text of [stored, JSON.stringify(world.cards())]) {
      expect(text).not.toContain('p4ssw0rd')
      expect(text).not.toContain('hunter22')
    }
    expect(textOf(world.cards()[0])).toContain('cannot open')
  })
})

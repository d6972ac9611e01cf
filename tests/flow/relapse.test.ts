// What a success does not make good for ever, and what an alert tells that comes second.
import { describe, expect, it } from 'vitest'
import { lookAfterRecovery } from '../../src/flow/relapse.ts'
import { type App, startCluster } from '../support/cluster.ts'
import { type World, alertBody, textOf } from '../support/world.ts'

const ALERT_AT = '2026-11-02T02:59:00Z'
const LABELS = {
  alertname: 'SparkJobFailed',
  severity: 'critical',
  team: 'data-platform',
  platform: 'sandbox',
  job_name: 'orders-daily',
}
const app = (id: string, at: string, job: string): App => ({ id: `app-20261102${id}`, at: `2026-11-02T${at}Z`, state: 'FINISHED', job }) // prettier-ignore
const FAILED = app('025000-0001', '02:50:00', 'FAILED')
const GOOD = app('025700-0002', '02:57:00', 'SUCCEEDED')
const AGAIN = app('030100-0003', '03:01:00', 'FAILED')

const incidents = async (world: World): Promise<{ id: string; state: string; run: unknown }[]> =>
  await world.store.db.selectFrom('incidents').select(['id', 'state', 'run']).orderBy('number').execute()
const kinds = async (world: World, kind: string): Promise<unknown[]> =>
  await world.store.db.selectFrom('timeline').select('data').where('kind', '=', kind).execute()

async function resolvedWorld(apps: App[]): Promise<{ world: World; send: () => Promise<unknown> }> {
  const { world } = await startCluster(apps)
  const body = alertBody({ ...LABELS, app_id: FAILED.id }, { fingerprint: 'same', startsAt: ALERT_AT })
  const send = (): Promise<unknown> => world.send(body)
  await send()
  await world.clock.advance(12_000)
  expect(await incidents(world)).toMatchObject([{ state: 'resolved' }])
  return { world, send }
}

describe('an alert that fires on after a successful run', () => {
  it('opens another incident when a later run fails, and its page goes out, though the source says nothing new', async () => {
    const apps = [FAILED, GOOD]
    const { world } = await resolvedWorld(apps)
    await world.clock.advance(60_000)
    expect(await incidents(world)).toHaveLength(1)
    apps.push(AGAIN)
    await world.clock.advance(60_000)
    const [old, fresh, ...more] = await incidents(world)
    expect(more).toEqual([])
    expect(fresh).toMatchObject({ state: 'triggered', run: { runId: AGAIN.id } })
    expect(await kinds(world, 'relapsed')).toMatchObject([{ data: { run: AGAIN.id, incidents: [2] } }])
    // Another replica's job, late: P2.
    await lookAfterRecovery(world.service.deps, old!.id)
    expect(await incidents(world)).toHaveLength(2)
    await world.clock.advance(61_000)
    expect(world.pagerduty.state().events.map((event) => event['event_action'])).toEqual(['trigger'])
    // The alert is the new incident's: its resolution ends that.
    await world.send(alertBody({ ...LABELS, app_id: FAILED.id }, { fingerprint: 'same', startsAt: ALERT_AT, status: 'resolved' })) // prettier-ignore
    await world.settle()
    expect((await incidents(world)).map(({ state }) => state)).toEqual(['resolved', 'resolved'])
  })

  it('is looked at once more as soon as it is repeated, which is on record', async () => {
    const apps = [FAILED, GOOD]
    const { world, send } = await resolvedWorld(apps)
    await world.store.db.deleteFrom('due').where('kind', '=', 'run.recovery').execute()
    apps.push(AGAIN)
    await send()
    await world.clock.advance(11_000)
    expect((await incidents(world)).map(({ state }) => state)).toEqual(['resolved', 'triggered'])
    const decided = await world.store.db.selectFrom('decisions').select(['reason', 'count']).where('kind', '=', 'alert_rechecked').execute() // prettier-ignore
    expect(decided).toMatchObject([{ reason: 'fires_after_a_successful_run' }])
  })
})

describe('an alert that joins and names the run', () => {
  it('gives it to the incident, which is diagnosed anew, once for a storm', async () => {
    const { world } = await startCluster([FAILED])
    const { job_name: job, ...rest } = LABELS
    await world.send(alertBody({ ...rest, job_name: job }, { startsAt: ALERT_AT }))
    await world.clock.advance(1_000)
    const before = (await kinds(world, 'diagnosed')).length
    for (const alertname of ['SparkExecutorLost', 'SparkStageFailed', 'SparkTaskFailed'])
      await world.send(alertBody({ ...LABELS, alertname, app_id: FAILED.id }, { startsAt: '2026-11-02T02:59:30Z' })) // prettier-ignore
    await world.clock.advance(5_000)
    expect(await incidents(world)).toMatchObject([{ run: { runId: FAILED.id, jobName: 'orders-daily' } }])
    expect(await kinds(world, 'run_named')).toHaveLength(1)
    expect((await kinds(world, 'diagnosed')).length - before).toBe(1)
  })

  it('never says that nothing is abnormal of a run that was not found', async () => {
    const { world } = await startCluster([])
    await world.send(alertBody({ ...LABELS, app_id: 'app-20261102025000-0009' }, { startsAt: ALERT_AT }))
    await world.clock.advance(1_000)
    await world.until(() => textOf(world.cards()[0]).includes('could not be seen'))
    expect(textOf(world.cards()[0])).not.toContain('Nothing abnormal')
  })
})

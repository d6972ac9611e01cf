// What stands at the top of a diagnosis: the application and the cluster, in one sentence each.
import { describe, expect, it } from 'vitest'
import { application } from '../../../src/diagnosis/probes/application.ts'
import { cluster } from '../../../src/diagnosis/probes/cluster.ts'
import type { SparkApplication, SparkCluster } from '../../../src/ports.ts'
import { APP, MASTER_PAGES, contextOf } from '../support.ts'

describe('the application', () => {
  it.each([
    [{}, 'none', 'orders-daily (app-20261122145000-0000) has been running for 10 min, seen at its driver UI.'],
    [{ state: 'waiting' as const }, 'none', 'orders-daily (app-20261122145000-0000) has been waiting for executors for 10 min, seen at its driver UI.'],
    [{ state: 'failed' as const, foundAt: 'history' as const, endedAt: new Date('2026-11-22T14:51:30Z') }, 'high', 'orders-daily (app-20261122145000-0000) failed after 90 s, seen in the History Server.'],
    [{ state: 'killed' as const, foundAt: 'master' as const, startedAt: null }, 'low', "orders-daily (app-20261122145000-0000) was killed, seen in the master's record alone."],
    [{ state: 'unknown' as const, foundAt: 'history' as const }, 'none', 'orders-daily (app-20261122145000-0000) is in a state that nobody tells, seen in the History Server.'],
  ])('%j', async (more, severity, sentence) => {
    const { findings } = await application.run(undefined, contextOf({ application: { ...APP, ...more } }))
    expect(findings).toEqual([expect.objectContaining({ severity, sentence, link: APP.link })])
  }) // prettier-ignore

  it('has outputs that actions aim by', async () => {
    const { outputs } = await application.run(undefined, contextOf({}))
    expect(outputs).toMatchObject({
      app_id: APP.id,
      state: 'running',
      running: true,
      minutes: 10,
      found_at: 'driver',
    })
  })

  it('says where it looked in vain on the way', async () => {
    const { findings } = await application.run(
      undefined,
      contextOf({ application: { ...APP, unreached: ['driver UI: refused'] } }),
    )
    expect(findings[0]?.unreached).toEqual(['driver UI: refused'])
  })

  it.each<[string, Partial<SparkApplication>, boolean]>([
    ['refused', { unreached: ['driver UI: ARR-501 Platform p cannot be reached at http://d:4040: connect ECONNREFUSED 10.0.0.1:4040.'] }, true],
    ['5xx of a proxy', { foundAt: 'resource-manager', unreached: ['driver UI: ARR-501 Platform p cannot be reached at http://rm:8088/proxy/x: it answers 502.'] }, true],
    ['cut off', { unreached: ['driver UI: ARR-501 Platform p cannot be reached at http://d:4040: socket hang up.'] }, true],
    ['silent', { unreached: ['driver UI: ARR-501 Platform p cannot be reached at http://d:4040: it took the connection and did not answer in time (5 s).'] }, true],
    ['a firewall, or no time', { unreached: ['driver UI: ARR-501 Platform p cannot be reached at http://d:4040: it did not answer in time (5 s).'] }, false],
    ['a right that we lack', { unreached: ['driver UI: ARR-504 it answers 403: cannot get resource "pods/proxy"'] }, false],
    ['another place', { unreached: ['History Server: ARR-501 Platform p cannot be reached at http://h: it answers 503.'] }, false],
    ['it has ended', { state: 'finished', unreached: ['driver UI: ARR-501 x: connect ECONNREFUSED 10.0.0.1:4040.'] }, false],
    ['it answers after all', { foundAt: 'driver', unreached: ['driver UI: ARR-501 x: connect ECONNREFUSED 10.0.0.1:4040.'] }, false],
  ])('whose driver does not answer though it is said to run is told (F22): %s', async (_what, more, deaf) => {
    const { outputs, findings } = await application.run(
      undefined,
      contextOf({ application: { ...APP, foundAt: 'history', ...more } }),
    )
    expect(outputs['unreachable']).toBe(deaf)
    expect(findings[0]?.severity).toBe(deaf ? 'medium' : 'none')
    expect(findings[0]?.evidence.map(({ text }) => text.split(':')[0])).toEqual(deaf ? ['driver_unreachable'] : [])
  }) // prettier-ignore

  it('is nobody where the alert names nothing', async () => {
    const { findings } = await application.run(undefined, contextOf({ application: null }, { jobName: null }))
    expect(findings[0]?.sentence).toBe(
      'The alert names neither an application nor a job, so there was nothing to look for.',
    )
  })
})

describe('the cluster', () => {
  const worker = (state: string): SparkCluster['workers'][number] => ({
    id: 'worker-1',
    host: 'h',
    state,
    cores: 4,
    memoryMb: 1024,
  })
  it.each<[string, Partial<SparkCluster>, string]>([
    ['all is well', { aliveWorkers: 1, workers: [worker('ALIVE')] }, 'none'],
    ['nobody works', { aliveWorkers: 0, workers: [worker('DEAD')] }, 'critical'],
    ['nobody was ever there', { aliveWorkers: 0, workers: [] }, 'critical'],
    ['a standby has none by design', { status: 'STANDBY', aliveWorkers: 0, workers: [] }, 'none'],
    ['it recovers', { status: 'RECOVERING', aliveWorkers: 1, workers: [worker('ALIVE')] }, 'high'],
    ['somebody waits', { aliveWorkers: 1, workers: [worker('ALIVE')], waitingApplications: 2 }, 'medium'],
    ['one of two is dead', { aliveWorkers: 1, workers: [worker('ALIVE'), worker('DEAD')] }, 'low'],
  ])('%s', async (_what, seen, severity) => {
    const world = {
      cluster: {
        aliveWorkers: 0,
        workers: [],
        waitingApplications: 0,
        status: 'ALIVE',
        shownAt: MASTER_PAGES,
        ...seen,
      },
    }
    const { outputs, findings } = await cluster.run(undefined, contextOf(world))
    expect(findings[0]?.severity).toBe(severity)
    expect(outputs).toMatchObject({
      alive_workers: world.cluster.aliveWorkers,
      waiting_applications: world.cluster.waitingApplications,
    })
  })

  it('is told in numbers, with who is dead', async () => {
    const world = {
      cluster: {
        aliveWorkers: 0,
        workers: [worker('DEAD')],
        waitingApplications: 1,
        status: 'ALIVE',
        shownAt: MASTER_PAGES,
      },
    }
    const { findings } = await cluster.run(undefined, contextOf(world))
    expect(findings[0]).toMatchObject({
      sentence: 'The master of batch is ALIVE: 0 of 1 worker alive, 1 application waiting.',
      evidence: [
        { text: 'worker-1 is DEAD', from: 'worker on h', link: MASTER_PAGES.workers },
        { text: '1 application waiting', from: 'applications that wait', link: MASTER_PAGES.waiting },
      ],
      link: MASTER_PAGES.workers,
    })
  })
})

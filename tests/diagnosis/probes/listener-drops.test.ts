// Events that Spark dropped: said as what they are worth, and every other finding from its pages believed less.
import { describe, expect, it } from 'vitest'
import type { Finding, ProbeResult } from '../../../src/diagnosis/model.ts'
import { listenerDrops } from '../../../src/diagnosis/probes/listener-drops.ts'
import { runProbes } from '../../../src/diagnosis/run-probes.ts'
import type { LogTail, MetricsReader } from '../../../src/ports.ts'
import { APP, type Calls, type World, contextOf, executor, readerOf } from '../support.ts'

const dropped = (queues: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(queues).map(([queue, events]) => [
      `LiveListenerBus.queue.${queue}.numDroppedEvents`,
      events,
    ]),
  )
const look = (world: World, params?: unknown): Promise<ProbeResult> =>
  listenerDrops.run(listenerDrops.params.parse(params), contextOf(world))
const prometheus = (queues: Record<string, number>): MetricsReader => ({
  query: ({ at }) =>
    Promise.resolve({
      series: Object.entries(queues).map(([queue, value]) => ({
        labels: { __name__: `metrics_spark_driver_LiveListenerBus_queue_${queue}_numDroppedEvents_Count` },
        points: [{ at, value }],
      })),
      warnings: [],
      link: 'http://prometheus/graph?q=3',
    }),
  check: () => Promise.resolve('fine.'),
})

describe('severity', () => {
  it.each<[Record<string, number>, string, string]>([
    [{ appStatus: 0, eventLog: 0 }, 'none', 'none'],
    [{ appStatus: 1 }, 'high', 'appStatus'],
    [{ executorManagement: 3, eventLog: 900 }, 'high', 'executorManagement'],
    [{ eventLog: 900 }, 'medium', 'eventLog'],
    [{ shared: 1 }, 'medium', 'shared'],
    [{ streams: 5 }, 'low', 'streams'],
  ])('%j is %s', async (queues, severity, queue) => {
    const { outputs, findings } = await look({ gauges: dropped(queues) })
    expect(outputs).toMatchObject({ severity, queue, app_id: APP.id })
    expect(findings[0]).toMatchObject({
      severity,
      confidence: 'high',
      link: 'http://driver:4040/metrics/json/',
    })
  })

  it('is by count where a runbook or the operator says from when on it matters', async () => {
    const world = { gauges: dropped({ appStatus: 50 }) }
    const four = [10, 100, 1000, 1000]
    expect((await look(world, { thresholds: four })).outputs['severity']).toBe('low')
    const limits = { thresholds: { listener_drop: [51, 52, 53, 54] }, materialMs: [1, 2, 3, 4] } as const
    const context = { ...contextOf(world), limits }
    expect((await listenerDrops.run(listenerDrops.params.parse({}), context)).outputs['severity']).toBe('none') // prettier-ignore
  })
})

it('asks Prometheus when the driver has gone', async () => {
  const application = { ...APP, foundAt: 'history', endedAt: APP.startedAt } as const
  const { outputs, findings } = await look({ application, metrics: prometheus({ appStatus: 12, eventLog: 3 }) }) // prettier-ignore
  expect(outputs).toMatchObject({ dropped: 15, queue: 'appStatus' })
  expect(findings[0]?.sentence).toBe(
    'Spark dropped 15 events of orders-daily (appStatus 12, eventLog 3): what its pages show is not all that happened.',
  )
})

const log: LogTail = {
  text: [
    '26/11/22 14:52:00 ERROR AsyncEventQueue: Dropping event from queue appStatus. This likely means one of the listeners is too slow.',
    '26/11/22 14:52:00 WARN AsyncEventQueue: Dropped 1 events from appStatus since the application started.',
    '{"ts":"2026-11-22T14:53:00Z","level":"WARN","msg":"Dropped 122 events from appStatus since Sun Nov 22 14:52:00 UTC 2026."}',
    '26/11/22 14:53:00 ERROR AsyncEventQueue: Dropping event from queue eventLog. This likely means one of the listeners is too slow.',
  ].join('\n'),
  whose: 'driver',
  cut: true,
  from: "the driver's log",
  link: 'http://platform/log',
}
const ended = { ...APP, foundAt: 'history', endedAt: APP.startedAt } as const

it('reads the log of a driver that has gone, where nobody else tells', async () => {
  const { outputs, findings } = await look({ application: ended, log })
  expect(outputs).toMatchObject({ dropped: 124, queue: 'appStatus', severity: 'high' })
  expect(findings).toMatchObject([
    {
      sentence: 'Spark dropped at least 124 events of orders-daily (appStatus 123, eventLog 1): what its pages show is not all that happened.',
      evidence: [
        { text: 'listener_drop: Dropped 123 events', from: "queue appStatus, the driver's log", link: 'http://platform/log' },
        { text: 'listener_drop: Dropped 1 events', from: "queue eventLog, the driver's log" },
      ],
    },
  ]) // prettier-ignore
})

it('P13: says so where nobody tells', async () => {
  const { outputs, findings } = await look({ capabilities: ['application', 'executors'] })
  expect(outputs).toMatchObject({ dropped: null, severity: null })
  expect(findings[0]?.unreached).toEqual(['the driver’s metrics'])
})

describe('the other findings of the same diagnosis', () => {
  const steps = ['executor-deaths', 'application', 'listener-drops'].map((name) => ({
    id: name,
    use: `spark.${name}`,
    params: undefined,
    heading: name,
  }))
  const diagnose = async (world: World, calls: Calls = {}): Promise<Record<string, Finding | undefined>> => {
    const context = { ...contextOf(world), reader: readerOf(world, calls) }
    const results = await runProbes(steps, context, { deadlineMs: 2000, concurrency: 2 })
    return Object.fromEntries(results.map(({ step, findings }) => [step, findings[0]]))
  }
  const died = [executor('1', 'Command exited with code 52'), executor('2', null)]

  it('are believed one step less, and say why, where they come from Spark’s pages', async () => {
    const sound = await diagnose({ executors: died, gauges: dropped({ appStatus: 0 }) })
    expect(sound['executor-deaths']).toMatchObject({ confidence: 'medium', unreached: [] })
    const doubtful = await diagnose({ executors: died, gauges: dropped({ appStatus: 12, shared: 1 }) })
    expect(doubtful['executor-deaths']).toMatchObject({
      confidence: 'low',
      unreached: ['events that Spark dropped (12 of appStatus, 1 of shared)'],
    })
  })

  it('are believed as before where they come from elsewhere, the one about the drops first of all', async () => {
    const found = await diagnose({ gauges: dropped({ appStatus: 12 }) })
    expect(found['application']).toMatchObject({ confidence: 'high', unreached: [] })
    expect(found['listener-drops']).toMatchObject({ confidence: 'high', severity: 'high', unreached: [] })
  })

  it('are believed as before where only a user’s own queue lost some', async () => {
    const found = await diagnose({ executors: died, gauges: dropped({ streams: 12 }) })
    expect(found['executor-deaths']).toMatchObject({ confidence: 'medium', unreached: [] })
  })

  it('are believed less after the end, too, where a Prometheus remembers', async () => {
    const application = { ...APP, foundAt: 'history', endedAt: APP.startedAt } as const
    const found = await diagnose({ application, executors: died, metrics: prometheus({ eventLog: 1 }) })
    expect(found['executor-deaths']).toMatchObject({ confidence: 'low' })
  })

  it('are believed less after the end by the word of the driver’s log, which is not read for that alone', async () => {
    const world: World = { application: ended, executors: died, log }
    const read = { id: 'log', use: 'spark.log', params: undefined, heading: 'log' }
    const calls: Calls = {}
    const context = { ...contextOf(world), reader: readerOf(world, calls) }
    const limits = { deadlineMs: 2000, concurrency: 2 }
    const [deaths, told] = await runProbes([steps[0]!, read], context, limits)
    expect(deaths?.findings[0]).toMatchObject({
      confidence: 'low',
      unreached: ['events that Spark dropped (at least 123 of appStatus, at least 1 of eventLog)'],
    })
    expect(told).toMatchObject({ outputs: { signature: 'F25' } })
    expect(calls['log']).toBe(1)
    const quiet: Calls = {}
    const [alone] = await runProbes([steps[0]!], { ...context, reader: readerOf(world, quiet) }, limits)
    expect(alone?.findings[0]).toMatchObject({ confidence: 'medium' })
    expect(quiet['log']).toBeUndefined()
  })

  it('cost one question to the driver, and none where no probe read its pages', async () => {
    const calls: Calls = {}
    await diagnose({ executors: died, gauges: dropped({ appStatus: 0 }) }, calls)
    expect(calls['gauges']).toBe(1)
    const quiet: Calls = {}
    const context = { ...contextOf({}), reader: readerOf({}, quiet) }
    await runProbes([steps[1]!], context, { deadlineMs: 2000, concurrency: 2 })
    expect(quiet['gauges']).toBeUndefined()
  })

  it('stand as they are when the driver does not tell', async () => {
    const found = await diagnose({ executors: died, broken: ['gauges'] })
    expect(found['executor-deaths']).toMatchObject({ confidence: 'medium', unreached: [] })
  })
})

// An application with everything wrong at once: what a real Spark answered, changed where no recording shows a finding.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  type Answer,
  type Moment,
  type Recording,
  loadRecording,
} from '../../../src/sandbox/spark/recording.ts'
import type { SeriesByName } from './prometheus.ts'

type Row = Record<string, unknown>

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const MINUTE = 60_000
const JSON_TYPE = 'application/json'
const OK = { status: 200, type: JSON_TYPE }
const SQL = path.join(
  import.meta.dirname,
  '..',
  '..',
  'platforms',
  'spark-rest',
  'recordings',
  'sql-4.3.0.json',
)

const summaryOf = (attempt: string): string =>
  `stages/${attempt}/taskSummary?quantiles=0.0,0.05,0.25,0.5,0.75,0.95,1.0`

/** Twenty minutes old; every time below is so many minutes before it was looked at. */
export function madeRecording(): Recording {
  const base = structuredClone(loadRecording('data-skew', '4'))
  const streaming = structuredClone(loadRecording('streaming-lag', '4'))
  const live = base.live as Moment & { app: Record<string, Answer> }
  const ago = (minutes: number): string => new Date(live.at - minutes * MINUTE).toISOString().replace('Z', 'GMT')
  const body = <T>(of: string): T => live.app[of]?.body as T
  const [application] = body<{ attempts: Row[] }>('').attempts
  Object.assign(application!, { startTime: ago(20), startTimeEpoch: live.at - 20 * MINUTE })

  const all = body<Row[]>('allexecutors')
  const [first, second, driver] = all as [Row, Row, Row]
  const peaks = { JVMHeapMemory: GIB, ProcessTreeJVMRSSMemory: 3 * GIB, ProcessTreePythonRSSMemory: GIB, ProcessTreeOtherRSSMemory: 5 * MIB }
  Object.assign(first, { addTime: ago(19), maxTasks: 4, totalDuration: 900_000, totalGCTime: 90_000, totalShuffleRead: 900 * MIB })
  Object.assign(first['peakMemoryMetrics'] as Row, peaks)
  Object.assign(second, { addTime: ago(19), maxTasks: 4, totalDuration: 200_000, totalShuffleRead: 100 * MIB, activeTasks: 2 })
  const third = { ...structuredClone(second), id: '2', totalDuration: 100_000, activeTasks: 0, isExcluded: true }
  const dead = { ...structuredClone(second), id: '3', isActive: false, activeTasks: 0, addTime: ago(19), removeTime: ago(9), removeReason: 'Command exited with code 137' }
  const released = { ...structuredClone(dead), id: '4', removeTime: ago(8.5), removeReason: 'Executor killed by driver.: idle for 60 s' }
  const alive = [first, second, third]
  Object.assign(live.app, {
    executors: { ...OK, body: [...alive, driver] },
    allexecutors: { ...OK, body: [...alive, dead, released, driver] },
  })

  const properties = body<{ sparkProperties: [string, string][] }>('environment').sparkProperties
  const set: Row = { 'spark.executor.memory': '3g', 'spark.executor.memoryOverhead': '1g', 'spark.executor.pyspark.memory': '512m', 'spark.memory.offHeap.enabled': 'true', 'spark.memory.offHeap.size': String(256 * MIB), 'spark.driver.maxResultSize': '10k' }
  Object.assign(live.app['environment']!.body as Row, { sparkProperties: [...properties.filter(([name]) => set[name] === undefined), ...Object.entries(set)] })

  const stages = body<Row[]>('stages?details=false')
  const [last, wide, , early] = stages as [Row, Row, Row, Row]
  for (const one of stages) Object.assign(one, { submissionTime: ago(18), completionTime: ago(12) })
  Object.assign(last, { diskBytesSpilled: 2 * GIB, inputBytes: GIB, resultSize: 9000, shuffleFetchWaitTime: 60 })
  Object.assign(wide, { numTasks: 6000, numCompleteTasks: 6000 })
  const failed = { ...structuredClone(early), attemptId: 1, status: 'FAILED', numTasks: 8, numFailedTasks: 5, numCompleteTasks: 3, failureReason: 'Job aborted due to stage failure: Task 0 failed 4 times' }
  const active = { ...structuredClone(last), stageId: 4, status: 'ACTIVE', numTasks: 60, numCompleteTasks: 39, submissionTime: ago(8), diskBytesSpilled: 0, resultSize: 0 }
  Reflect.deleteProperty(active, 'completionTime')
  stages.push(failed, active)
  const [task] = structuredClone(body<Row[]>('stages/0/0/taskList?sortBy=-runtime&length=60'))
  // The hot partition, which no summary holds yet.
  const running: Row = { ...task!, taskId: 70, launchTime: ago(7), status: 'RUNNING' }
  Reflect.deleteProperty(running, 'duration')
  Object.assign(running['taskMetrics'] as Row, { executorRunTime: 0, shuffleReadMetrics: { remoteBytesRead: 900 * MIB, localBytesRead: 60 * MIB } })
  Object.assign(live.app, {
    'stages/0/1/taskList?sortBy=-runtime&length=60': { ...OK, body: [{ ...task!, taskId: 60, status: 'FAILED', errorMessage: 'java.lang.OutOfMemoryError: Java heap space' }] },
    'stages/4/0/taskList?sortBy=-runtime&length=60': { ...OK, body: [running] },
    [summaryOf('4/0')]: structuredClone(live.app[summaryOf('0/0')]!),
  })
  const [job] = body<Row[]>('jobs')
  Object.assign(job!, { submissionTime: ago(18), completionTime: ago(12) })
  const beside = { ...structuredClone(job!), jobId: 1, submissionTime: ago(14), completionTime: ago(11) }
  const runs = { ...structuredClone(job!), jobId: 2, status: 'RUNNING', submissionTime: ago(8) }
  Reflect.deleteProperty(runs, 'completionTime')
  body<Row[]>('jobs').push(runs, beside)

  const queries = JSON.parse(readFileSync(SQL, 'utf8')) as Row[]
  const bare = queries.map((one) => ({ ...one, nodes: [], planDescription: '' }))
  for (const name of Object.keys(live.app).filter((one) => one.startsWith('sql'))) Reflect.deleteProperty(live.app, name)
  Object.assign(live.app, {
    'sql?details=false&planDescription=false&length=1000': { ...OK, body: bare },
    ...Object.fromEntries(queries.map((one) => [`sql/${String(one['id'])}?details=true`, { ...OK, body: one }])),
  })
  return { ...base, live: { ...live, metrics: { ...OK, body: metricsOf(streaming, live.appId) } } }
} // prettier-ignore

/** What a live driver says of its streams, its allocator and its listener bus. */
function metricsOf(streaming: Recording, appId: string): unknown {
  const said = streaming.live.metrics?.body as Record<'gauges' | 'counters', Record<string, Row>>
  const named = (of: Record<string, Row>): Record<string, Row> =>
    Object.fromEntries(
      Object.entries(of).map(([name, value]) => [name.replace(streaming.live.appId, appId), value]),
    )
  const own = `${appId}.driver.`
  return {
    ...said,
    gauges: {
      ...named(said.gauges),
      [`${own}ExecutorAllocationManager.executors.numberTargetExecutors`]: { value: 10 },
      [`${own}ExecutorAllocationManager.executors.numberAllExecutors`]: { value: 3 },
    },
    counters: {
      ...named(said.counters),
      [`${own}LiveListenerBus.queue.appStatus.numDroppedEvents`]: { count: 7 },
      [`${own}LiveListenerBus.queue.eventLog.numDroppedEvents`]: { count: 5 },
    },
  }
}

/** The same as a Prometheus has watched it since yesterday. */
export function watchedSeries(recording: Recording, appId: string): SeriesByName {
  const { at } = recording.live
  const minutes = (time: number): number => (time - at) / MINUTE
  const driver = `metrics_${appId.replaceAll(/[^A-Za-z0-9]/g, '_')}_driver_`
  const clicks = `${driver}spark_streaming_clicks_`
  return {
    metrics_executor_completedTasks_total: (time) => (minutes(time) < -6.5 ? 100 + Math.floor(minutes(time)) : 94),
    [`${driver}ExecutorAllocationManager_executors_numberTargetExecutors_Value`]: (time) => (minutes(time) < -5.75 ? 3 : 10),
    [`${driver}ExecutorAllocationManager_executors_numberAllExecutors_Value`]: () => 3,
    [`${driver}LiveListenerBus_queue_appStatus_numDroppedEvents_Count`]: () => 7,
    [`${driver}LiveListenerBus_queue_shared_numDroppedEvents_Count`]: () => 2,
    [`${clicks}latency_Value`]: (time) => 9000 - 100 * Math.round(minutes(time)),
    [`${clicks}inputRate_total_Value`]: () => 100,
    [`${clicks}processingRate_total_Value`]: (time) => 60 + Math.round(minutes(time)),
    [`${clicks}states_usedBytes_Value`]: (time) => (minutes(time) < -1000 ? 100 * MIB : 500 * MIB),
  }
} // prettier-ignore

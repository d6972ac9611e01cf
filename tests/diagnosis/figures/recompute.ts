// Every formula of the catalogue once more, over the answers behind a finding's links alone.
import type { Behind, Json, Row } from './behind.ts'

const MIB = 1024 ** 2

const rows = (answer: Json): Row[] => answer as Row[]
const number = (row: Row, name: string): number => Number(row[name] ?? 0)
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const total = (of: readonly Row[], name: string): number => sum(of.map((row) => number(row, name)))
const largest = (of: readonly Row[], value: (row: Row) => number): number => Math.max(...of.map(value))
const instant = (text: unknown): number => Date.parse(String(text).replace(/GMT$/, 'Z'))
const within = (row: Row, name: string): Row => (row[name] ?? {}) as Row
const middle = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
/** What one series of a task summary says at 0, 0.5 and 1. */
const at = (series: unknown, point: 1 | 2): number => (series as number[])[point]!

const ALL_EXECUTORS = /\/allexecutors$/
const SUMMARY = /\/taskSummary\?/
const ONE_STAGE = /\/stages\/\d+\/\d+\?details=false$/
const ATTEMPTS = /\/stages\/\d+\?details=false$/
const QUERY = /\/sql\/\d+\?/
const APPLICATION = /\/applications\/[\w-]+$/
const METRICS = /\/metrics\/json\/$/
const LISTED = /\/applications\?status=running&limit=500$/
const GRAPH = /\/graph\?/

const executors = (behind: Behind): Row[] =>
  rows(behind.answer(ALL_EXECUTORS)).filter(({ id }) => id !== 'driver')
const stage = (behind: Behind): Row => behind.answer(ONE_STAGE) as Row
const summary = (behind: Behind): Row => behind.answer(SUMMARY) as Row

/** A setting in MiB, or in bytes where it is a bare number of those. */
function setting(behind: Behind, name: string, bare: 'mib' | 'bytes' = 'mib'): number | null {
  const { sparkProperties } = behind.answer(/\/environment$/) as { sparkProperties: [string, string][] }
  const text = sparkProperties.find(([key]) => key === name)?.[1]
  const [, amount, unit = bare === 'mib' ? 'm' : 'b'] = /^(\d+)([bkmg])?$/.exec(text ?? '') ?? []
  const sizes = { b: 1 / MIB, k: 1 / 1024, m: 1, g: 1024 }
  return amount === undefined ? null : Number(amount) * sizes[unit as keyof typeof sizes]
}

function heapShare(behind: Behind): number {
  const peak = largest(executors(behind), (one) => number(within(one, 'peakMemoryMetrics'), 'JVMHeapMemory'))
  return peak / MIB / (setting(behind, 'spark.executor.memory') ?? 1024)
}

/** When the application began, and until when its times are counted. */
function spanOf(behind: Behind): { from: number; until: number } {
  const app = behind.answer(APPLICATION) as { attempts: Row[] }
  return { from: instant(app.attempts[0]?.['startTime']), until: instant(behind.said(/counted until (\S+)/)) }
}

const lived = (one: Row, until: number): number =>
  (one['removeTime'] === undefined ? until : instant(one['removeTime'])) - instant(one['addTime'])

/** The longest that an executor's running tasks can have been at work. */
function underWay(behind: Behind, one: Row, until: number): number {
  const active = one['isActive'] === true ? number(one, 'activeTasks') : 0
  // Where no stage is under way, neither is a task.
  if (active === 0 || !behind.text.includes('oldest active stage')) return 0
  const begun = rows(behind.answer(/\/stages\?status=active/)).map((row) => instant(row['submissionTime']))
  return active * Math.max(0, until - Math.max(instant(one['addTime']), Math.min(...begun)))
}

/** The metrics of the operator that the figures speak of. */
function operator(behind: Behind, name: string): string[] {
  const { nodes } = behind.answer(QUERY) as { nodes: { metrics: { name: string; value: string }[] }[] }
  return nodes.flatMap(({ metrics }) => metrics.flatMap((one) => (one.name === name ? [one.value] : [])))
}

function bytes(text: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+) (B|KiB|MiB|GiB)/m.exec(text) ?? []
  return Number(amount) * { B: 1, KiB: 1024, MiB: MIB, GiB: 1024 * MIB }[unit as 'B']
}

const quantity = (text: string): number => Number(text.replaceAll(',', ''))

/** A gauge or counter of the driver by the end of its name. */
function metric(behind: Behind, end: string): number {
  const page = behind.answer(METRICS) as { gauges: Record<string, Row>; counters: Record<string, Row> }
  const found = Object.entries({ ...page.gauges, ...page.counters }).find(([name]) => name.endsWith(end))
  return Number(found?.[1]['value'] ?? found?.[1]['count'])
}

/** Samples of a series on a page of Prometheus by the end of its name, oldest first, with their times. */
function samples(behind: Behind, page: RegExp, end: string): [number, number][] {
  const { data } = behind.answer(page) as { data: { result: { metric: Row; values?: [number, string][]; value?: [number, string] }[] } } // prettier-ignore
  const found = data.result.find(({ metric: labels }) => String(labels['__name__']).endsWith(end))
  return (found?.values ?? (found?.value === undefined ? [] : [found.value])).map(([time, value]) => [time * 1000, Number(value)]) // prettier-ignore
}

const mean = (of: readonly [number, number][]): number => sum(of.map(([, value]) => value)) / of.length
const minutes = (from: number, behind: Behind): number => (instant(behind.said(/seen (\S+)/)) - from) / 60_000

/** Since when it says that nothing moved, checked against the record it points to. */
function moved(behind: Behind): number {
  const [, task, field] = /task (\d+) (launched|ended) /.exec(behind.text) ?? []
  if (task !== undefined) {
    const one = rows(behind.answer(/\/taskList\?/)).find((row) => row['taskId'] === Number(task))!
    const launched = instant(one['launchTime'])
    return field === 'launched' ? launched : launched + number(one, 'duration')
  }
  if (behind.text.includes('of the oldest job'))
    return Math.min(...rows(behind.answer(/\/jobs\?status=running/)).filter(({ status }) => status === 'RUNNING').map((job) => instant(job['submissionTime'])))
  return instant(stage(behind)['completionTime'])
} // prettier-ignore

/** Since when it waits for executors: the oldest active stage, or the executor that came or went last. */
function waiting(behind: Behind): number {
  if (behind.text.includes('of the oldest active stage'))
    return Math.min(...rows(behind.answer(/\/stages\?status=active/)).map((one) => instant(one['submissionTime'])))
  const changes = executors(behind).flatMap((one) => [one['addTime'], one['removeTime']].flatMap((time) => (time === undefined ? [] : [instant(time)])))
  return Math.max(...changes)
} // prettier-ignore

function lastRise(of: readonly [number, number][]): number {
  return of.findLast(([, value], i) => i > 0 && value > of[i - 1]![1])![0]
}

/** By the ids of the catalogue: the value as anybody may compute it who follows the links. */
export const RECOMPUTE: Readonly<Record<string, (behind: Behind) => number>> = {
  gc_ratio(behind) {
    if (behind.text.includes('jvmGcTime')) return number(stage(behind), 'jvmGcTime') / number(stage(behind), 'executorRunTime')
    const own = /totalDuration \d+ ms of executor (\S+)/.exec(behind.text)?.[1]
    const all = executors(behind).filter(({ id }) => own === undefined || id === own)
    return total(all, 'totalGCTime') / total(all, 'totalDuration')
  },
  heap_peak: heapShare,
  mem_overprov: heapShare,
  container_peak(behind) {
    const peak = largest(executors(behind), (one) =>
      sum(['JVM', 'Python', 'Other'].map((of) => number(within(one, 'peakMemoryMetrics'), `ProcessTree${of}RSSMemory`))),
    )
    const heap = setting(behind, 'spark.executor.memory') ?? 1024
    const overhead = setting(behind, 'spark.executor.memoryOverhead') ?? Math.max(384, Math.ceil(heap / 10))
    const python = setting(behind, 'spark.executor.pyspark.memory') ?? 0
    return peak / MIB / (heap + overhead + python + (setting(behind, 'spark.memory.offHeap.size', 'bytes') ?? 0))
  },
  spill_ratio(behind) {
    const one = stage(behind)
    return number(one, 'diskBytesSpilled') / (number(one, 'inputBytes') + number(one, 'shuffleReadBytes'))
  },
  fetch_wait: (behind) => number(stage(behind), 'shuffleFetchWaitTime') / number(stage(behind), 'executorRunTime'),
  sched_delay: (behind) => at(summary(behind)['schedulerDelay'], 1) / at(summary(behind)['duration'], 1),
  small_tasks(behind) {
    if (number(stage(behind), 'numTasks') <= 5000) throw new Error('The stage has too few tasks to be told.')
    return at(summary(behind)['duration'], 1)
  },
  big_partition: (behind) =>
    Math.max(
      at(within(summary(behind), 'inputMetrics')['bytesRead'], 2),
      at(within(summary(behind), 'shuffleReadMetrics')['readBytes'], 2),
      at(within(summary(behind), 'outputMetrics')['bytesWritten'], 2),
      at(within(summary(behind), 'shuffleWriteMetrics')['writeBytes'], 2),
    ),
  low_parallelism: (behind) =>
    number(stage(behind), 'numTasks') / total(executors(behind).filter(({ isActive }) => isActive === true), 'maxTasks'),
  result_size: (behind) =>
    number(stage(behind), 'resultSize') / ((setting(behind, 'spark.driver.maxResultSize', 'bytes') ?? 1024) * MIB),
  exec_imbalance(behind) {
    const { from, until } = spanOf(behind)
    const settled = executors(behind).filter((one) => lived(one, until) > (until - from) / 2)
    const values = settled.map((one) => number(one, behind.said(/(totalDuration|totalShuffleRead) max/)))
    return Math.max(...values) / Math.max(1, middle(values))
  },
  excluded(behind) {
    const active = rows(behind.answer(/\/executors$/)).filter(({ id, isActive }) => id !== 'driver' && isActive === true)
    return active.filter(({ isExcluded }) => isExcluded === true).length / active.length
  },
  idle_cores(behind) {
    const until = instant(behind.said(/lifetime x maxTasks \d+ ms until (\S+)/))
    const given = sum(executors(behind).map((one) => lived(one, until) * number(one, 'maxTasks')))
    const running = sum(executors(behind).map((one) => underWay(behind, one, until)))
    return Math.max(0, 1 - (total(executors(behind), 'totalDuration') + running) / given)
  },
  driver_share(behind) {
    const { from, until } = spanOf(behind)
    const jobs = rows(behind.answer(/\/jobs$/)).map((job) => [instant(job['submissionTime']), job['completionTime'] === undefined ? until : instant(job['completionTime'])] as const)
    const instants = [...new Set(jobs.flat())].sort((a, b) => a - b)
    // Piece by piece: a piece counts where any job runs in it.
    const busy = sum(instants.slice(1).map((end, i) => (jobs.some(([start, stop]) => start <= instants[i]! && stop >= end) ? end - instants[i]! : 0)))
    return 1 - busy / (until - from)
  },
  small_files(behind) {
    const wrote = behind.text.includes('number of written files')
    const files = operator(behind, wrote ? 'number of written files' : 'number of files read').map(quantity)
    const sizes = operator(behind, wrote ? 'written output' : 'size of files read').map(bytes)
    return Math.max(...files.filter((count, i) => sizes[i]! / count < 3 * MIB))
  },
  big_broadcast: (behind) => Math.max(...operator(behind, 'data size').map(bytes)),
  task_skew: (behind) =>
    Math.max(at(summary(behind)['executorRunTime'], 2), failedMost(behind, (task) => number(within(task, 'taskMetrics'), 'executorRunTime')), runsFor(behind)) /
    Math.max(1, at(summary(behind)['executorRunTime'], 1)),
  data_skew(behind) {
    const read = (point: 1 | 2): number =>
      at(within(summary(behind), 'shuffleReadMetrics')['readBytes'], point) + at(within(summary(behind), 'inputMetrics')['bytesRead'], point)
    const hot = hotTask(behind)
    return Math.max(read(2), failedMost(behind, bytesRead), hot === null ? 0 : bytesRead(hot)) / Math.max(1, read(1))
  },
  task_fail_rate(behind) {
    const attempt = Number(behind.said(/attempt (\d+)/))
    const one = rows(behind.answer(ATTEMPTS)).find(({ attemptId }) => attemptId === attempt)!
    return number(one, 'numFailedTasks') / (number(one, 'numFailedTasks') + number(one, 'numCompleteTasks'))
  },
  stage_retries: (behind) => largest(rows(behind.answer(ATTEMPTS)), (one) => number(one, 'attemptId')),
  exec_churn(behind) {
    const until = instant(behind.said(/before (\S+), not on purpose/))
    const gone = executors(behind).filter(({ removeTime }) => removeTime !== undefined && until - instant(removeTime) <= 600_000)
    // On purpose: idle executors that dynamic allocation takes, and what a driver tells to end.
    const lost = gone.filter(({ removeReason }) => !/idle|told to kill|decommission/i.test(String(removeReason)))
    return lost.length / Math.max(1, executors(behind).filter(({ isActive }) => isActive === true).length)
  },
  no_progress: (behind) => minutes(behind.watched ? lastRise(samples(behind, GRAPH, 'completedTasks_total')) : moved(behind), behind),
  alloc_stuck(behind) {
    if (!behind.watched) {
      const short = behind.text.includes('isActive 0')
        ? executors(behind).every(({ isActive }) => isActive !== true)
        : metric(behind, 'numberTargetExecutors') > metric(behind, 'numberAllExecutors')
      if (!short) throw new Error('It has what it asks for.')
      return minutes(waiting(behind), behind)
    }
    const has = new Map(samples(behind, /numberAllExecutors/, 'numberAllExecutors_Value'))
    const both = samples(behind, /numberTargetExecutors/, 'numberTargetExecutors_Value').map(([time, target]) => [time, target > has.get(time)!] as const)
    return minutes(both[both.findLastIndex(([, short]) => !short) + 1]![0], behind)
  },
  stream_lag(behind) {
    const trigger = Number(behind.said(/trigger_s ([\d.]+)/)) * 1000
    const latency = behind.watched ? samples(behind, GRAPH, '_latency_Value').slice(-3).map(([, ms]) => ms) : [metric(behind, '.latency')]
    return Math.min(...latency) / trigger
  },
  stream_rate: (behind) =>
    behind.watched
      ? mean(samples(behind, GRAPH, '_processingRate_total_Value')) / mean(samples(behind, GRAPH, '_inputRate_total_Value'))
      : metric(behind, '.processingRate-total') / metric(behind, '.inputRate-total'),
  state_growth: (behind) =>
    samples(behind, /range_input/, '_states_usedBytes_Value').at(-1)![1] / samples(behind, /moment_input/, '_states_usedBytes_Value').at(-1)![1],
  listener_drop(behind) {
    if (behind.watched) return sum(['appStatus', 'eventLog', 'shared', 'executorManagement'].map((queue) => samples(behind, GRAPH, `queue_${queue}_numDroppedEvents_Count`).at(-1)?.[1] ?? 0))
    const { counters } = behind.answer(METRICS) as { counters: Record<string, { count: number }> }
    return sum(Object.entries(counters).map(([name, { count }]) => (name.endsWith('.numDroppedEvents') ? count : 0)))
  },
  // How long an answer took stands in no answer: whoever follows the links takes the time.
  history_latency(behind) {
    behind.answer(/\/api\/v1\/version$/)
    behind.answer(LISTED)
    return Math.max(...[...behind.text.matchAll(/\/api\/v1\/\w+ took (\d+) ms/g)].map(([, ms]) => Number(ms))) / 1000
  },
  history_lag(behind) {
    const listed = rows(behind.answer(LISTED)).map((app) => (app['attempts'] as Row[])[0]!)
    // And what a driver wrote since is where it is said to be.
    const [, job, field, at] = /job (\d+) (submissionTime|completionTime) (\S+)/.exec(behind.text)!
    const own = rows(behind.answer(/\/jobs$/)).find(({ jobId }) => jobId === Number(job))!
    if (instant(own[field!]) !== Date.parse(at!)) throw new Error(`${field} of job ${job} is ${String(own[field!])}`)
    return minutes(largest(listed, (attempt) => number(attempt, 'lastUpdatedEpoch')), behind)
  },
} // prettier-ignore

const bytesRead = (task: Row): number => {
  const metrics = within(task, 'taskMetrics')
  const shuffle = within(metrics, 'shuffleReadMetrics')
  return number(within(metrics, 'inputMetrics'), 'bytesRead') + number(shuffle, 'remoteBytesRead') + number(shuffle, 'localBytesRead')
} // prettier-ignore

/** Of the running tasks the one that was launched first, where they are told. */
function hotTask(behind: Behind): Row | null {
  if (!behind.text.includes('has run for')) return null
  const running = rows(behind.answer(/\/taskList\?status=RUNNING/))
  return running.toSorted((a, b) => instant(a['launchTime']) - instant(b['launchTime']))[0] ?? null
}

function runsFor(behind: Behind): number {
  const hot = hotTask(behind)
  return hot === null ? 0 : instant(behind.said(/seen (\S+); it has read/)) - instant(hot['launchTime'])
}

/** The most among failed tasks, where they are told; 0 where none is. */
function failedMost(behind: Behind, of: (task: Row) => number): number {
  return behind.text.includes('bytes read')
    ? largest(rows(behind.answer(/\/taskList\?status=FAILED/)), of)
    : 0
}

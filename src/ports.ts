// What the domain asks of the world: time, Spark to look into, Spark to act on. Adapters implement these.
import type { Run } from './alerts/model.ts'

export interface Clock {
  /** The instant all replicas agree on: database time in production, the virtual clock in tests. */
  now(): Date
}

/** Where an application was found; the nearest source of truth first. */
export type FoundAt = 'driver' | 'history' | 'event-log' | 'master' | 'resource-manager' | 'cluster'

export type ApplicationState = 'waiting' | 'running' | 'finished' | 'failed' | 'killed' | 'unknown'

/** A Spark application as located on a platform. Times are instants, null when Spark does not say. */
export interface SparkApplication {
  readonly id: string
  readonly name: string
  readonly attemptId: string | null
  readonly state: ApplicationState
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly user: string | null
  readonly sparkVersion: string | null
  readonly foundAt: FoundAt
  /** A page for people. */
  readonly link: string
  /** Where the details are read (`.../api/v1/applications/<id>`); null when only the master's record is left. */
  readonly apiUrl: string | null
  /** Where the platform was asked in vain on the way here, for honesty in findings. */
  readonly unreached: readonly string[]
}

/** One executor, alive or dead. Bytes and milliseconds as Spark gives them. */
export interface SparkExecutor {
  readonly id: string
  readonly host: string
  readonly active: boolean
  readonly addedAt: Date | null
  readonly removedAt: Date | null
  readonly removeReason: string | null
  readonly failedTasks: number
  readonly completedTasks: number
  readonly totalDurationMs: number
  readonly totalGcMs: number
  readonly maxMemoryBytes: number
  readonly peakHeapBytes: number | null
  /** JVM, Python and other processes together; null unless Spark measures process trees. */
  readonly peakRssBytes: number | null
  /** Task slots. Durations are summed over them. */
  readonly maxTasks: number
  /** Tasks that run in it now, of which durations know nothing yet; absent where nobody tells. */
  readonly activeTasks?: number
  readonly totalShuffleReadBytes: number
  /** Kept from tasks after failures. */
  readonly excluded: boolean
}

export interface SparkStage {
  readonly id: number
  readonly attempt: number
  readonly status: string
  readonly name: string
  readonly tasks: number
  readonly failedTasks: number
  readonly completedTasks: number
  readonly failureReason: string | null
  readonly executorRunMs: number
  readonly totals: SparkStageTotals
  readonly submittedAt: Date | null
  readonly completedAt: Date | null
  readonly link: string
}

/** Sums over a stage attempt's tasks. Bytes and milliseconds. */
export interface SparkStageTotals {
  readonly gcMs: number
  readonly fetchWaitMs: number
  readonly resultBytes: number
  readonly inputBytes: number
  readonly shuffleReadBytes: number
  readonly shuffleWriteBytes: number
  readonly memorySpilledBytes: number
  readonly diskSpilledBytes: number
}

export interface SparkJob {
  readonly id: number
  /** RUNNING, SUCCEEDED, FAILED or UNKNOWN. */
  readonly status: string
  readonly submittedAt: Date | null
  readonly completedAt: Date | null
}

export interface SparkTask {
  readonly id: number
  readonly index: number
  readonly attempt: number
  readonly executorId: string
  readonly host: string
  readonly status: string
  readonly errorMessage: string | null
  readonly runMs: number | null
  readonly readBytes: number | null
}

/** Quantiles of the successful tasks of one stage attempt, index-aligned with `quantiles`. */
export interface SparkTaskQuantiles {
  readonly quantiles: readonly number[]
  readonly runMs: readonly number[]
  readonly shuffleReadBytes: readonly number[]
  readonly inputBytes: readonly number[]
  /** From launch to end, scheduling and deserialising included. Absent in Spark 2. */
  readonly durationMs: readonly number[]
  readonly schedulerDelayMs: readonly number[]
  readonly outputBytes: readonly number[]
  readonly shuffleWriteBytes: readonly number[]
}

export interface SparkCluster {
  readonly aliveWorkers: number
  readonly workers: readonly { id: string; host: string; state: string; cores: number; memoryMb: number }[]
  readonly waitingApplications: number
  readonly status: string
}

/** One SQL query of an application, with the plan that Spark ran. */
export interface SparkQuery {
  readonly id: number
  /** RUNNING, COMPLETED or FAILED. */
  readonly status: string
  readonly description: string
  readonly plan: string
  /** Why it failed, where Spark says (4.x). Not redacted yet. */
  readonly error?: string | null
  /** Until now, where it runs. */
  readonly durationMs: number
  /** Operators of the plan with what they measured; of a query that runs, so far. */
  readonly nodes: readonly SparkPlanNode[]
  readonly link: string
}

export interface SparkPlanNode {
  readonly id: number
  /** As Spark's page names it: `Scan parquet`, `BroadcastExchange`. */
  readonly name: string
  readonly metrics: readonly SparkPlanMetric[]
}

/** One measurement of an operator, all its tasks together. */
export interface SparkPlanMetric {
  readonly name: string
  /** Bytes and times are as Spark rounded them for people: to one place of the unit it chose. */
  readonly value: number
  readonly unit: 'bytes' | 'ms' | 'number'
  /** As Spark wrote it: `212.6 KiB`, `20,000`. */
  readonly text: string
}

/** When one task attempt began and ended; null while it runs. */
export interface SparkTaskTimes {
  readonly id: number
  readonly executorId: string
  readonly launchedAt: Date
  readonly endedAt: Date | null
}

/** One thread of a driver's or executor's JVM, as Spark's thread dump has it. */
export interface SparkThread {
  readonly id: number
  readonly name: string
  /** As the JVM says: RUNNABLE, BLOCKED, WAITING, TIMED_WAITING. */
  readonly state: string
  /** Frames, the innermost first. */
  readonly stack: readonly string[]
  /** The thread that holds the lock it waits for. */
  readonly blockedBy: number | null
  readonly lock: string | null
}

/** One container of a run, alive or ended: a pod's main container, a YARN container. */
export interface RunContainer {
  /** As the platform names it: the pod, the container id. */
  readonly id: string
  readonly role: 'driver' | 'executor' | 'other'
  readonly state: 'waiting' | 'running' | 'ended' | 'unknown'
  /** The platform's word for why it waits or ended: `OOMKilled`, `ImagePullBackOff`, `Evicted`. */
  readonly reason: string | null
  readonly message: string | null
  readonly exitCode: number | null
  readonly restarts: number
  readonly node: string | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly memoryLimitBytes: number | null
}

/** Something that the platform noted about a run or what it runs on. */
export interface PlatformEvent {
  readonly at: Date | null
  /** What it speaks of: a pod, a node, a cluster. */
  readonly about: string
  readonly reason: string
  readonly text: string
  readonly count: number
  readonly warning: boolean
}

/** What of a run's making may differ from its last good one. */
export type RunTrait =
  'commit' | 'image' | 'spark_version' | 'runtime' | 'node_type' | 'nodes' | 'definition' | 'parameters'

/** `retrying`: an attempt ended badly and the platform itself makes another. */
export type RunState = 'queued' | 'running' | 'retrying' | 'succeeded' | 'failed' | 'cancelled' | 'unknown'

/** Who said something about a failure: the same words mean another thing in the driver than in a task. */
export type SaidBy = 'driver' | 'executor' | 'task' | 'stage' | 'container' | 'platform'

/** What a platform keeps of one run of a job, in its own words. */
export interface PlatformRun {
  /** As the platform names it: an application id, a Databricks run id, a step id. */
  readonly id: string
  readonly jobName: string | null
  readonly state: RunState
  /** The platform's own word or words for it. */
  readonly stateText: string
  /** The attempt that this speaks of, from 1; null where the platform does not count. */
  readonly attempt: number | null
  readonly maxAttempts: number | null
  readonly submittedAt: Date | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** Spark's own id, where the platform says which. */
  readonly applicationId: string | null
  readonly queue: string | null
  readonly user: string | null
  /** What is said of its end or its waiting: diagnostics, termination reasons, error texts. Not redacted yet. */
  readonly words: readonly { readonly text: string; readonly from: string; readonly place: SaidBy }[]
  /** Where the platform was asked in vain for more words, for honesty in findings. */
  readonly unreached?: readonly string[]
  /** How it was made, as far as the platform says; short texts, to be compared with other runs of the job. */
  readonly traits?: Readonly<Partial<Record<RunTrait, string>>>
  /** A page for people. */
  readonly link: string
}

/** The end of a log, as many bytes as were asked for at most. */
export interface LogTail {
  readonly text: string
  readonly whose: 'driver' | 'executor'
  /** Earlier lines were left out. */
  readonly cut: boolean
  /** For people: which log this is. */
  readonly from: string
  readonly link: string | null
}

/** What the reader of a platform can answer. A probe whose need is not offered is not run (P13). */
export type ReadCapability =
  | 'application'
  | 'executors'
  | 'stages'
  | 'tasks'
  | 'environment'
  | 'cluster'
  | 'run'
  | 'runs'
  | 'log'
  | 'sql'
  /** Thread dumps of executors that live. */
  | 'threads'
  /** The driver's own metrics at this instant. */
  | 'gauges'
  /** The run's containers, those that ended too as long as the platform keeps them. */
  | 'containers'
  | 'events'
  /** A Prometheus is configured beside it (`metrics` below). */
  | 'metrics'

export interface MetricsQuery {
  readonly promql: string
  /** The instant, or the end of the range. */
  readonly at: Date
  /** Null for one instant; else how far back and in which steps, in milliseconds. */
  readonly range: { readonly lastMs: number; readonly stepMs: number } | null
}

export interface MetricPoint {
  readonly at: Date
  /** Null where the value is no finite number (NaN, infinities, native histograms). */
  readonly value: number | null
}

/** A scalar is one series without labels. Points rise in time; an instant query has one a series. */
export interface MetricSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly points: readonly MetricPoint[]
}

export interface MetricsAnswer {
  readonly series: readonly MetricSeries[]
  /** In the server's own words: what it left out or doubts. */
  readonly warnings: readonly string[]
  /** The same query on the server's page for people. */
  readonly link: string
}

/**
 * Asks a Prometheus (or what speaks its API) and can do nothing else. Throws ARR-501 (not reachable), ARR-502
 * (unexpected answer), ARR-504 (it refuses the query), ARR-505 (it refuses the credential).
 */
export interface MetricsReader {
  query(query: MetricsQuery, signal: AbortSignal): Promise<MetricsAnswer>
  /** For `doctor`: asks and says in one sentence what it found, or throws. */
  check(signal: AbortSignal): Promise<string>
}

/**
 * Reads one Spark installation and can do nothing else (P10). Every method is bounded by `signal`,
 * throws ArrestorError ARR-501 (not reachable), ARR-502 (unexpected answer), ARR-506 (refused), and answers null where the thing does not exist.
 */
export interface PlatformReader {
  readonly platform: string
  readonly kind: string
  readonly capabilities: ReadonlySet<ReadCapability>
  /** From an alert's run to the live driver, else the History Server, else the master's record. */
  locate(run: Run, signal: AbortSignal): Promise<SparkApplication | null>
  executors(app: SparkApplication, signal: AbortSignal): Promise<readonly SparkExecutor[]>
  stages(app: SparkApplication, signal: AbortSignal): Promise<readonly SparkStage[]>
  jobs(app: SparkApplication, signal: AbortSignal): Promise<readonly SparkJob[]>
  /** The newest SQL queries with their plans, at most `limit`; those that are not finished go first. */
  queries(app: SparkApplication, limit: number, signal: AbortSignal): Promise<readonly SparkQuery[]>
  /** Failed tasks of one stage attempt, slowest first; at most `limit` (default 50). */
  failedTasks(
    app: SparkApplication,
    stage: SparkStage,
    signal: AbortSignal,
    limit?: number,
  ): Promise<readonly SparkTask[]>
  taskQuantiles(
    app: SparkApplication,
    stage: SparkStage,
    signal: AbortSignal,
  ): Promise<SparkTaskQuantiles | null>
  /** Of one stage attempt: tasks that run, and those of the ended ones that were launched last; at most `limit` of each. */
  taskTimes(
    app: SparkApplication,
    stage: SparkStage,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly SparkTaskTimes[]>
  /** Spark properties by name. */
  environment(app: SparkApplication, signal: AbortSignal): Promise<ReadonlyMap<string, string>>
  cluster(signal: AbortSignal): Promise<SparkCluster>
  /** What the platform itself says of the run: its state, attempts, and why it ended or waits. */
  run(run: Run, signal: AbortSignal): Promise<PlatformRun | null>
  /** Runs of the same job (names normalised), newest first, at most `limit`. */
  runs(jobName: string, limit: number, signal: AbortSignal): Promise<readonly PlatformRun[]>
  /** The end of the driver's log, at most `bytes` of it. */
  log(run: Run, bytes: number, signal: AbortSignal): Promise<LogTail | null>
  /** What one executor (or `driver`) does at this instant; null where it lives no more. */
  threads(
    app: SparkApplication,
    executorId: string,
    signal: AbortSignal,
  ): Promise<readonly SparkThread[] | null>
  /** The driver's metrics by name without namespace and instance: `DAGScheduler.job.activeJobs`. Null when it has gone. */
  gauges(app: SparkApplication, signal: AbortSignal): Promise<ReadonlyMap<string, number> | null>
  containers(run: Run, signal: AbortSignal): Promise<readonly RunContainer[]>
  /** What the platform noted about the run, newest first, at most `limit`. */
  events(run: Run, limit: number, signal: AbortSignal): Promise<readonly PlatformEvent[]>
  /** For `doctor`: reaches the platform and says in one sentence what it found, or throws. */
  check(signal: AbortSignal): Promise<string>
  /** The Prometheus that watches this platform; absent where none is configured, as is the capability `metrics`. */
  readonly metrics?: MetricsReader
  /**
   * The same, and never what was answered to somebody a moment ago: for looks that decide something. Absent where
   * nothing is shared, and this reader itself will do.
   */
  readonly fresh?: PlatformReader
}

/** What a write led to. `unknown` when the reply was lost: it may have happened. */
export type WriteOutcome =
  | { readonly kind: 'accepted'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string }

export type WriteCapability = 'application.kill'

/** Acts on one Spark installation. Never retries by itself: repeating is the guard's decision (P7). */
export interface PlatformWriter {
  readonly platform: string
  readonly capabilities: ReadonlySet<WriteCapability>
  /** Asks the platform to end the application with this id. */
  kill(appId: string, signal: AbortSignal): Promise<WriteOutcome>
}

// What Spark itself tells of an application, whichever platform runs it.

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
  /** Where its event log lies, where details are read out of one: the place of figures that no page shows. */
  readonly logAt?: string
  /** Where the platform was asked in vain on the way here, for honesty in findings. */
  readonly unreached: readonly string[]
  /** What of its history the reader does not have, so that what it tells of it is not all; absent where it has all. */
  readonly unread?: readonly string[]
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
  /** Its stages, those that were skipped as well; absent where nobody tells. */
  readonly stageIds?: readonly number[]
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
  /** Where each of these stands in figures. */
  readonly shownAt: { readonly workers: string; readonly waiting: string; readonly status: string }
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
  /** From storage and shuffle, so far where it runs; absent or null where nobody tells. */
  readonly readBytes?: number | null
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

// Looking into one Spark installation.
import type { Run } from '../alerts/model.ts'
import type { HistoryServer } from './history.ts'
import type { MetricsReader } from './metrics.ts'
import type { LogTail, PlatformEvent, PlatformRun, RunContainer } from './runs.ts'
import type {
  SparkApplication,
  SparkCluster,
  SparkExecutor,
  SparkJob,
  SparkQuery,
  SparkStage,
  SparkTask,
  SparkTaskQuantiles,
  SparkTaskTimes,
  SparkThread,
} from './spark.ts'

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
  /** Queries with their plans and what each operator measured. */
  | 'sql'
  /** Queries with their plans alone: `nodes` of each is empty. */
  | 'plans'
  /** Thread dumps of executors that live. */
  | 'threads'
  /** The driver's own metrics at this instant. */
  | 'gauges'
  /** The run's containers, those that ended too as long as the platform keeps them. */
  | 'containers'
  | 'events'
  /** A History Server is configured for it (`history` below). */
  | 'history'
  /** A Prometheus is configured beside it (`metrics` below). */
  | 'metrics'

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
  /** The History Server of this platform; absent where none is configured, as is the capability `history`. */
  readonly history?: HistoryServer
  /**
   * The same, and never what was answered to somebody a moment ago: for looks that decide something. Absent where
   * nothing is shared, and this reader itself will do.
   */
  readonly fresh?: PlatformReader
}

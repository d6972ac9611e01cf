// How uneven the tasks of one stage are: those that succeeded as quantiles, with failed and running ones put beside them.
import type { Attempt } from '../attempt.ts'
import { type FindingSeverity, gradeOf, milder } from '../model.ts'
import type { PlatformReader, SparkApplication, SparkStage, SparkTaskQuantiles } from '../../ports.ts'
import type { Thresholds } from '../thresholds.ts'
import { quantile, stageName } from './snapshot.ts'

/** The longest stages are where skew costs most; the rest is not asked for. */
const STAGES_READ = 5
/** Stages that run are looked at whatever they have cost so far: Spark counts a task's time when it ends. */
const ACTIVE_READ = 3
/** Running tasks of a stage that are asked for, those launched first. */
export const RUNNING_READ = 50
/** With fewer tasks a median says nothing. */
export const LEAST_TASKS = 4

export interface SkewLimits {
  /** max / median of time, and of bytes. */
  readonly time: Thresholds
  readonly data: Thresholds
  readonly materialMs: Thresholds
  /** Stages whose longest task is shorter are not looked at, in seconds. */
  readonly least_s: number
  /** Bytes are compared from this many MiB in the largest task. */
  readonly least_mib: number
}

/** The task that has been running longest. */
export interface RunningTask {
  readonly id: number
  readonly launchedAt: Date
  readonly runMs: number
  /** So far. */
  readonly readBytes: number
}

export interface Skew {
  readonly stage: SparkStage
  readonly time: number
  readonly data: number | null
  readonly longestMs: number
  readonly longest: 'succeeded' | 'failed' | 'running'
  /** The same of the tasks that succeeded, as Spark's summary has it. */
  readonly succeededMs: number
  readonly succeededBytes: number
  /** The most among those that failed. */
  readonly failedMs: number
  readonly failedBytes: number
  /** Null where none runs, or where it is not to be compared yet. */
  readonly running: RunningTask | null
  readonly medianMs: number
  readonly largest: number
  readonly median: number
  readonly severity: FindingSeverity
  readonly quantiles: SparkTaskQuantiles
}

/** Whether tasks can be running at this instant as far as the reader sees: a History Server does not tell of now. */
function isLive({ endedAt, foundAt }: SparkApplication): boolean {
  return endedAt === null && foundAt === 'driver'
}

/** By its end, or by its state alone: a driver that was killed hard leaves its log without one. */
function hasEnded({ endedAt, state }: SparkApplication): boolean {
  return endedAt !== null || state === 'finished' || state === 'failed' || state === 'killed'
}

/** The stages worth comparing: the costliest, and of a live application those that run, the oldest of them. */
export function stagesToCompare(app: SparkApplication, stages: readonly SparkStage[]): SparkStage[] {
  const many = stages.filter(({ tasks }) => tasks >= LEAST_TASKS)
  const costliest = many.toSorted((a, b) => b.executorRunMs - a.executorRunMs).slice(0, STAGES_READ)
  const began = ({ submittedAt }: SparkStage): number => submittedAt?.getTime() ?? 0
  const active = many
    .filter(({ status }) => isLive(app) && status === 'ACTIVE')
    .sort((a, b) => began(a) - began(b))
    .slice(0, ACTIVE_READ)
  return [...new Set([...active, ...costliest])]
}

/**
 * severity = min(severity of the ratio, severity of what it costs), of one stage:
 *   time ratio = max / median of `executorRunTime`; data ratio = max / median of bytes read (shuffle and input);
 *   cost = max - median of `executorRunTime`.
 * Spark's quantiles hold successful tasks only, so a hot partition is not in them while it runs nor when it dies: failed
 * tasks are put beside them, and the running one that was launched first, by now - `launchTime` (the driver's clock
 * against ours). That one is compared once half of the stage has succeeded: before, nobody knows its median. Null where
 * no task has succeeded. Running tasks that cannot be read are named by `attempt`; else throws as the reader does.
 */
export async function measureSkew(
  stage: SparkStage,
  app: SparkApplication,
  reader: PlatformReader,
  limits: SkewLimits,
  { now, signal, attempt }: { readonly now: Date; readonly signal: AbortSignal; readonly attempt: Attempt },
): Promise<Skew | null> {
  const quantiles = await reader.taskQuantiles(app, stage, signal)
  if (quantiles === null) return null
  const failed = stage.failedTasks > 0 ? await reader.failedTasks(app, stage, signal) : []
  const running = await attempt(
    `running tasks of stage ${stageName(stage)}`,
    () => longestRunning(app, stage, reader, now, signal),
    null,
  )
  const at = (values: readonly number[], point: number): number => quantile(quantiles, values, point) ?? 0
  const read = (point: number): number =>
    at(quantiles.shuffleReadBytes, point) + at(quantiles.inputBytes, point)
  const [medianMs, succeededMs] = [at(quantiles.runMs, 0.5), at(quantiles.runMs, 1)]
  const [median, succeededBytes] = [read(0.5), read(1)]
  const failedMs = Math.max(0, ...failed.map(({ runMs }) => runMs ?? 0))
  const failedBytes = Math.max(0, ...failed.map(({ readBytes }) => readBytes ?? 0))
  const longestMs = Math.max(succeededMs, failedMs, running?.runMs ?? 0)
  const largest = Math.max(succeededBytes, failedBytes, running?.readBytes ?? 0)
  // A median below one (milli)second or byte would turn any task into a monster.
  const time = longestMs / Math.max(1, medianMs)
  const data = largest < limits.least_mib * 1024 ** 2 ? null : largest / Math.max(1, median)
  const byRatio = longestMs < limits.least_s * 1000 ? 'none' : gradeOf(time, limits.time)
  const byCost = gradeOf(longestMs - medianMs, limits.materialMs)
  const longest = longestMs === succeededMs ? 'succeeded' : longestMs === failedMs ? 'failed' : 'running'
  return {
    stage, time, data, longestMs, longest, succeededMs, succeededBytes, failedMs, failedBytes, running, medianMs, largest, median, quantiles,
    severity: milder(byRatio, byCost),
  } // prettier-ignore
}

async function longestRunning(
  app: SparkApplication,
  stage: SparkStage,
  reader: PlatformReader,
  now: Date,
  signal: AbortSignal,
): Promise<RunningTask | null> {
  const knowsMedian = stage.completedTasks * 2 >= stage.tasks
  if (hasEnded(app) || stage.status !== 'ACTIVE' || !knowsMedian) return null
  // A History Server and an event log are behind: a task that runs there may have ended.
  if (!isLive(app)) throw new Error('only its driver tells them, and it was not read')
  const times = await reader.taskTimes(app, stage, RUNNING_READ, signal)
  const [first] = times
    .filter(({ endedAt }) => endedAt === null)
    .sort((a, b) => a.launchedAt.getTime() - b.launchedAt.getTime())
  if (first === undefined) return null
  const runMs = Math.max(0, now.getTime() - first.launchedAt.getTime())
  return { id: first.id, launchedAt: first.launchedAt, runMs, readBytes: first.readBytes ?? 0 }
}

// One application's details from /api/v1, the same on a driver UI and on a History Server, as our ports name them.
import * as z from 'zod'
import type {
  SparkExecutor,
  SparkJob,
  SparkStage,
  SparkTask,
  SparkTaskQuantiles,
  SparkTaskTimes,
} from '../../ports.ts'
import type { ReadClient } from './client.ts'
import {
  environmentSchema,
  executorSchema,
  jobSchema,
  stageSchema,
  taskSchema,
  taskSummarySchema,
} from './schema.ts'

/** Where an application's details are: a client and the path of the application (and attempt) below it. */
export interface Place {
  readonly client: ReadClient
  /** `/api/v1/applications/<id>` or `/api/v1/applications/<id>/<attempt>`. */
  readonly path: string
  /** Page for people that the stages' pages are below. */
  readonly pages: string
  /** It is in a History Server: nothing there is of this instant. */
  readonly kept?: true
}

/** The decile-like points that skew is read from; index 3 is the median, the last the slowest task. */
export const QUANTILES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1] as const

/** Executors alive and dead, the driver (`driver`) among them. */
export async function readExecutors({ client, path }: Place, signal: AbortSignal): Promise<SparkExecutor[]> {
  const executors = (await client.json(`${path}/allexecutors`, z.array(executorSchema), signal)) ?? []
  return executors.map((one) => ({
    id: one.id,
    host: one.hostPort.replace(/:\d+$/, ''),
    active: one.isActive,
    addedAt: one.addTime ?? null,
    removedAt: one.removeTime ?? null,
    removeReason: one.removeReason ?? null,
    failedTasks: one.failedTasks,
    completedTasks: one.completedTasks,
    totalDurationMs: one.totalDuration,
    totalGcMs: one.totalGCTime,
    maxMemoryBytes: one.maxMemory,
    // Peaks come with heartbeats: an executor that died before its first has zeros, which say nothing.
    peakHeapBytes: one.peakMemoryMetrics?.['JVMHeapMemory'] || null,
    peakRssBytes: rssOf(one.peakMemoryMetrics),
    maxTasks: one.maxTasks,
    activeTasks: one.isActive ? one.activeTasks : 0,
    totalShuffleReadBytes: one.totalShuffleRead,
    excluded: one.isExcluded ?? one.isBlacklisted ?? false,
  }))
}

/** Stage attempts without their tasks: `details` brings every task row and is on by default elsewhere. */
export async function readStages({ client, path, pages }: Place, signal: AbortSignal): Promise<SparkStage[]> {
  const stages = await client.json(`${path}/stages`, z.array(stageSchema), signal, { details: 'false' })
  return (stages ?? []).map((one) => ({
    id: one.stageId,
    attempt: one.attemptId,
    status: one.status,
    name: one.name,
    tasks: one.numTasks,
    failedTasks: one.numFailedTasks,
    completedTasks: one.numCompleteTasks,
    failureReason: one.failureReason ?? null,
    executorRunMs: one.executorRunTime,
    totals: {
      gcMs: one.jvmGcTime,
      fetchWaitMs: one.shuffleFetchWaitTime,
      resultBytes: one.resultSize,
      inputBytes: one.inputBytes,
      shuffleReadBytes: one.shuffleReadBytes,
      shuffleWriteBytes: one.shuffleWriteBytes,
      memorySpilledBytes: one.memoryBytesSpilled,
      diskSpilledBytes: one.diskBytesSpilled,
    },
    submittedAt: one.submissionTime ?? null,
    completedAt: one.completionTime ?? null,
    link: `${pages}/stages/stage/?id=${one.stageId}&attempt=${one.attemptId}`,
  }))
}

/**
 * Failed tasks, slowest first. Spark keeps the metrics of tasks that did not succeed negated (so that quantiles
 * leave them out), which turns its own order around: `sortBy=runtime` gives the slowest failed task first, and a
 * task whose executor vanished (no metrics) last.
 */
export async function readFailedTasks(
  { client, path }: Place,
  stage: SparkStage,
  signal: AbortSignal,
  limit: number,
): Promise<SparkTask[]> {
  const query = { status: 'FAILED', sortBy: 'runtime', offset: '0', length: String(Math.max(1, limit)) }
  const tasks = await client.json(`${stagePath(path, stage)}/taskList`, z.array(taskSchema), signal, query)
  return (tasks ?? [])
    .map((one) => ({
      id: one.taskId,
      index: one.index,
      attempt: one.attempt,
      executorId: one.executorId,
      host: one.host,
      status: one.status,
      errorMessage: one.errorMessage ?? null,
      runMs: one.taskMetrics?.executorRunTime ?? one.duration ?? null,
      readBytes: bytesOf(one),
    }))
    .sort((a, b) => (b.runMs ?? 0) - (a.runMs ?? 0))
}

/** Quantiles of the successful tasks; null while no task has succeeded. */
export async function readTaskQuantiles(
  { client, path }: Place,
  stage: SparkStage,
  signal: AbortSignal,
): Promise<SparkTaskQuantiles | null> {
  const query = { quantiles: QUANTILES.join(',') }
  const summary = await client.json(`${stagePath(path, stage)}/taskSummary`, taskSummarySchema, signal, query)
  if (summary === null) return null
  return {
    quantiles: summary.quantiles,
    runMs: summary.executorRunTime,
    shuffleReadBytes: summary.shuffleReadMetrics?.readBytes ?? [],
    inputBytes: summary.inputMetrics?.bytesRead ?? [],
    durationMs: summary.duration,
    schedulerDelayMs: summary.schedulerDelay,
    outputBytes: summary.outputMetrics?.bytesWritten ?? [],
    shuffleWriteBytes: summary.shuffleWriteMetrics?.writeBytes ?? [],
  }
}

/**
 * Tasks that run, and the successful ones that were launched last: two requests, however many tasks there are. Spark
 * sorts by id, which is the order of launching, and cannot sort by the end.
 */
export async function readTaskTimes(
  { client, path }: Place,
  stage: SparkStage,
  limit: number,
  signal: AbortSignal,
): Promise<SparkTaskTimes[]> {
  const length = Math.max(1, limit)
  const ask = async (status: string, offset: number): Promise<z.output<typeof taskSchema>[]> => {
    const query = { status, sortBy: 'ID', offset: String(offset), length: String(length) }
    return (await client.json(`${stagePath(path, stage)}/taskList`, z.array(taskSchema), signal, query)) ?? []
  }
  const [running, ended] = await Promise.all([
    ask('RUNNING', 0),
    stage.completedTasks === 0 ? [] : ask('SUCCESS', Math.max(0, stage.completedTasks - length)),
  ])
  const times = (rows: readonly z.output<typeof taskSchema>[], over: boolean): SparkTaskTimes[] =>
    rows.flatMap((row) => {
      const { taskId, executorId, launchTime, duration } = row
      return launchTime == null || (over && duration === undefined)
        ? []
        : [
            {
              id: taskId,
              executorId,
              launchedAt: launchTime,
              endedAt: over ? new Date(launchTime.getTime() + (duration ?? 0)) : null,
              readBytes: bytesOf(row),
            },
          ]
    })
  return [...times(running, false), ...times(ended, true)]
}

/** Spark properties by name; Spark has redacted what matches `spark.redaction.regex`. */
export async function readEnvironment(
  { client, path }: Place,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const environment = await client.json(`${path}/environment`, environmentSchema, signal)
  return new Map(environment?.sparkProperties)
}

/** Jobs, as many as Spark still keeps (`spark.ui.retainedJobs`). */
export async function readJobs({ client, path }: Place, signal: AbortSignal): Promise<SparkJob[]> {
  const jobs = (await client.json(`${path}/jobs`, z.array(jobSchema), signal)) ?? []
  return jobs.map(({ jobId, status, submissionTime, completionTime, stageIds }) => ({
    id: jobId,
    status,
    submittedAt: submissionTime ?? null,
    completedAt: completionTime ?? null,
    stageIds,
  }))
}

/** Whether the last job of the application failed; null where it has run none. */
export async function lastJobFailed(place: Place, signal: AbortSignal): Promise<boolean | null> {
  const jobs = await readJobs(place, signal)
  const last = jobs.reduce<SparkJob | null>((a, b) => (a === null || b.id > a.id ? b : a), null)
  return last === null ? null : last.status === 'FAILED'
}

const lastQuerySchema = z.array(z.object({ id: z.number(), status: z.string() }))

/**
 * Whether the newest SQL query failed, for what no job tells: a driver may run out of memory over the result of jobs
 * that succeeded. Null where it has run none, or nobody can tell.
 */
export async function lastQueryFailed({ client, path }: Place, signal: AbortSignal): Promise<boolean | null> {
  try {
    const query = { details: 'false', planDescription: 'false', length: '1000' }
    const all = (await client.json(`${path}/sql`, lastQuerySchema, signal, query)) ?? []
    const last = all.reduce<(typeof all)[number] | null>((a, b) => (a === null || b.id > a.id ? b : a), null)
    return last === null ? null : last.status === 'FAILED'
  } catch {
    // An application without SQL has no such page on some servers; the jobs' word stands.
    signal.throwIfAborted()
    return null
  }
}

const RSS = ['ProcessTreeJVMRSSMemory', 'ProcessTreePythonRSSMemory', 'ProcessTreeOtherRSSMemory'] as const

/** All zeros means that Spark does not measure them (`spark.executor.processTreeMetrics.enabled`). */
function rssOf(peaks: Readonly<Record<string, number>> | undefined): number | null {
  return RSS.reduce((sum, name) => sum + (peaks?.[name] ?? 0), 0) || null
}

function stagePath(path: string, stage: SparkStage): string {
  return `${path}/stages/${stage.id}/${stage.attempt}`
}

function bytesOf(task: z.output<typeof taskSchema>): number | null {
  const metrics = task.taskMetrics
  if (metrics === undefined) return null
  const { inputMetrics: input, shuffleReadMetrics: shuffle } = metrics
  return (input?.bytesRead ?? 0) + (shuffle?.remoteBytesRead ?? 0) + (shuffle?.localBytesRead ?? 0)
}

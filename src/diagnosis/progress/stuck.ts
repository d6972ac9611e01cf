// Since when no task of an application has ended although a job runs: from Prometheus over time, else from one look at its tasks.
import type { PlatformReader, SparkApplication, SparkJob, SparkStage } from '../../ports.ts'
import { metricsOf } from '../driver-metrics.ts'
import { shownAt, stageShownAt } from '../performance/snapshot.ts'
import type { Confidence } from '../model.ts'

const LOOK_BACK_MS = 3 * 3_600_000
const STEP_MS = 60_000
/** Active stages looked at, those with fewest tasks left first; two requests each. */
const STAGES_READ = 3
const TASKS_READ = 50

/** Since when nothing ended, and how that is known. */
export interface Standstill {
  readonly since: Date
  readonly figures: string
  readonly from: string
  readonly shownAt: string
  readonly confidence: Confidence
}

/** The start of the oldest job that runs; null while none does. */
export function oldestRunning(jobs: readonly SparkJob[]): Date | null {
  const times = jobs.flatMap(({ status, submittedAt }) =>
    status === 'RUNNING' && submittedAt !== null ? [submittedAt.getTime()] : [],
  )
  return times.length === 0 ? null : new Date(Math.min(...times))
}

/**
 * The last time that any executor's `completedTasks_total` rose, or the beginning of the oldest running job where that
 * is later. Null where no Prometheus has the series. A look back of three hours: what stood still before is told as that.
 */
export async function standstillByMetrics(
  reader: PlatformReader,
  app: SparkApplication,
  since: Date,
  now: Date,
  signal: AbortSignal,
): Promise<Standstill | null> {
  const metrics = metricsOf(reader)
  if (metrics === null) return null
  const promql = `metrics_executor_completedTasks_total{application_id=${JSON.stringify(app.id)}}`
  const range = { lastMs: LOOK_BACK_MS, stepMs: STEP_MS }
  const answer = await metrics.query({ promql, at: now, range }, signal)
  let last: number | null = null
  let seen = false
  for (const { points } of answer.series) {
    let before: number | null = null
    for (const { at, value } of points) {
      // A scrape that failed is no standstill.
      if (value === null) continue
      seen = true
      if (before !== null && value > before) last = Math.max(last ?? 0, at.getTime())
      before = value
    }
  }
  if (!seen) return null
  const from = Math.max(last ?? now.getTime() - LOOK_BACK_MS, since.getTime())
  return {
    since: new Date(from),
    figures:
      last === null
        ? `completedTasks_total has not risen in 3 h`
        : `completedTasks_total rose last at ${new Date(last).toISOString()}`,
    from: 'Prometheus, executors of the application',
    shownAt: answer.link,
    confidence: 'high',
  }
}

/**
 * The same from one look: the newest end or launch among the tasks of the active stages that Spark tells (a task is
 * launched into the slot that another one left), or the beginning of the oldest running job. Ends of older tasks are not
 * looked for, so that it may have moved a little later than this says.
 */
export async function standstillByTasks(
  reader: PlatformReader,
  app: SparkApplication,
  stages: readonly SparkStage[],
  since: Date,
  signal: AbortSignal,
): Promise<Standstill | null> {
  const active = stages
    .filter(({ status }) => status === 'ACTIVE')
    .sort((a, b) => a.tasks - a.completedTasks - (b.tasks - b.completedTasks))
    .slice(0, STAGES_READ)
  const read = await Promise.all(
    active.map(async (stage) => ({ stage, times: await reader.taskTimes(app, stage, TASKS_READ, signal) })),
  )
  const moves = read.flatMap(({ stage, times }) =>
    times.map(({ id, launchedAt, endedAt }) => ({ stage, id, at: endedAt ?? launchedAt, endedAt })),
  )
  const newest = moves.reduce<(typeof moves)[number] | null>(
    (a, b) => (a === null || b.at > a.at ? b : a),
    null,
  )
  // A stage that ended a moment ago is progress, too.
  const ends = stages.flatMap(({ completedAt }) => (completedAt === null ? [] : [completedAt.getTime()]))
  if (newest === null) {
    const begun = active.some(({ completedTasks, failedTasks }) => completedTasks + failedTasks > 0)
    if (active.length === 0 || begun) return null
    return {
      since: new Date(Math.max(since.getTime(), ...ends)),
      figures: `no task is launched, the oldest job that runs was submitted ${since.toISOString()}`,
      from: 'jobs and active stages',
      shownAt: shownAt(app, 'jobs?status=running'),
      confidence: 'medium',
    }
  }
  const at = Math.max(newest.at.getTime(), since.getTime(), ...ends)
  return {
    since: new Date(at),
    figures: `task ${newest.id} ${newest.endedAt === null ? 'launched' : 'ended'} ${newest.at.toISOString()}`,
    from: `stage ${newest.stage.id}.${newest.stage.attempt}, taskList`,
    shownAt: stageShownAt(app, newest.stage).replace('?details=false', '/taskList?sortBy=ID&length=1000'),
    confidence: 'medium',
  }
}

// Since when no task of an application has ended although a job runs: from Prometheus over time, else from one look at its tasks.
import type { PlatformReader, SparkApplication, SparkJob, SparkStage } from '../../ports.ts'
import { metricsOf } from '../driver-metrics.ts'
import { type Shown, shownAt, stageShownAt } from '../performance/shown.ts'
import type { Confidence } from '../model.ts'

const LOOK_BACK_MS = 3 * 3_600_000
const STEP_MS = 60_000
/** Active stages looked at, those with fewest tasks left first; two requests each. */
const STAGES_READ = 3
const TASKS_READ = 50

/** Since when nothing ended, and how that is known. */
export interface Standstill {
  readonly since: Date
  readonly shown: readonly Shown[]
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
    shown: [
      {
        figures:
          last === null
            ? 'completedTasks_total has not risen in 3 h'
            : `completedTasks_total rose last at ${new Date(last).toISOString()}`,
        from: 'Prometheus, executors of the application',
        shownAt: answer.link,
      },
      // Before it began there was nothing that could rise.
      ...(from === since.getTime() ? [jobShown(app, since)] : []),
    ],
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
    times.map(({ id, launchedAt, endedAt }): Move => ({ stage, id, at: endedAt ?? launchedAt, endedAt })),
  )
  const newest = moves.reduce<Move | null>((a, b) => (a === null || b.at > a.at ? b : a), null)
  if (newest === null) {
    const begun = active.some(({ completedTasks, failedTasks }) => completedTasks + failedTasks > 0)
    if (active.length === 0 || begun) return null
  }
  // A stage that ended a moment ago is progress, too.
  const ends = stages.flatMap((stage) =>
    stage.completedAt === null ? [] : [{ at: stage.completedAt, shown: endShown(app, stage, stage.completedAt) }],
  ) // prettier-ignore
  const last = [
    { at: since, shown: jobShown(app, since) },
    ...(newest === null ? [] : [{ at: newest.at, shown: taskShown(app, newest) }]),
    ...ends,
  ].reduce((a, b) => (b.at > a.at ? b : a))
  return { since: last.at, shown: [last.shown], confidence: 'medium' }
}

/** A launch of a task, or its end. */
interface Move {
  readonly stage: SparkStage
  readonly id: number
  readonly at: Date
  readonly endedAt: Date | null
}

function taskShown(app: SparkApplication, { stage, id, at, endedAt }: Move): Shown {
  return {
    figures: `task ${id} ${endedAt === null ? 'launched' : 'ended'} ${at.toISOString()}`,
    from: `stage ${stage.id}.${stage.attempt}, taskList`,
    shownAt: shownAt(app, `stages/${stage.id}/${stage.attempt}/taskList?sortBy=ID&length=1000`),
  }
}

function endShown(app: SparkApplication, stage: SparkStage, completedAt: Date): Shown {
  return {
    figures: `completionTime ${completedAt.toISOString()}`,
    from: `stage ${stage.id}.${stage.attempt}, the last that moved`,
    shownAt: stageShownAt(app, stage),
  }
}

function jobShown(app: SparkApplication, since: Date): Shown {
  return {
    figures: `submissionTime ${since.toISOString()} of the oldest job that runs`,
    from: 'running jobs',
    shownAt: shownAt(app, 'jobs?status=running'),
  }
}

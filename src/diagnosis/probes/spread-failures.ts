// A job whose tasks fail in many stages, a few in each: no stage is in trouble, and the job is.
import type { SparkApplication, SparkJob, SparkStage } from '../../ports.ts'
import { type Finding, type FindingSeverity, gradeOf } from '../model.ts'
import { asEvidence, shownAt } from '../performance/shown.ts'
import type { Thresholds } from '../thresholds.ts'
import { plural } from './support.ts'
import type { StageHistory } from './went-on.ts'

export interface SpreadFailure {
  readonly job: SparkJob
  /** Attempts that lost tasks, those that lost most first. */
  readonly losing: readonly SparkStage[]
  readonly failed: number
  readonly completed: number
  readonly rate: number
  readonly severity: FindingSeverity
}

/**
 * The job with the largest rate of failed tasks, out of those that lost `least` or more: failed / (failed + complete) task
 * attempts of all its stages, without attempts that a later one made good. Null where there is none, or where nobody tells
 * which stages a job has.
 */
export function spreadFailure(
  jobs: readonly SparkJob[],
  { all, isMadeGood }: StageHistory,
  least: number,
  limits: Thresholds,
): SpreadFailure | null {
  const counted = Map.groupBy(
    all.filter((stage) => !isMadeGood(stage)),
    ({ id }) => id,
  )
  const rates = jobs.flatMap((job): SpreadFailure[] => {
    const own = (job.stageIds ?? []).flatMap((id) => counted.get(id) ?? [])
    const failed = own.reduce((sum, { failedTasks }) => sum + failedTasks, 0)
    const completed = own.reduce((sum, { completedTasks }) => sum + completedTasks, 0)
    if (failed < least) return []
    const rate = failed / (failed + completed)
    const losing = own.filter(({ failedTasks }) => failedTasks > 0)
    losing.sort((a, b) => b.failedTasks - a.failedTasks)
    return [{ job, losing, failed, completed, rate, severity: gradeOf(rate, limits) }]
  })
  return rates.sort((a, b) => b.rate - a.rate)[0] ?? null
}

export function spreadFinding(
  probe: string,
  { job, losing, failed, completed, severity }: SpreadFailure,
  app: SparkApplication,
): Finding {
  const most = losing[0]?.failedTasks ?? 0
  return {
    probe,
    severity,
    sentence: `Job ${job.id} loses tasks in ${plural(losing.length, 'stage')}: ${failed} of ${plural(failed + completed, 'task attempt')} failed, ${most} at most in one.`,
    evidence: [
      asEvidence(app, {
        figures: `task_fail_rate: job ${job.id}, its stages' numFailedTasks ${failed} and numCompleteTasks ${completed} in all`,
        from: `stages ${(job.stageIds ?? []).slice(0, 20).join(', ')} of job ${job.id}`,
        shownAt: shownAt(app, 'stages?details=false'),
      }),
    ],
    link: app.link,
    confidence: 'high',
    unreached: app.unreached,
  }
}

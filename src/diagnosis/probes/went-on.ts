// What a run went on after: work that was done again and completed is no reason of its end. Pure.
import type { SparkApplication, SparkStage } from '../../ports.ts'
import type { FailureMode, Said } from '../failures/model.ts'
import { bears, isIntended, sightings } from '../failures/read.ts'

/** Statuses of a stage that is over and well. */
const DONE: ReadonlySet<string> = new Set(['COMPLETE', 'SKIPPED'])

/** Whether a later attempt of the stage has completed: what this one failed of is made good. */
export function isMadeGood(stage: SparkStage, stages: readonly SparkStage[]): boolean {
  return stages.some(
    ({ id, attempt, status }) => id === stage.id && attempt > stage.attempt && status === 'COMPLETE',
  )
}

/** Whether the run went on after what this attempt or its tasks failed of. */
export function wentOnAfter(stage: SparkStage, stages: readonly SparkStage[]): boolean {
  return stage.status === 'COMPLETE' || isMadeGood(stage, stages)
}

/** Attempts whose failure nothing has made good, and that nobody wanted to end. */
export function standingFailures(stages: readonly SparkStage[]): readonly SparkStage[] {
  return stages.filter(
    (stage) =>
      stage.status === 'FAILED' && !isMadeGood(stage, stages) && !isIntended(stage.failureReason ?? ''),
  )
}

/** A task that went down with its executor. */
const WITH_EXECUTOR = /\bExecutorLostFailure\b/

/**
 * Whether executors that were lost of `mode` are beside the point of a failure: the stages that failed for good say why,
 * and none of them speaks of a loss; or the application failed when every stage had been completed. A symptom there
 * (files that are gone, an executor that is not heard of) has its cause with the executors.
 */
export function wentOnWithoutThem(
  mode: FailureMode,
  app: Pick<SparkApplication, 'state'>,
  stages: readonly SparkStage[],
  standing: readonly Said[],
): boolean {
  const failed = standingFailures(stages)
  if (failed.length === 0)
    return (
      app.state === 'failed' &&
      stages.length > 0 &&
      stages.every((stage) => DONE.has(stage.status) || isMadeGood(stage, stages))
    )
  const reasons = [
    ...failed.map(({ failureReason }): Said => ({ text: failureReason ?? '', place: 'task' })),
    ...standing,
  ]
  if (reasons.every(({ text }) => text === '')) return false
  return !reasons.some(
    (said) =>
      WITH_EXECUTOR.test(said.text) ||
      bears(mode, said) ||
      sightings([said]).some((one) => one.mode.kind === 'symptom'),
  )
}

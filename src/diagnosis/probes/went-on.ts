// What a run went on after: work that was done again and completed is no reason of its end. Pure.
import type { SparkApplication, SparkExecutor, SparkStage } from '../../ports.ts'
import { missesExecutors } from '../failures/missing.ts'
import type { FailureMode, Said } from '../failures/model.ts'
import { bears, isIntended, sightings } from '../failures/read.ts'

/** Stage attempts, looked at as what came of each stage. */
export interface StageHistory {
  readonly all: readonly SparkStage[]
  /** Attempts whose failure nothing has made good, and that nobody wanted to end. */
  readonly standing: readonly SparkStage[]
  /** The number of the last attempt of this one's stage, from 0. */
  readonly lastAttempt: (stage: SparkStage) => number
  /** Whether a later attempt of the stage has completed: what this one failed of is made good. */
  readonly isMadeGood: (stage: SparkStage) => boolean
  /** Whether the run went on after what this attempt or its tasks failed of. */
  readonly wentOnAfter: (stage: SparkStage) => boolean
}

/** Each stage once, however many there are: a long stream has tens of thousands. */
export function historyOf(all: readonly SparkStage[]): StageHistory {
  const last = new Map<number, number>()
  const completed = new Map<number, number>()
  for (const { id, attempt, status } of all) {
    last.set(id, Math.max(last.get(id) ?? 0, attempt))
    if (status === 'COMPLETE') completed.set(id, Math.max(completed.get(id) ?? 0, attempt))
  }
  const isMadeGood = ({ id, attempt }: SparkStage): boolean => (completed.get(id) ?? -1) > attempt
  return {
    all,
    standing: all.filter(
      (stage) => stage.status === 'FAILED' && !isMadeGood(stage) && !isIntended(stage.failureReason ?? ''),
    ),
    lastAttempt: ({ id, attempt }) => last.get(id) ?? attempt,
    isMadeGood,
    wentOnAfter: (stage) => stage.status === 'COMPLETE' || isMadeGood(stage),
  }
}

/** Failures that are listened to: the last ones, since a program may have caught thousands before. */
const HEARD = 100

/** The newest of these attempts; those of which nobody knows when they ended count as new. */
export function newest(stages: readonly SparkStage[]): readonly SparkStage[] {
  const at = ({ completedAt }: SparkStage): number => completedAt?.getTime() ?? Number.POSITIVE_INFINITY
  return stages.length <= HEARD ? stages : stages.toSorted((a, b) => at(b) - at(a)).slice(0, HEARD)
}

/** Statuses of a stage that is over and well. */
const DONE: ReadonlySet<string> = new Set(['COMPLETE', 'SKIPPED'])

export interface Losses {
  /** What the executors were lost of. */
  readonly mode: FailureMode
  readonly lost: readonly SparkExecutor[]
  /** What tasks of stages that did not complete, the run and its queries say. */
  readonly said: readonly Said[]
}

/**
 * Whether executors that were lost are beside the point of a failure: the stages that failed for good after it say why in
 * words of their own; or the application failed when every stage had been completed. Whoever misses something that
 * executors held (files, blocks, results, an answer) has its cause with them. Where it cannot be told they are the cause,
 * unless that made a rerun look safe: of a loss that passes by itself any failure of another kind is enough.
 */
export function wentOnWithoutThem(
  { mode, lost, said }: Losses,
  { state }: Pick<SparkApplication, 'state'>,
  { all, standing, isMadeGood }: StageHistory,
): boolean {
  const isOfThem = (one: Said): boolean =>
    missesExecutors(one.text) ||
    bears(mode, one) ||
    sightings([one]).some((seen) => seen.mode.kind === 'symptom')
  if (standing.length === 0)
    return (
      state === 'failed' &&
      all.length > 0 &&
      all.every((stage) => DONE.has(stage.status) || isMadeGood(stage)) &&
      !said.some(isOfThem)
    )
  const passes = mode.class === 'transient'
  if (!passes && (state !== 'failed' || all.some(isUnderWay))) return false
  const failures = passes ? standing : standing.filter((stage) => !isBefore(stage, lost))
  const reasons = [
    ...newest(failures).map(({ failureReason }): Said => ({ text: failureReason ?? '', place: 'task' })),
    ...said,
  ].filter(({ text }) => text !== '')
  return failures.length > 0 && reasons.length > 0 && !reasons.some(isOfThem)
}

/** Work that the end cut off: what ended it may be what its executors were lost of. */
function isUnderWay({ status, failureReason }: SparkStage): boolean {
  return status === 'ACTIVE' || (status === 'FAILED' && isIntended(failureReason ?? ''))
}

/** Whether executors were lost after it: the program has caught this failure, and gone on. */
function isBefore({ completedAt }: SparkStage, lost: readonly SparkExecutor[]): boolean {
  return completedAt !== null && lost.some(({ removedAt }) => removedAt !== null && removedAt > completedAt)
}

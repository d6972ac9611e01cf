// The class of a failure whose words leave it open, by what else was told at the same time. Pure.
import type { FailureClass, FailureMode } from './model.ts'

/** Some other failure, and how sure it is; what a run went on after is told with `low`. */
export interface Beside {
  readonly mode: Pick<FailureMode, 'id'>
  readonly certainty: 'high' | 'medium' | 'low'
}

/**
 * The mode's own class, or what `settledBy` says: with the other failure beside it, or without where `heard` tells that
 * somebody was listened to who would have told of it (the driver, in its log). What nobody could tell stays as it is.
 */
export function classOf(mode: FailureMode, beside: readonly Beside[], heard: boolean): FailureClass {
  const { settledBy } = mode
  if (settledBy === undefined) return mode.class
  if (beside.some((one) => one.mode.id === settledBy.mode && one.certainty !== 'low')) return settledBy.beside
  return heard ? settledBy.alone : mode.class
}

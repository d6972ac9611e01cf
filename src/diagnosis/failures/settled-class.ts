// The class of a failure whose words leave it open, by what else was told at the same time. Pure.
import type { FailureClass, FailureMode } from './model.ts'

/** Some other failure, and how sure it is; what a run went on after is told with `low`. */
export interface Beside {
  readonly mode: Pick<FailureMode, 'id'>
  readonly certainty: 'high' | 'medium' | 'low'
}

/**
 * The mode's own class, or what `settledBy` says where the other failure was told beside it. That nobody told of the other
 * proves nothing: Spark warns of a lack of executors only until the first task of an application is launched.
 */
export function classOf(mode: FailureMode, beside: readonly Beside[]): FailureClass {
  const { settledBy } = mode
  if (settledBy === undefined) return mode.class
  const told = beside.some((one) => one.mode.id === settledBy.mode && one.certainty !== 'low')
  return told ? settledBy.beside : mode.class
}

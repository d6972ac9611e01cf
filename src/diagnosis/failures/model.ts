// What a failure mode is: how Spark's words, codes and numbers tell it, what class it is of, what it means.
import type { SaidBy } from '../../ports.ts'

/**
 * Whether the same thing is worth trying again. `transient`: by itself gone the next time; `deterministic`: the same
 * data and code fail again; `infrastructure`: somebody has to mend a machine, queue or service first; `permission` and
 * `data`: their owners have to.
 */
export type FailureClass =
  'transient' | 'deterministic' | 'infrastructure' | 'permission' | 'data' | 'unknown'

/** Who said something. The same error means another thing in the driver than in a task. */
export type Place = SaidBy

/**
 * One way of telling a mode. The pattern is looked for line by line; it must take time in proportion to the line
 * (no nested repetition): logs are long and written by others.
 */
export interface Pattern {
  readonly words: RegExp
  /** Said by these only; by anybody where absent. */
  readonly places?: readonly Place[]
  /** Looked for behind the simple name of a log's logger as well: `FsHistoryProvider: Error while ...`. */
  readonly behindLogger?: true
  /** A finer name than the mode's, for example `gc-overhead`; and its own meaning. */
  readonly variant?: string
  readonly meaning?: string
}

export interface FailureMode {
  /** Stable; runbooks match it: `F02`. */
  readonly id: string
  readonly name: string
  /** What it means, after "Cause:". */
  readonly meaning: string
  readonly class: FailureClass
  /** Its words leave the class open: another failure that is told beside it settles it. */
  readonly settledBy?: {
    /** Id of the other. */
    readonly mode: string
    readonly beside: FailureClass
    /** What is not known where nobody tells of the other. */
    readonly open: string
  }
  /**
   * `cause` goes before `symptom`, wherever both are said: a fetch failure tells only that somebody's files are gone.
   * `measured` is told by numbers (a finding), never by words.
   */
  readonly kind: 'cause' | 'symptom' | 'measured'
  readonly patterns: readonly Pattern[]
  /** Exit codes that mean it where nothing is said; less certain than words. */
  readonly codes?: readonly number[]
  /** Whose end it is: the codes count in a line that says so, and no other mode has them there. Absent: anybody's. */
  readonly codesOf?: RegExp
  /**
   * A line that gives another reason for the end, which has the same code: the codes tell nothing there. It must fit where
   * the reason stands, not just its word: what a container printed before its end is in the same text.
   */
  readonly codesUnless?: RegExp
  /**
   * An exit code that may mean something else as well, where `doubtful` is said: told as a guess there, and no reason to
   * run anything again.
   */
  readonly hint?: {
    readonly code: number
    readonly variant: string
    readonly meaning: string
    readonly doubtful: RegExp
  }
}

/** Something that was said, and by whom. */
export interface Said {
  readonly text: string
  readonly place: Place
  /** Who wrote it into a log: the name of its class, whole or in part; absent outside of one. */
  readonly logger?: string | null
}

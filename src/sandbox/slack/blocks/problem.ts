// One thing that is wrong with a payload, and where.

/** Where a block is shown decides which blocks and how many of them are allowed. */
export type Surface = 'message' | 'modal' | 'home'

export interface Problem {
  /** JSON pointer from the checked value, `/0/text/text`. */
  readonly pointer: string
  /** Stable name of the broken rule, e.g. `too_long`. */
  readonly code: string
  /** The sentence as Slack says it. */
  readonly message: string
}

// What is known of a git repository of runbooks: what serves from it, and how the last looks at it went.

export interface SourceFailure {
  /** Of the catalogue, for example `ARR-603`. */
  readonly code: string
  /** What happened and the mend; without a secret. */
  readonly says: string
  /** When it began to fail so. */
  readonly since: Date
}

export interface SourceState {
  readonly name: string
  /** Null: shared by all teams. */
  readonly team: string | null
  /** Branch, tag or commit; null: the repository's own default branch. */
  readonly ref: string | null
  /** Full id of the commit whose runbooks serve; null: none was ever fetched. */
  readonly commit: string | null
  /** When that commit was fetched. */
  readonly fetchedAt: Date | null
  /** The last look that succeeded, whether or not there was something new. */
  readonly lookedAt: Date | null
  readonly failure: SourceFailure | null
  /** Markdown files that are left out since they are links. */
  readonly skipped: readonly string[]
}

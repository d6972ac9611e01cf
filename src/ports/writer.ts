// Acting on one Spark installation.

/** What a write led to. `unknown` when the reply was lost: it may have happened. */
export type WriteOutcome =
  | {
      readonly kind: 'accepted'
      readonly detail: string
      /** What the platform says it has made, by which it is known again: the id of a new run. */
      readonly made?: string
    }
  | { readonly kind: 'refused'; readonly detail: string; readonly next?: AfterRefusal }
  | { readonly kind: 'unknown'; readonly detail: string }

/**
 * What may come of another press. `again`, unless said: the same button stands anew. `look`: it was offered on something
 * that is out of date, so all is looked at anew first. `never`: no press changes it, and it is not offered again.
 */
export type AfterRefusal = 'again' | 'look' | 'never'

export type WriteCapability = 'application.kill' | 'run.rerun'

/** Acts on one Spark installation. Never retries by itself: repeating is the guard's decision (P7). */
export interface PlatformWriter {
  readonly platform: string
  readonly capabilities: ReadonlySet<WriteCapability>
  /** Asks the platform to end the application with this id. */
  kill(appId: string, signal: AbortSignal): Promise<WriteOutcome>
  /**
   * Asks the platform to run once more, with its own parameters, this run, which has ended. `key` is the same for the
   * same wish, at most 64 characters, for platforms that know an idempotency key. `earlier` are runs that were made so
   * of the same one: while one of them goes on, or when one has done the work, it is not asked.
   */
  rerun(runId: string, key: string, signal: AbortSignal, earlier?: readonly string[]): Promise<WriteOutcome>
}

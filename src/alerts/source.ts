// The extension point for alert sources: one folder under sources/ exports one of these.
import type { Alert, Rejected } from './model.ts'
import type { NormaliseJobName } from './job-name.ts'

export interface SourceContext {
  readonly now: Date
  readonly normaliseJobName: NormaliseJobName
}

/** An alert and where in the body it stood. */
export interface Element {
  /** JSON pointer into the body, for example `/alerts/3`. */
  readonly pointer: string
  readonly alert: Alert
}

/**
 * What a body was understood as. An envelope that cannot be parsed is the sender's mistake and answers 400;
 * one bad element is set aside and never sinks its neighbours (P1).
 */
export type Normalised =
  | { readonly kind: 'alerts'; readonly elements: readonly Element[]; readonly rejected: readonly Rejected[] }
  | { readonly kind: 'refused'; readonly reason: string }

export interface Source {
  /** The path segment under /webhooks/ and the name in tables. */
  readonly name: string
  /** Turns one parsed JSON body into alerts. Pure; lenient in what it ignores, strict in what it uses. */
  normalise(body: unknown, context: SourceContext): Normalised
}

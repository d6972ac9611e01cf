// Webhooks of the operator's own that an action sends: to whom, and what comes of it.
import type { WriteOutcome } from './writer.ts'

export interface WebhookRequest {
  /** Stable over repeats, so that a receiver knows a request that it has had. */
  readonly id: string
  /** With its version, for example `rollback.requested.v1`. */
  readonly type: string
  readonly at: Date
  readonly data: unknown
}

export interface Webhook {
  /** As in arrestor.yml. */
  readonly name: string
  /** Whom it serves; null: all teams. */
  readonly teams: readonly string[] | null
  /** Sends once, and never again by itself: repeating is the guard's decision (P7). Does not throw. */
  send(request: WebhookRequest, signal: AbortSignal): Promise<WriteOutcome>
  /** Reaches it without setting anything off: one sentence for the doctor, an error where it cannot be reached. */
  check(signal: AbortSignal): Promise<string>
}

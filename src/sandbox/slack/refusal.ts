// A business error of the Web API: always HTTP 200 with `{ ok: false, error }`, since clients retry the rest.
import type { JsonObject } from './types.ts'

/** Thrown inside a method; `messages` become `response_metadata.messages`, which Slack's client logs. */
export class Refusal extends Error {
  readonly code: string
  readonly messages: readonly string[]
  /** Further fields of the body, e.g. `needed` and `provided` of `missing_scope`. */
  readonly extra: JsonObject

  constructor(code: string, messages: readonly string[] = [], extra: JsonObject = {}) {
    super(code)
    this.code = code
    this.messages = messages
    this.extra = extra
  }

  /** The body that goes over the wire. Slack gives the bare sentences in `errors` as well. */
  body(): JsonObject {
    if (this.messages.length === 0) return { ok: false, error: this.code, ...this.extra }
    return {
      ok: false,
      error: this.code,
      ...this.extra,
      errors: [...this.messages],
      response_metadata: { messages: this.messages.map((message) => `[ERROR] ${message}`) },
    }
  }
}

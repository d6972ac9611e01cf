// What stands between all who ask one platform and that platform: its budget, and answers that several may share.
import type { Metrics } from '../../telemetry/metrics.ts'
import { createSharedAnswers } from '../../diagnosis/shared-answers.ts'
import { type BudgetLimits, createBudget } from './budget.ts'
import { tookShared, wantedSince } from './wanted-since.ts'

/**
 * Every request of a read client goes through the gate of its platform. It stands at the requests and not at the
 * methods of a reader: one method may be ten requests, so that a limit on methods would bound nothing that the platform
 * feels; and forty incidents with forty applications never call a method with the same arguments, yet they ask one
 * master for the same page.
 */
export interface Gate {
  /**
   * Sends when there is a place; what was asked under the same `key` a moment ago is not asked again. `key` null is a
   * question that is never shared. `asker` takes turns with others. Where the signal is aborted while it waits for a
   * place, rejects with NoPlace. Within `answeredSince` no answer will do that was begun before.
   */
  ask<T>(key: string | null, signal: AbortSignal, send: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** The same budget, and no answer but one that was asked for after the call: what decides something reads through it. */
  fresh(): Gate
}

/** There was no time left while all places were taken. */
export const NO_PLACE: unique symbol = Symbol('no place')
export const NO_PLACE_WORDS = "there was no time left, the platform's budget was taken"

/** Long enough for incidents of one cause, which come within a second or two; short enough that nobody is misled. */
const TTL_MS = 5000
/** Of a platform's answers that are kept for others. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024

export type GateMetrics = Pick<Metrics, 'platformWaits' | 'platformShared'>

export interface GateLimits extends BudgetLimits {
  /** The least between two askings for what is kept, for those who want it newer, in milliseconds. */
  readonly renewMs: number
}

export function createGate(platform: string, limits: GateLimits, metrics?: GateMetrics): Gate {
  const budget = createBudget(limits, (ms) => metrics?.platformWaits.observe({ platform }, ms / 1000))
  const answers = createSharedAnswers({
    ttlMs: TTL_MS,
    renewMs: limits.renewMs,
    weigh: weightOf,
    maxWeight: MAX_KEPT_BYTES,
    onShared: (begunAt) => {
      tookShared(begunAt)
      metrics?.platformShared.inc({ platform })
    },
  })

  async function placed<T>(
    asker: object,
    signal: AbortSignal,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    let release: () => void
    try {
      release = await budget.take(asker, signal)
    } catch {
      throw NO_PLACE
    }
    try {
      return await send(signal)
    } finally {
      release()
    }
  }

  const fresh: Gate = {
    ask: (_key, signal, send) => placed(signal, signal, send),
    fresh: () => fresh,
  }
  return {
    // A diagnosis has one signal for all that it asks, which makes it the asker.
    ask: (key, signal, send) =>
      key === null
        ? placed(signal, signal, send)
        : answers.ask(key, signal, (shared) => placed(signal, shared, send), wantedSince()),
    fresh: () => fresh,
  }
}

/** For platforms made without one, by tests and tools: nothing is limited and nothing shared. */
export const OPEN_GATE: Gate = {
  ask: (_key, signal, send) => send(signal),
  fresh: () => OPEN_GATE,
}

/** Bytes of an answer as `request.ts` has them, of which one that failed weighs too much to be kept; or of an SDK's. */
function weightOf(answer: unknown): number {
  const { status, body } = answer as { readonly status?: unknown; readonly body?: unknown }
  if (typeof status === 'number' && Buffer.isBuffer(body))
    return status < 400 ? body.length : Number.POSITIVE_INFINITY
  return JSON.stringify([answer]).length
}

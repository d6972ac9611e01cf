// One request at a time, and none while PagerDuty has asked us to wait.
import { retryAfterMs } from './retry-after.ts'
import type { Attempt } from './transport.ts'

export type Pacer = (attempt: () => Promise<Attempt>) => Promise<Attempt>

/**
 * Runs attempts in the order they came. After a 429 the following ones are answered with that same 429
 * until the time it named has passed: asking again would only prolong it, and waiting here would hide from
 * the caller what is going on. A 429 that names no time stops nothing.
 */
export function createPacer(now: () => number = Date.now): Pacer {
  let last: Promise<unknown> = Promise.resolve()
  let blocked: { until: number; answer: Attempt & { kind: 'answered' } } | undefined

  async function run(attempt: () => Promise<Attempt>): Promise<Attempt> {
    if (blocked !== undefined && now() < blocked.until) {
      const seconds = String(Math.ceil((blocked.until - now()) / 1000))
      return { ...blocked.answer, headers: { 'ratelimit-reset': seconds } }
    }
    blocked = undefined
    const answer = await attempt()
    if (answer.kind === 'answered' && answer.status === 429) {
      const wait = retryAfterMs(answer.headers, now())
      if (wait !== undefined && wait > 0) blocked = { until: now() + wait, answer }
    }
    return answer
  }

  return async (attempt) => {
    const mine = last.then(async () => await run(attempt))
    // A failed attempt must not stop the ones behind it.
    last = mine.catch(() => undefined)
    return await mine
  }
}

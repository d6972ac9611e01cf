// How long PagerDuty asks us to wait.

/** An hour: whatever a header says, a page is not put off longer. */
const MAX_WAIT_MS = 3_600_000

/**
 * Milliseconds from `ratelimit-reset` (seconds, PagerDuty's own) or else `Retry-After` (seconds or a date);
 * undefined when neither says anything usable. Header names in lower case.
 */
export function retryAfterMs(headers: Record<string, string>, now: number = Date.now()): number | undefined {
  const reset = headers['ratelimit-reset']
  const after = headers['retry-after']
  const given = [reset, after].find((value) => value !== undefined && value.trim() !== '')
  if (given === undefined) return undefined
  const seconds = Number(given)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given) - now
  return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, MAX_WAIT_MS) : undefined
}

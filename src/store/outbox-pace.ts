// A token bucket for what may wait: so many sends a minute after a burst; what is more urgent passes beside it.
import type { Notifier, OutboxRow } from './outbox.ts'

/** Above every priority: nothing is left out. */
const ALL = 32_767

export interface Pacer {
  /** How many rows to reserve now, and below which priority. */
  allow(free: number, now: Date): { limit: number; below: number }
  spend(rows: readonly Pick<OutboxRow, 'priority'>[], now: Date): void
}

export function createPacer(pace: Notifier['pace']): Pacer {
  if (pace === undefined) return { allow: (limit) => ({ limit, below: ALL }), spend: () => {} }
  let tokens = pace.burst
  let filledAt: number | null = null
  const fill = (now: Date): void => {
    const at = now.getTime()
    tokens = Math.min(pace.burst, tokens + ((at - (filledAt ?? at)) / 60_000) * pace.perMinute)
    filledAt = at
  }
  return {
    allow(free, now) {
      fill(now)
      // With fewer tokens than room, what is reserved may all be of the waiting kind: no more than there are tokens.
      return tokens < 1
        ? { limit: free, below: pace.priority }
        : { limit: Math.min(free, Math.floor(tokens)), below: ALL }
    },
    spend(rows, now) {
      fill(now)
      tokens -= rows.filter((row) => row.priority >= pace.priority).length
    },
  }
}

// A token bucket for what may wait: so many sends a minute after a burst; what is more urgent passes beside it.
import type { Notifier, OutboxRow } from './outbox.ts'

/** Above every priority: nothing is left out. */
const ALL = 32_767

export interface Pacer {
  /** How many rows to reserve now, and below which priority. */
  allow(free: number, now: Date): { limit: number; below: number }
  spend(rows: readonly Pick<OutboxRow, 'priority'>[], now: Date): void
}

export interface Bucket {
  /** What may be spent now; below zero where more was spent than there was. */
  left(now: Date): number
  spend(count: number, now: Date): void
}

/** Full at first, with `burst`, and filled up to that again by so much a minute. In this process alone. */
export function createBucket({ perMinute, burst }: Omit<NonNullable<Notifier['pace']>, 'priority'>): Bucket {
  let tokens = burst
  let filledAt: number | null = null
  const left = (now: Date): number => {
    const at = now.getTime()
    tokens = Math.min(burst, tokens + ((at - (filledAt ?? at)) / 60_000) * perMinute)
    filledAt = at
    return tokens
  }
  return {
    left,
    spend(count, now) {
      tokens = left(now) - count
    },
  }
}

export function createPacer(pace: Notifier['pace']): Pacer {
  if (pace === undefined) return { allow: (limit) => ({ limit, below: ALL }), spend: () => {} }
  const bucket = createBucket(pace)
  return {
    allow(free, now) {
      const tokens = bucket.left(now)
      // With fewer tokens than room, what is reserved may all be of the waiting kind: no more than there are tokens.
      return tokens < 1
        ? { limit: free, below: pace.priority }
        : { limit: Math.min(free, Math.floor(tokens)), below: ALL }
    },
    spend(rows, now) {
      bucket.spend(rows.filter((row) => row.priority >= pace.priority).length, now)
    },
  }
}

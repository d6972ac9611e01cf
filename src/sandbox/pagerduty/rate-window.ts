// A sliding minute per key: how the real service counts events and requests.

const WINDOW_MS = 60_000

export type RateWindow = {
  /** Counts one request. 0 when it is within the limit, else the milliseconds until one would be. */
  take: (key: string) => number
  /** How many are left in this minute. */
  remaining: (key: string) => number
}

/** At most `limit` in any 60 s for each key; a refused request does not count. */
export function createRateWindow(limit: number, now: () => number): RateWindow {
  const taken = new Map<string, number[]>()
  const recent = (key: string): number[] => {
    const kept = (taken.get(key) ?? []).filter((at) => at > now() - WINDOW_MS)
    taken.set(key, kept)
    return kept
  }
  return {
    take(key) {
      const times = recent(key)
      const oldest = times[0]
      if (times.length >= limit && oldest !== undefined) return oldest + WINDOW_MS - now()
      times.push(now())
      return 0
    },
    remaining: (key) => Math.max(0, limit - recent(key).length),
  }
}

// Slack's rate limits: a bucket per method, and one per channel for posts.
import type { Tier } from './world.ts'

/** Calls a minute. Slack promises at least these (1+, 20+, 50+, 100+) and tolerates short bursts. */
const PER_MINUTE: Record<Exclude<Tier, 'post'>, number> = {
  tier1: 5,
  tier2: 20,
  tier3: 50,
  tier4: 100,
  special: 600,
}

/** One post per second and channel with short bursts, several hundred a minute for the workspace. */
const POST = { perSecond: 1, burst: 5, workspacePerMinute: 300 }

export interface RateLimiter {
  /** Seconds to wait, or 0 when the call may go on. */
  take(method: string, tier: Tier, channel: string | undefined): number
  clear(): void
}

export function createRateLimiter(now: () => number): RateLimiter {
  const buckets = new Map<string, { level: number; at: number }>()

  function take(name: string, perSecond: number, capacity: number): number {
    const at = now()
    const bucket = buckets.get(name) ?? { level: capacity, at }
    bucket.level = Math.min(capacity, bucket.level + ((at - bucket.at) / 1000) * perSecond)
    bucket.at = at
    buckets.set(name, bucket)
    if (bucket.level < 1) return Math.max(1, Math.ceil((1 - bucket.level) / perSecond))
    bucket.level -= 1
    return 0
  }

  return {
    take(method, tier, channel) {
      if (tier !== 'post') return take(method, PER_MINUTE[tier] / 60, PER_MINUTE[tier])
      const own = take(`${method} ${channel ?? ''}`, POST.perSecond, POST.burst)
      return own > 0 ? own : take(method, POST.workspacePerMinute / 60, POST.workspacePerMinute)
    },
    clear: () => buckets.clear(),
  }
}

// Time, injected. In production it is the database's time plus a monotonic offset, so that replicas agree.
import type { Clock as JobsClock } from 'pg-boss'
import type { Clock } from '../ports.ts'

/** The store's clock also drives what waits: pg-boss's timers and the polling of our own loops. */
export interface StoreClock extends Clock {
  /** Handed to pg-boss; absent means the system's timers. */
  readonly jobs?: JobsClock
  /**
   * Calls `pass` about every `ms` until the returned function is called. `pass` must not throw; it answers whether it
   * found anything to do.
   */
  poll(ms: number, pass: () => Promise<boolean>): () => void
  /** A test's clock asks here what is under way before it moves on; true when it had to wait. */
  watch?(busy: () => Promise<boolean>): void
}

/** How often the offset is measured again. A replica's own clock drifts by milliseconds in that time. */
const RESYNC_MS = 60_000

export interface DatabaseClock extends StoreClock {
  /** Measures the offset now. */
  sync(): Promise<void>
  stop(): void
}

function pollByTimer(ms: number, pass: () => Promise<boolean>): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const arm = (): void => {
    timer = setTimeout(() => {
      void pass().finally(() => {
        if (!stopped) arm()
      })
    }, ms)
  }
  arm()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

/**
 * A clock from `databaseNow` (epoch milliseconds at the database): the offset between it and this process's monotonic
 * clock, taken at the middle of the round trip. It never goes backwards, also when a resync finds it ahead.
 */
export async function createDatabaseClock(
  databaseNow: () => Promise<number>,
  onFailure: (error: unknown) => void,
): Promise<DatabaseClock> {
  let offset = 0
  let latest = 0
  const sync = async (): Promise<void> => {
    const before = performance.now()
    const at = await databaseNow()
    offset = at - (before + performance.now()) / 2
  }
  await sync()
  const timer = setInterval(() => void sync().catch(onFailure), RESYNC_MS)
  timer.unref()
  return {
    now: () => {
      latest = Math.max(latest, performance.now() + offset)
      return new Date(Math.floor(latest))
    },
    poll: pollByTimer,
    sync,
    stop: () => clearInterval(timer),
  }
}

/** A plain clock (for tools) made into one that a store can use. */
export function withTimers(clock: Clock | StoreClock): StoreClock {
  return 'poll' in clock ? clock : { now: () => clock.now(), poll: pollByTimer }
}

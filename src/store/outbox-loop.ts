// Carries outbox rows out: reserve, re-check and claim, send outside any transaction, record. One loop per destination.
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from '../errors.ts'
import { createLoop, type Loop } from './loop.ts'
import { createPacer } from './outbox-pace.ts'
import { markSending, markWithdrawn, record, reserve } from './outbox-rows.ts'
import { type Notifier, type OutboxRow, type SendResult, outboxTopic } from './outbox.ts'
import type { Store } from './store.ts'

export interface OutboxLoop {
  /** Looks at once, at one destination or at all. */
  wake(destination?: string): void
  /** Claims nothing more, lets what is being sent end for `drainMs`, then gives it up as unknown. */
  stop(): Promise<void>
}

export interface OutboxOptions {
  readonly pollMs?: number
  readonly drainMs?: number
  /** 0 to 1, for the jitter of the backoff. */
  readonly random?: () => number
  /** Hears of every result that was recorded, for metrics. */
  readonly observe?: (row: OutboxRow, result: SendResult) => void
}

const POLL_MS = 250
const DRAIN_MS = 5000
const BACKOFF_MS = 1000
const BACKOFF_MAX_MS = 60_000
/** A send is given up this long before its lease ends, so that its result can still be recorded. */
const MARGIN = 0.2
const RECORD_ATTEMPTS = 4

/** Doubles from 1 s to 60 s, by up to a quarter shorter, so that rows that failed together do not return together. */
export function backoffMs(attempts: number, random: () => number): number {
  return Math.round(Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(attempts, 10)) * (1 - random() / 4))
}

interface Sending {
  readonly done: Promise<void>
  readonly abort: AbortController
}

/** Thrown inside the recording transaction to undo it. */
const FENCED = Symbol('fenced')

function createCarrier(store: Store, notifier: Notifier, options: OutboxOptions) {
  const random = options.random ?? Math.random
  const log = { destination: notifier.destination }
  const failing = new Set<number>()

  /** Null when there is nothing to send after all. */
  const claim = async (row: OutboxRow): Promise<{ row: OutboxRow; prepared: unknown } | null> =>
    await store.transaction(async (tx) => {
      const now = store.clock.now()
      const verdict = (await notifier.claim?.(tx, row, now)) ?? { send: row.payload }
      if ('withdraw' in verdict) {
        await markWithdrawn(tx, row, verdict.withdraw, now)
        return null
      }
      const claimed = await markSending(tx, row, now)
      return claimed === null ? null : { row: claimed, prepared: verdict.send }
    })

  const send = async (prepared: unknown, row: OutboxRow, signal: AbortSignal): Promise<SendResult> => {
    const givenUp = new Promise<SendResult>((resolve) => {
      const giveUp = (): void => resolve({ kind: 'unknown', reason: 'no answer in time' })
      if (signal.aborted) giveUp()
      else signal.addEventListener('abort', giveUp, { once: true })
    })
    try {
      return await Promise.race([notifier.send(prepared, row, signal), givenUp])
    } catch (error) {
      return { kind: 'unknown', reason: reasonOf(error) }
    }
  }

  const settle = async (row: OutboxRow, result: SendResult): Promise<void> => {
    try {
      await store.transaction(async (tx) => {
        const now = store.clock.now()
        const after =
          'afterMs' in result && result.afterMs !== undefined
            ? result.afterMs
            : backoffMs(row.attempts, random)
        await notifier.settled?.(tx, row, result, now)
        if (!(await record(tx, row, result, new Date(now.getTime() + after), now, notifier.spacingMs)))
          throw FENCED
      })
      options.observe?.(row, result)
    } catch (error) {
      if (error !== FENCED) throw error
      store.log.warn(
        { ...log, subject: row.subject, id: row.id, fence: row.fence },
        'a late result was refused',
      )
    }
  }

  /** A result that cannot be recorded leaves the row in `sending`: it returns after its lease as possibly happened. */
  const settleSurely = async (row: OutboxRow, result: SendResult): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await settle(row, result)
      } catch (error) {
        if (attempt === RECORD_ATTEMPTS) {
          store.log.error({ ...log, id: row.id, why: reasonOf(error) }, 'a result could not be recorded')
          return undefined
        }
        await delay(50 * 4 ** attempt)
      }
    }
  }

  return async (reserved: OutboxRow, abort: AbortController): Promise<void> => {
    let claimed: Awaited<ReturnType<typeof claim>>
    try {
      claimed = await claim(reserved)
    } catch (error) {
      const reason = reasonOf(error)
      if (!failing.has(reserved.id))
        store.log.error({ ...log, id: reserved.id, why: reason }, 'a claim failed')
      failing.add(reserved.id)
      return await settleSurely(reserved, { kind: 'retry', reason })
    }
    failing.delete(reserved.id)
    if (claimed === null) return undefined
    const late = setTimeout(() => abort.abort(), notifier.leaseMs * (1 - MARGIN))
    try {
      const result = await send(claimed.prepared, claimed.row, abort.signal)
      await settleSurely(claimed.row, result)
    } finally {
      clearTimeout(late)
    }
  }
}

/** One claim of one row: the same row may be claimed anew while an older send of it hangs. */
const keyOf = (row: OutboxRow): string => `${row.id}/${row.fence}`

function createDestinationLoop(store: Store, notifier: Notifier, options: OutboxOptions): Loop {
  const carry = createCarrier(store, notifier, options)
  const sending = new Map<string, Sending>()
  const deliver = async (row: OutboxRow, abort: AbortController): Promise<void> => {
    try {
      await carry(row, abort)
    } catch (error) {
      store.log.error({ destination: notifier.destination, why: reasonOf(error) }, 'a delivery failed')
    }
    sending.delete(keyOf(row))
    loop.wake()
  }

  const pacer = createPacer(notifier.pace)
  const pass = async (): Promise<boolean> => {
    const free = notifier.concurrency - sending.size
    if (free <= 0) return false
    const now = store.clock.now()
    const { limit, below } = pacer.allow(free, now)
    const rows = await reserve(store.db, notifier.destination, limit, notifier.leaseMs, now, below)
    pacer.spend(rows, now)
    for (const row of rows) {
      const abort = new AbortController()
      const done = deliver(row, abort)
      sending.set(keyOf(row), { done, abort })
    }
    return rows.length > 0
  }
  const drain = async (): Promise<boolean> => {
    const waited = sending.size > 0
    while (sending.size > 0) await Promise.all([...sending.values()].map(({ done }) => done))
    return waited
  }
  const loop = createLoop(store, {
    name: `outbox ${notifier.destination}`,
    topics: [outboxTopic(notifier.destination)],
    pollMs: options.pollMs ?? POLL_MS,
    pass,
    settled: drain,
  })
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop()
      const timer = setTimeout(() => {
        for (const { abort } of sending.values()) abort.abort()
      }, options.drainMs ?? DRAIN_MS)
      await drain()
      clearTimeout(timer)
    },
  }
}

/** Starts a loop for each notifier; destinations do not wait for one another. */
export function createOutboxLoop(
  store: Store,
  notifiers: readonly Notifier[],
  options: OutboxOptions = {},
): OutboxLoop {
  const loops = new Map(
    notifiers.map((notifier) => [notifier.destination, createDestinationLoop(store, notifier, options)]),
  )
  return {
    wake: (destination) => {
      if (destination === undefined) for (const loop of loops.values()) loop.wake()
      else loops.get(destination)?.wake()
    },
    stop: async () => {
      await Promise.all([...loops.values()].map((loop) => loop.stop()))
    },
  }
}

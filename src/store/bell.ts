// What a transaction carries besides its connection: the topics to wake after commit, and the queue to send jobs with.
import type { PgBoss } from 'pg-boss'
import type { Tx } from './store.ts'

interface Carried {
  readonly topics: Set<string>
  readonly jobs: () => PgBoss
}

const carried = new WeakMap<object, Carried>()

/** Starts collecting the topics rung in `tx`. The set is empty until somebody rings. */
export function carry(tx: Tx, jobs: () => PgBoss): ReadonlySet<string> {
  const topics = new Set<string>()
  carried.set(tx, { topics, jobs })
  return topics
}

/**
 * Asks for the loops of `topic` to be woken when `tx` has committed. In a transaction that the store did not open
 * it does nothing: polling finds the work.
 */
export function ring(tx: Tx, topic: string): void {
  carried.get(tx)?.topics.add(topic)
}

/** The queue of the store that opened `tx`. */
export function jobsOf(tx: Tx): PgBoss {
  const found = carried.get(tx)
  if (found === undefined) throw new Error('enqueue needs a transaction of Store.transaction')
  return found.jobs()
}

export interface Bell {
  readonly on: (topic: string, wake: () => void) => () => void
  readonly pass: (topics: ReadonlySet<string>) => void
}

/** In-process listeners by topic. */
export function createBell(): Bell {
  const listeners = new Map<string, Set<() => void>>()
  return {
    on: (topic, wake) => {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set)
      set.add(wake)
      return () => set.delete(wake)
    },
    pass: (topics) => {
      for (const topic of topics) for (const wake of listeners.get(topic) ?? []) wake()
    },
  }
}

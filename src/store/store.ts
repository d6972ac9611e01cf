// What every room sees of the database: a store to open, a transaction to work in. Which database it is stays here.
import type { Kysely, Transaction } from 'kysely'
import type { PgBoss } from 'pg-boss'
import type { StoreClock } from './clock.ts'
import type { Database } from './tables.ts'

export type Db = Kysely<Database>
/** Repository functions take this first: on the embedded store anything else inside a transaction would wait for ever. */
export type Tx = Transaction<Database>

/** The part of a logger that the store uses; pino fits. */
export interface StoreLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Store {
  readonly kind: 'embedded' | 'postgres'
  readonly db: Db
  readonly clock: StoreClock
  readonly jobs: PgBoss
  readonly log: StoreLogger
  /**
   * Runs `work` in one transaction; serialisation failures and deadlocks are retried (so `work` may run more than once),
   * other errors pass. After commit the loops that `work` gave something to are woken.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Calls `wake` after each commit that rang `topic` (see `ring`); returns how to stop that. */
  onRing(topic: string, wake: () => void): () => void
  /** One round trip; throws ARR-201 when the database does not answer within a second. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** A NUL or half a surrogate pair as JSON spells it, and not the text of such an escape after a backslash. */
const UNSTORABLE = /(?<=(?:^|[^\\])(?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g

/**
 * Writes a value into a jsonb column. What PostgreSQL refuses there (a NUL, half a surrogate pair) becomes U+FFFD: a log
 * line quoted from elsewhere must not undo the transaction that stores it.
 */
export function json(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  return text.includes('\\u') ? text.replace(UNSTORABLE, '\uFFFD') : text
}

/**
 * The error of work that found its premises overtaken by another replica's commit: thrown inside `Store.transaction`, the
 * work is run again and sees that commit. The code is PostgreSQL's serialization_failure.
 */
export function overtaken(why: string): Error {
  return Object.assign(new Error(why), { code: '40001' })
}

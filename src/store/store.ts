// What every room sees of the database: a store to open, a transaction to work in. Which database it is stays here.
import type { Kysely, Transaction } from 'kysely'
import type { PgBoss } from 'pg-boss'
import type { Clock } from '../ports.ts'
import type { Database } from './tables.ts'

export type Db = Kysely<Database>
/** Repository functions take this first: on the embedded store anything else inside a transaction would wait for ever. */
export type Tx = Transaction<Database>

export interface Store {
  readonly kind: 'embedded' | 'postgres'
  readonly db: Db
  readonly clock: Clock
  readonly jobs: PgBoss
  /** Runs `work` in one transaction; serialisation failures and deadlocks are retried, other errors pass. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** One round trip; throws ARR-201 when the database does not answer within a second. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Writes a value into a jsonb column. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null)
}

// Kysely over our pool, and the transaction that rooms work in: bounded, retried, and never waiting for itself.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import type { PgBoss } from 'pg-boss'
import { carry } from './bell.ts'
import type { StorePool } from './pool.ts'
import type { Db, Tx } from './store.ts'
import type { Database } from './tables.ts'

/** The longest a transaction may take; one that takes longer waits for something it should not. */
export const TRANSACTION_TIMEOUT_MS = 15_000
const ATTEMPTS = 6
/** serialization_failure, deadlock_detected, lock_not_available. */
const TRANSIENT = new Set(['40001', '40P01', '55P03'])

interface Scope {
  open: boolean
}
const scopes = new AsyncLocalStorage<Scope>()

/**
 * Throws when called from inside a transaction that is still open. The embedded store has one connection: a query beside
 * the transaction would wait for it while it waits for the query. On a server the same mistake reads stale data.
 */
export function refuseBesideTransaction(): void {
  if (scopes.getStore()?.open === true)
    throw new Error('a query was made beside the open transaction: pass the transaction to it')
}

/** Runs `work` outside the transaction that the caller may be in, for what only starts there. */
export function outsideTransaction<T>(work: () => T): T {
  return scopes.exit(work)
}

export function createDb(pool: StorePool): Db {
  const kyselyPool = { connect: () => pool.lease(), end: async () => {} }
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: kyselyPool as unknown as PostgresPool }),
  })
}

function bounded<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`a transaction took longer than ${ms / 1000} s and was rolled back`)),
      ms,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function isTransient(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && TRANSIENT.has(code)
}

/** Makes `Store.transaction`: `jobs` serves `enqueue`, `passOn` receives the rung topics after commit. */
export function createTransaction(
  db: Db,
  jobs: () => PgBoss,
  passOn: (topics: ReadonlySet<string>) => void,
  timeoutMs: number = TRANSACTION_TIMEOUT_MS,
): <T>(work: (tx: Tx) => Promise<T>) => Promise<T> {
  const once = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const scope: Scope = { open: true }
    let topics: ReadonlySet<string> = new Set()
    try {
      const result = await db.transaction().execute((tx) => {
        topics = carry(tx, jobs)
        return scopes.run(scope, () => bounded(work(tx), timeoutMs))
      })
      scope.open = false
      passOn(topics)
      return result
    } finally {
      scope.open = false
    }
  }
  return async (work) => {
    refuseBesideTransaction()
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(work)
      } catch (error) {
        if (attempt >= ATTEMPTS || !isTransient(error)) throw error
        await delay(Math.random() * 10 * 2 ** attempt)
      }
    }
  }
}

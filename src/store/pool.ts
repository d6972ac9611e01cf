// One node-postgres pool for both databases, so that a value read from either is the same value.
import { Pool, type PoolClient, type PoolConfig, types as pgTypes } from 'pg'
import { ArrestorError, reasonOf } from '../errors.ts'
import { type Outage, noticed } from './outage.ts'

/** PostgreSQL's type numbers (pg_type.oid). */
const BYTEA = 17
const INT8 = 20
const INT8_ARRAY = 1016
const DATE = 1082
const INTERVAL = 1186

type Parser = (text: string) => unknown
const defaultParser = (oid: number): Parser => pgTypes.getTypeParser(oid) as Parser

const PARSERS = new Map<number, Parser>([
  // Versions and counts stay far below 2^53.
  [INT8, Number],
  [
    INT8_ARRAY,
    (text) =>
      (defaultParser(INT8_ARRAY)(text) as (string | null)[]).map((item) =>
        item === null ? null : Number(item),
      ),
  ],
  // A plain Uint8Array, not node's Buffer, and no slice of a larger one.
  [BYTEA, (text) => new Uint8Array(defaultParser(BYTEA)(text) as Buffer)],
  // A date has no time zone; as a Date it would be the midnight of the process.
  [DATE, (text) => text],
  [INTERVAL, (text) => text],
])

const TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    PARSERS.get(oid) ?? pgTypes.getTypeParser(oid, format),
}

/** A client lent to one user; after `release` it refuses, so that a late query cannot land in another's transaction. */
export interface Lease {
  query(text: unknown, values?: unknown): Promise<unknown>
  release(error?: Error | boolean): void
}

export interface StorePool {
  lease(): Promise<Lease>
  /** One statement, or several without parameters, outside any transaction. */
  run(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** Statements that every session must have run before it is used. Replaces the set before. */
  setSessionStatements(statements: readonly string[]): void
  counts(): { total: number; idle: number; waiting: number }
  end(): Promise<void>
}

/** SQLSTATE classes and codes that mean the connection or the server is gone, not that the statement is wrong. */
const LOST_CODES = /^(08...|57P0[1-5]|53300)$/
const LOST_NODE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ENOENT',
])
const LOST_TEXT =
  /^(Connection terminated|timeout (exceeded )?when trying to connect|Client has encountered a connection error|the database's thread)/i

/** Makes ARR-201 of a lost connection; anything else is returned as it is. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof ArrestorError) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  const lost =
    (typeof code === 'string' && (LOST_CODES.test(code) || LOST_NODE.has(code))) ||
    (typeof message === 'string' && LOST_TEXT.test(message)) ||
    (error instanceof AggregateError &&
      error.errors.some((each: unknown) => asStoreError(each) instanceof ArrestorError))
  return lost ? new ArrestorError('ARR-201', { why: reasonOf(error) }, error) : error
}

function flatten(result: unknown): Record<string, unknown>[] {
  const results = (Array.isArray(result) ? result : [result]) as { rows?: Record<string, unknown>[] }[]
  return results.flatMap((each) => each.rows ?? [])
}

/**
 * `guard` is called before each lease and may throw; `onLost` hears of idle clients that died, `outage` of every call.
 * `config` is node-postgres' own.
 */
export function createPool(
  config: PoolConfig,
  hooks: { guard?: () => void; onLost: (why: string) => void; outage?: Pick<Outage, 'away' | 'works'> },
): StorePool {
  const pool = new Pool({ ...config, types: TYPES })
  // The pool hears of idle clients only. One that is lent out and dies between two queries would end the process.
  pool.on('connect', (client) => client.on('error', (error) => hooks.onLost(reasonOf(error))))
  pool.on('error', () => {})
  let sessionStatements: readonly string[] = []
  const prepared = new WeakMap<PoolClient, readonly string[]>()

  const checkOut = async (): Promise<PoolClient> => {
    hooks.guard?.()
    try {
      const client = await pool.connect()
      if ((prepared.get(client) ?? []) !== sessionStatements && sessionStatements.length > 0) {
        for (const statement of sessionStatements) await client.query(statement)
      }
      prepared.set(client, sessionStatements)
      return client
    } catch (error) {
      throw noticed(hooks.outage, asStoreError(error))
    }
  }

  const lease = async (): Promise<Lease> => {
    const client = await checkOut()
    let released = false
    return {
      query: async (text, values) => {
        if (released) throw new Error('a query came after its transaction or connection had ended')
        try {
          const result: unknown = await client.query(text as string, values as unknown[])
          hooks.outage?.works()
          return result
        } catch (error) {
          throw noticed(hooks.outage, asStoreError(error))
        }
      },
      release: (error) => {
        if (released) return
        released = true
        client.release(error)
      },
    }
  }

  return {
    lease,
    run: async (text, values) => {
      const client = await lease()
      try {
        const rows = flatten(
          await client.query(text, values === undefined || values.length === 0 ? undefined : values),
        )
        client.release()
        return rows
      } catch (error) {
        // A block of several statements may have failed inside its own transaction.
        await client.query('rollback').then(
          () => client.release(),
          () => client.release(true),
        )
        throw error
      }
    },
    setSessionStatements: (statements) => {
      sessionStatements = [...statements]
    },
    counts: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    end: () => pool.end(),
  }
}

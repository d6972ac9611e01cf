// A PostgreSQL server as a pool: named, bounded in time, with every lost connection an ARR-201.
import type { Outage } from '../outage.ts'
import { createPool, type StorePool } from '../pool.ts'

/** Above the transaction's own limit, so that ours speaks first; the server's is for a process that froze. */
const IDLE_IN_TRANSACTION_MS = 30_000
const STATEMENT_MS = 30_000
const CONNECT_MS = 5000
/** 2 replicas of 2 cores keep far below PostgreSQL's default of 100 connections. */
const POOL_SIZE = 16

export function openPostgres(
  databaseUrl: string,
  hooks: { guard: () => void; onLost: (why: string) => void; outage?: Pick<Outage, 'away' | 'works'> },
): StorePool {
  return createPool(
    {
      connectionString: databaseUrl,
      max: POOL_SIZE,
      application_name: 'arrestor',
      statement_timeout: STATEMENT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      options: '-c TimeZone=UTC',
    },
    hooks,
  )
}

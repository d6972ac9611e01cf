// Opens the store: chooses the database, migrates it, starts the queue. The one place that knows both kinds.
import { ArrestorError, reasonOf } from '../errors.ts'
import type { Clock } from '../ports.ts'
import { createBell } from './bell.ts'
import { type DatabaseClock, type StoreClock, createDatabaseClock, withTimers } from './clock.ts'
import { createDb, createTransaction, refuseBesideTransaction } from './dialect.ts'
import { createJobs } from './jobs.ts'
import { type Maintenance, startMaintenance } from './embedded/maintenance.ts'
import { type Embedded, type EmbeddedOptions, openEmbedded } from './embedded/open-embedded.ts'
import { migrate } from './migrate.ts'
import type { StorePool } from './pool.ts'
import { type Outage, createOutage } from './outage.ts'
import { openPostgres } from './postgres/open-postgres.ts'
import type { Store, StoreLogger } from './store.ts'

export interface StoreOptions {
  /** A PostgreSQL server, 15 or newer. Wins over `dataDir`. */
  readonly databaseUrl?: string
  /** Where the embedded store lives. */
  readonly dataDir?: string
  /** The embedded store without a directory: for tests and for looking around. Nothing survives. */
  readonly inMemory?: boolean
  /** A tar of a cluster to begin with where there is none yet. */
  readonly prepared?: Uint8Array
  /** Starts the thread of an embedded store in memory; by default a new one. */
  readonly thread?: EmbeddedOptions['thread']
  /** By default database time. */
  readonly clock?: Clock | StoreClock
  readonly logger?: StoreLogger
  /** The embedded database has ended by itself: every call is ARR-201 from here on. End the process and start anew. */
  readonly onFatal?: (why: string) => void
  readonly transactionTimeoutMs?: number
}

/** What the embedded store has besides a store. */
export interface OpenedStore extends Store {
  readonly embedded?: Embedded & { readonly maintenance?: Maintenance }
}

const PING_MS = 1000
const SILENT: StoreLogger = { info: () => {}, warn: () => {}, error: () => {} }

interface Opened {
  readonly pool: StorePool
  readonly embedded?: Embedded
}

async function openPool(options: StoreOptions, outage: Outage): Promise<Opened> {
  const { log } = outage
  const hooks = { guard: refuseBesideTransaction, onLost: (why: string) => outage.lost(why) }
  if (options.databaseUrl !== undefined)
    return { pool: openPostgres(options.databaseUrl, { ...hooks, outage }) }
  if (options.dataDir === undefined && options.inMemory !== true)
    throw new ArrestorError('ARR-103', { name: 'ARRESTOR_DATA_DIR', wanted_by: 'the embedded store' })
  const dataDir = options.inMemory === true ? null : (options.dataDir ?? null)
  const given = {
    ...(options.prepared === undefined ? {} : { prepared: options.prepared }),
    ...(options.thread === undefined ? {} : { thread: options.thread }),
  }
  const onFatal = (why: string): void => {
    log.error({ why }, 'the embedded database has ended')
    options.onFatal?.(why)
  }
  const embedded = await openEmbedded({ dataDir, ...given, ...hooks, onFatal })
  log.info({ created: embedded.report.created, phases: embedded.report.phases }, 'the embedded store is open')
  return { pool: embedded.pool, embedded }
}

async function databaseNow(pool: StorePool): Promise<number> {
  const [row] = await pool.run('select extract(epoch from clock_timestamp()) * 1000 as now')
  return Number(row?.['now'])
}

async function ping(pool: StorePool): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const error = new ArrestorError('ARR-201', { why: `no answer within ${PING_MS / 1000} s` })
    timer = setTimeout(() => reject(error), PING_MS)
  })
  try {
    await Promise.race([pool.run('select 1'), late])
  } catch (error) {
    throw error instanceof ArrestorError
      ? error
      : new ArrestorError('ARR-201', { why: reasonOf(error) }, error)
  } finally {
    clearTimeout(timer)
  }
}

/** Any number, the same in all replicas: the advisory lock under which one of them at a time brings the schema up. */
const START_LOCK = 5_726_623_061

/** Two replicas on an empty database would both create the queue's schema, and one would fail. */
async function aloneAmongReplicas(
  pool: StorePool,
  kind: Store['kind'],
  work: () => Promise<void>,
): Promise<void> {
  if (kind === 'embedded') return await work()
  const lease = await pool.lease()
  try {
    await lease.query('select pg_advisory_lock($1)', [START_LOCK])
    await work()
  } finally {
    // Closing the connection gives the lock back, also when unlocking could not.
    lease.release(true)
  }
}

/**
 * Opens, migrates and starts the store. Throws ARR-201 (server not reachable), ARR-202 (directory in use), ARR-203
 * (directory not usable), ARR-204 and ARR-205 (migrations). Close it to drain.
 */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const outage = createOutage(options.logger ?? SILENT)
  const { log } = outage
  const { pool, embedded } = await openPool(options, outage)
  const kind = embedded === undefined ? 'postgres' : 'embedded'
  let databaseClock: DatabaseClock | undefined
  try {
    const db = createDb(pool)
    if (options.clock === undefined)
      databaseClock = await createDatabaseClock(
        () => databaseNow(pool),
        (error) => log.warn({ why: reasonOf(error) }, 'the clock could not be set again'),
      )
    const clock = databaseClock ?? withTimers(options.clock as Clock | StoreClock)
    const jobs = createJobs(pool, kind, clock, log)
    await aloneAmongReplicas(pool, kind, async () => {
      const migrated = await migrate(db)
      if (migrated.length > 0) log.info({ migrated }, 'the tables were migrated')
      await jobs.start()
    })
    const bell = createBell()
    const maintenance =
      embedded === undefined || options.dataDir === undefined ? undefined : startMaintenance(pool, log)
    return {
      kind,
      db,
      clock,
      jobs,
      log,
      transaction: createTransaction(db, () => jobs, bell.pass, options.transactionTimeoutMs),
      onRing: bell.on,
      ping: () => ping(pool),
      close: async () => {
        databaseClock?.stop()
        await maintenance?.stop()
        await jobs.stop({ graceful: true, close: false })
        await (embedded ?? { close: () => pool.end() }).close()
      },
      ...(embedded === undefined
        ? {}
        : { embedded: { ...embedded, ...(maintenance === undefined ? {} : { maintenance }) } }),
    }
  } catch (error) {
    databaseClock?.stop()
    await (embedded ?? { close: () => pool.end() }).close()
    throw error
  }
}

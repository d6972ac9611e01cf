// Work that may take long or fail: pg-boss over the store's own pool, woken in process, supervised every few seconds.
import { type ConstructorOptions, type JobOptions, PgBoss, type Queue, fromKysely } from 'pg-boss'
import { sql } from 'kysely'
import { reasonOf } from '../errors.ts'
import { jobsOf, ring } from './bell.ts'
import { outsideTransaction } from './dialect.ts'
import type { StorePool } from './pool.ts'
import type { Store, StoreLogger, Tx } from './store.ts'
import type { StoreClock } from './clock.ts'

/** A backstop only: whoever enqueues wakes the workers of its own process; another replica's find it within this. */
const POLL_SECONDS = 1
/** With the defaults (60 s) a job held by a killed replica came back after 58 s; with these after 8 s. */
const SUPERVISE_SECONDS = 5
const HEARTBEAT_SECONDS = 10

const topicOf = (queue: string): string => `jobs:${queue}`

/** pg-boss over the store's pool. Not started. */
export function createJobs(
  pool: StorePool,
  kind: Store['kind'],
  clock: StoreClock,
  log: StoreLogger,
): PgBoss {
  const options: ConstructorOptions = {
    backend: kind === 'embedded' ? 'pglite' : 'postgres',
    db: {
      executeSql: async (text, values) => ({ rows: await pool.run(text, values) }),
      setSessionStatements: async (statements) => pool.setSessionStatements(statements),
    },
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    // The embedded store has its own maintenance; REINDEX CONCURRENTLY and autovacuum have no meaning there.
    ...(kind === 'embedded' ? { reindex: false, monitorVacuum: false } : {}),
    ...(clock.jobs === undefined ? {} : { clock: clock.jobs }),
  }
  const boss = new PgBoss(options)
  boss.on('error', (error) => log.error({ why: reasonOf(error) }, 'the job queue failed'))
  boss.on('warning', (warning) => log.warn({ why: warning.message }, 'the job queue warns'))
  return boss
}

/** What a handler is given about the job it runs. Handlers are idempotent: a job may come twice. */
export interface JobContext {
  readonly id: string
  /** 0 at the first attempt. */
  readonly retries: number
  /** Aborted when the job's time is over or the process stops. */
  readonly signal: AbortSignal
}

export interface JobHandler<Data extends object = Record<string, unknown>> {
  handler(data: Data, context: JobContext): Promise<void>
  readonly options?: {
    /** How many at once in this process; 2 by default. */
    readonly concurrency?: number
    /** pg-boss's own: policy, retryLimit, retryDelay, retryBackoff, expireInSeconds, ... */
    readonly queue?: Omit<Queue, 'name'>
  }
}

// eslint-disable-next-line typescript/no-explicit-any -- handlers of different data live in one record
export type JobHandlers = Readonly<Record<string, JobHandler<any>>>

const registered = new WeakMap<PgBoss, ReadonlySet<string>>()

/**
 * Creates the queues and starts their workers. Throws when a queue that still holds jobs, or one named in
 * `expected`, has no handler: such jobs would wait for ever. What a handler throws is kept with its job, so that it
 * passes `discreet` before.
 */
export async function registerJobs(
  store: Store,
  handlers: JobHandlers,
  expected: readonly string[] = [],
  discreet: (text: string) => string = (text) => text,
): Promise<void> {
  const boss = store.jobs
  const names = new Set(Object.keys(handlers))
  const held = await sql<{ name: string }>`
    select distinct name from pgboss.job where state in ('created', 'retry', 'active')`.execute(store.db)
  const orphans = [...expected, ...held.rows.map((row) => row.name)].filter((name) => !names.has(name))
  if (orphans.length > 0) throw new Error(`no handler for the jobs of: ${[...new Set(orphans)].join(', ')}`)
  registered.set(boss, names)
  const running = new Set<Promise<void>>()
  store.clock.watch?.(async () => {
    const busy = running.size > 0
    await Promise.allSettled(running)
    return busy
  })
  for (const [name, job] of Object.entries(handlers)) {
    const { options } = job
    const queue = {
      heartbeatSeconds: HEARTBEAT_SECONDS,
      retryLimit: 5,
      retryBackoff: true,
      ...options?.queue,
    }
    await boss.createQueue(name, queue)
    // The policy of a queue is for life; everything else follows the code.
    const { policy: _policy, partition: _partition, ...changeable } = queue
    await boss.updateQueue(name, changeable)
    const workId = await boss.work(
      name,
      { pollingIntervalSeconds: POLL_SECONDS, localConcurrency: options?.concurrency ?? 2, batchSize: 1 },
      async ([claimed]) => {
        if (claimed === undefined) return
        const context = { id: claimed.id, retries: claimed.retryCount, signal: claimed.signal }
        const work = outsideTransaction(() => job.handler(claimed.data, context))
        running.add(work)
        try {
          await work
        } catch (error) {
          const why = discreet(reasonOf(error))
          store.log.error({ job: name, id: claimed.id, retries: claimed.retryCount, why }, 'a job failed')
          // pg-boss keeps all of an error: its stack, its causes, and every property that somebody has hung on it.
          throw new Error(why)
        } finally {
          running.delete(work)
        }
      },
    )
    store.onRing(topicOf(name), () => boss.notifyWorker(workId))
  }
}

/**
 * Adds a job in `tx`: it exists when the transaction commits and not otherwise, and the workers of this process are
 * woken then. Answers its id, or null where the queue's policy folded it into one that waits already.
 */
export async function enqueue(
  tx: Tx,
  queue: string,
  data: object,
  options: JobOptions = {},
): Promise<string | null> {
  const boss = jobsOf(tx)
  const names = registered.get(boss)
  if (names !== undefined && !names.has(queue)) throw new Error(`no handler for the jobs of: ${queue}`)
  const id = await boss.send(queue, data, { ...options, db: fromKysely(tx) })
  ring(tx, topicOf(queue))
  return id
}

/** `enqueue` for many of one queue in one statement. */
export async function enqueueAll(tx: Tx, queue: string, all: readonly object[]): Promise<void> {
  if (all.length === 0) return
  const boss = jobsOf(tx)
  const names = registered.get(boss)
  if (names !== undefined && !names.has(queue)) throw new Error(`no handler for the jobs of: ${queue}`)
  await boss.insert(
    queue,
    all.map((data) => ({ data })),
    { db: fromKysely(tx) },
  )
  ring(tx, topicOf(queue))
}

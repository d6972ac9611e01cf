// The embedded database's threads, used again: an emptied one is ready in a tenth of the time a new one takes to start.
import { openEmbedded } from '../../src/store/embedded/open-embedded.ts'
import type { WorkerOptions } from '../../src/store/embedded/protocol.ts'
import { type DatabaseThread, startThread } from '../../src/store/embedded/thread.ts'
import type { StorePool } from '../../src/store/pool.ts'

/** More that wait for work than a test has replicas would only take memory. */
const IDLE_AT_MOST = 2
/** WebAssembly's memory never shrinks: what a storm made large is given back. */
const LIVES = 40

interface Served {
  readonly thread: DatabaseThread
  readonly first: Baseline
  lives: number
}

/** What a thread held when it was new: the template's rows, its sequences, and a digest of its catalogue. */
interface Baseline {
  readonly shape: string
  readonly rows: readonly { readonly table: string; readonly rows: string }[]
  readonly sequences: readonly { readonly name: string; readonly value: number; readonly called: boolean }[]
}

const idle: Served[] = []

/**
 * `startThread` for a store in memory that begins with the tests' template. The thread comes back when its store is
 * closed, and whoever takes it next finds the template's rows and nothing else: emptied tables, sequences at their
 * start, a fresh session. One whose tables, functions or settings a test has changed is ended instead.
 */
export async function serveThread(options: WorkerOptions): Promise<DatabaseThread> {
  for (let served = idle.pop(); served !== undefined; served = idle.pop()) {
    if (await emptied(served)) return lend(served)
    await served.thread.terminate()
  }
  const thread = await startThread(options)
  return lend({ thread, first: await withPool(thread, baseline), lives: LIVES })
}

function lend(served: Served): DatabaseThread {
  const { thread } = served
  let over: string | undefined
  let end: (why: string) => void = () => {}
  const ended = new Promise<string>((resolve) => {
    end = (why) => resolve((over ??= why))
  })
  void thread.ended.then((why) => end(why))
  return {
    report: thread.report,
    ended,
    ask: async (request) => {
      if (over !== undefined) throw new Error(over)
      // Its memory is all that closing would write.
      return request.kind === 'close' ? { bytes: new Uint8Array(0), count: 0 } : await thread.ask(request)
    },
    terminate: async () => {
      if (over !== undefined) return
      end("the database's thread was given back")
      served.lives -= 1
      if (served.lives > 0 && idle.length < IDLE_AT_MOST) idle.push(served)
      else await thread.terminate()
    },
  }
}

async function withPool<T>(thread: DatabaseThread, work: (pool: StorePool) => Promise<T>): Promise<T> {
  const unheard = { guard: () => {}, onLost: () => {}, onFatal: () => {} }
  const { pool } = await openEmbedded({ dataDir: null, thread: async () => thread, ...unheard })
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

const OURS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`

/** Tables of ours with a page or more: those that are or were written to. */
const WRITTEN = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind = 'r' and ${OURS} and pg_relation_size(c.oid) > 0`

const SEQUENCES = `
  select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, start_value) as value,
         last_value is not null as called
    from pg_sequences`

/** The first oid that initdb does not use (FirstNormalObjectId in PostgreSQL's access/transam.h). */
const FIRST_OID = 16384

/**
 * Changes with every object that is made, altered or dropped. Not with TRUNCATE, which rewrites rows of pg_class, nor
 * when pg-boss's test clock puts its function and puts the own one back.
 */
const SHAPE = `
  select md5(string_agg(line, ' ' order by line)) as shape from (
    select 'c' || oid || relname || relnatts || relchecks || relhastriggers || coalesce(reloptions::text, '') from pg_class
     where oid >= ${FIRST_OID}
    union all select 'a' || attrelid || '.' || attnum || '.' || xmin from pg_attribute where attrelid >= ${FIRST_OID}
    union all select 'd' || oid || '.' || xmin from pg_attrdef
    union all select 'i' || indexrelid || '.' || xmin from pg_index where indexrelid >= ${FIRST_OID}
    union all select 'k' || oid || '.' || xmin from pg_constraint where oid >= ${FIRST_OID}
    union all select 't' || oid || '.' || xmin from pg_trigger
    union all select 'r' || oid || '.' || xmin from pg_rewrite where oid >= ${FIRST_OID}
    union all select 'p' || oid || '.' || provolatile::text || proargtypes::text || md5(prosrc) from pg_proc where oid >= ${FIRST_OID}
    union all select 'y' || oid || '.' || xmin from pg_type where oid >= ${FIRST_OID}
    union all select 'e' || oid || '.' || xmin from pg_enum
    union all select 'n' || oid || nspname from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
    union all select 'o' || oid || '.' || xmin from pg_authid
    union all select 's' || setdatabase || '.' || setrole || setconfig::text from pg_db_role_setting
    union all select 'x' || oid || '.' || xmin from pg_extension) as all_of_it (line)`

/** A digest of the catalogue (see SHAPE). */
export async function shapeOf(pool: StorePool): Promise<string> {
  const [row] = await pool.run(SHAPE)
  return String(row?.['shape'])
}

async function baseline(pool: StorePool): Promise<Baseline> {
  const rows = []
  for (const { name } of await pool.run(WRITTEN)) {
    const [held] = await pool.run(`select json_agg(t)::text as rows from ${String(name)} t`)
    if (typeof held?.['rows'] === 'string') rows.push({ table: String(name), rows: held['rows'] })
  }
  const sequences = (await pool.run(SEQUENCES)).map(({ name, value, called }) => ({
    name: String(name),
    value: Number(value),
    called: called === true,
  }))
  return { shape: await shapeOf(pool), rows, sequences }
}

/** Makes it as it was when it was new; false when it cannot be. */
async function emptied({ thread, first }: Served): Promise<boolean> {
  return await withPool(thread, async (pool) => {
    // What was left open would be in the way of everything else.
    await pool.run('rollback')
    await pool.run('discard all')
    if ((await shapeOf(pool)) !== first.shape) return false
    const written = (await pool.run(WRITTEN)).map(({ name }) => String(name))
    if (written.length > 0) await pool.run(`truncate ${written.join(', ')} cascade`)
    for (const { table, rows } of first.rows)
      await pool.run(
        `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1)`,
        [rows],
      )
    for (const { name, value, called } of first.sequences)
      await pool.run('select setval($1, $2, $3)', [name, value, called])
    // Nothing else ends the WAL of a database without a checkpointer.
    await pool.run('checkpoint')
    return true
  }).catch(() => false)
}

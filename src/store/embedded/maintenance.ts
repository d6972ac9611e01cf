// Guard 4: PGlite neither checkpoints nor vacuums by itself. Single statements, one table at a time, never at once.
import { reasonOf } from '../../errors.ts'
import type { StorePool } from '../pool.ts'
import type { StoreLogger } from '../store.ts'

/** Bounds how much WAL a reopening replays: at 800 MB that took 4.6 s. */
const CHECKPOINT_MS = 3 * 60_000
const VACUUM_MS = 60 * 60_000

export interface Maintenance {
  checkpoint(): Promise<void>
  /** VACUUM (ANALYZE) of each table with dead rows; answers the tables' names. */
  vacuum(): Promise<readonly string[]>
  stop(): Promise<void>
}

const DEAD_TABLES = `
  select format('%I.%I', schemaname, relname) as name
  from pg_stat_user_tables
  where n_dead_tup > 50 or (last_vacuum is null and n_live_tup > 50)
  order by n_dead_tup desc`

/**
 * Starts both schedules. They hold the store's one connection for a statement each, so the hourly vacuum goes table by
 * table and lets others in between.
 */
export function startMaintenance(
  pool: StorePool,
  log: StoreLogger,
  intervals: { checkpointMs: number; vacuumMs: number } = {
    checkpointMs: CHECKPOINT_MS,
    vacuumMs: VACUUM_MS,
  },
): Maintenance {
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  const checkpoint = async (): Promise<void> => {
    await pool.run('checkpoint')
  }
  const vacuum = async (): Promise<readonly string[]> => {
    // Counts are held back for up to a second after the statement that they count.
    await pool.run('select pg_stat_force_next_flush()')
    const tables = (await pool.run(DEAD_TABLES)).map((row) => String(row['name']))
    for (const table of tables) if (!stopped) await pool.run(`vacuum (analyze) ${table}`)
    return tables
  }
  const once = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    await running
    if (stopped) return
    const began = performance.now()
    try {
      await work()
      log.info({ what, ms: Math.round(performance.now() - began) }, 'store maintenance')
    } catch (error) {
      log.error({ what, why: reasonOf(error) }, 'store maintenance failed')
    }
  }
  const guarded = (what: string, work: () => Promise<unknown>) => (): void => {
    running = once(what, work)
  }
  const timers = [
    setInterval(guarded('checkpoint', checkpoint), intervals.checkpointMs),
    setInterval(guarded('vacuum', vacuum), intervals.vacuumMs),
  ]
  for (const timer of timers) timer.unref()
  return {
    checkpoint,
    vacuum,
    stop: async () => {
      stopped = true
      for (const timer of timers) clearInterval(timer)
      await running
    },
  }
}

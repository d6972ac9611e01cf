// Moves a store: every table as lines of JSON, out of one database and into another. Embedded to server and back.
import { sql } from 'kysely'
import { MIGRATIONS } from './migrate.ts'
import type { Store } from './store.ts'
import type { Database } from './tables.ts'

/** Parents before children. A test holds this list against the database. */
export const TABLES_IN_ORDER = [
  'incidents',
  'alert_instances',
  'raw_bodies',
  'schedule_slots',
  'runbook_texts',
  'timeline',
  'decisions',
  'due',
  'outbox',
  'pages',
  'findings',
  'offers',
  'action_runs',
  'captures',
  'external_refs',
  'runbook_opens',
  'runbook_ticks',
  'runbook_votes',
  'deployments',
  'audit',
] as const satisfies readonly (keyof Database)[]

const FORMAT = 'arrestor-export-1'
const CHUNK = 500
const LATEST = Object.keys(MIGRATIONS).sort().at(-1) ?? 'none'

interface ExportedRow {
  readonly table: string
  /** PostgreSQL's own text of the whole row: as JSON, a jsonb null and a missing value would be the same. */
  readonly row: string
}

/**
 * Yields a header line and then one line for each row, all as of one moment. Jobs are not part of it: what they were to do
 * is in the tables (an action under way has a lease in `due`, and becomes unknown when that runs out).
 */
export async function* exportStore(store: Store): AsyncGenerator<string> {
  yield JSON.stringify({ format: FORMAT, migration: LATEST })
  const tx = await store.db.startTransaction().setIsolationLevel('repeatable read').execute()
  try {
    for (const table of TABLES_IN_ORDER) {
      await sql`declare exported no scroll cursor for select t::text as row from ${sql.table(table)} t`.execute(
        tx,
      )
      for (;;) {
        const { rows } = await sql<{ row: string }>`fetch ${sql.lit(CHUNK)} from exported`.execute(tx)
        if (rows.length === 0) break
        for (const { row } of rows) yield JSON.stringify({ table, row })
      }
      await sql`close exported`.execute(tx)
    }
  } finally {
    await tx.rollback().execute()
  }
}

/**
 * Writes exported lines into an empty store, all or none; answers how many rows. Throws when the store is not empty, or
 * when the lines are not an export of this version's tables.
 */
export async function importStore(store: Store, lines: AsyncIterable<string>): Promise<number> {
  return await store.db.transaction().execute(async (tx) => {
    for (const table of TABLES_IN_ORDER) {
      const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(tx)
      if (rows.length > 0) throw new Error(`the store is not empty: ${table} has rows`)
    }
    let count = 0
    let seen = false
    let pending: ExportedRow[] = []
    const flush = async (): Promise<void> => {
      const table = pending[0]?.table
      if (table === undefined) return
      const rows = pending.map(({ row }) => row)
      await sql`insert into ${sql.table(table)} overriding system value
        select (line::${sql.table(table)}).* from unnest(${rows}::text[]) as line`.execute(tx)
      count += pending.length
      pending = []
    }
    for await (const line of lines) {
      if (line === '') continue
      const parsed = JSON.parse(line) as Partial<ExportedRow> & { format?: string; migration?: string }
      if (!seen) {
        if (parsed.format !== FORMAT) throw new Error(`this is no ${FORMAT}`)
        if (parsed.migration !== LATEST)
          throw new Error(`the export is of ${String(parsed.migration)}, this Arrestor has ${LATEST}`)
        seen = true
        continue
      }
      const table = TABLES_IN_ORDER.find((name) => name === parsed.table)
      if (table === undefined || typeof parsed.row !== 'string')
        throw new Error(`there is no table "${String(parsed.table)}" here`)
      if (pending.length >= CHUNK || (pending[0] !== undefined && pending[0].table !== table)) await flush()
      pending.push({ table, row: parsed.row })
    }
    await flush()
    if (!seen) throw new Error('the export is empty')
    // The next generated number follows the highest one imported.
    await sql`select setval(pg_get_serial_sequence('incidents', 'number'), coalesce(max(number), 0) + 1, false) from incidents`.execute(
      tx,
    )
    await sql`select setval(pg_get_serial_sequence('outbox', 'id'), coalesce(max(id), 0) + 1, false) from outbox`.execute(
      tx,
    )
    return count
  })
}

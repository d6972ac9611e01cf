// Migration 0004: evidence captured before it is gone: what a platform showed when the alert came, and before a kill.
import { type Kysely, sql } from 'kysely'

const STATEMENTS: readonly string[] = [
  `create table captures (
     incident_id text not null references incidents (id) on delete cascade,
     -- What it was taken for: a diagnosis by its generation, or an action run. One capture for each.
     occasion text not null,
     at timestamptz not null,
     -- Texts of at most 256 KiB together, redacted; PostgreSQL keeps them compressed.
     files jsonb not null,
     missing jsonb not null,
     primary key (incident_id, occasion)
   )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

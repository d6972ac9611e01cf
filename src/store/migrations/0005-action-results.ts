// Migration 0005: what came of an action, for whoever looks at it later: what it made, and that another press changes nothing.
import { type Kysely, sql } from 'kysely'

const STATEMENTS: readonly string[] = [
  // What the platform says it has made: the id of a new run, by which it is known again.
  `alter table action_runs add column made text`,
  // No press changes the refusal: what was offered is not offered again.
  `alter table action_runs add column in_vain boolean not null default false`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

// Migration 0003: deploy markers, for "what changed since the last good run".
import { type Kysely, sql } from 'kysely'

const STATEMENTS: readonly string[] = [
  `create table deployments (
     sender text not null,
     -- The sender's own name for it, else a hash of what it says: a webhook that is sent twice is stored once.
     external_id text not null,
     team text not null,
     platform text,
     -- Normalised names; an empty list speaks of everything that the team runs on the platform.
     job_names jsonb not null,
     what text not null,
     commit text,
     image text,
     version text,
     summary text,
     by text,
     url text,
     at timestamptz not null,
     received_at timestamptz not null,
     primary key (sender, external_id, team)
   )`,
  `create index deployments_by_time on deployments (team, at desc)`,
  `create index deployments_to_sweep on deployments (received_at)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

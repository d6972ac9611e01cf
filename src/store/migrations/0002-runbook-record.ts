// Migration 0002: what people did with a runbook during an incident, and what actions were asked with.
import { type Kysely, sql } from 'kysely'

const STATEMENTS: readonly string[] = [
  // One row per person: how often it was opened is a count, not copies.
  `create table runbook_opens (
     incident_id text not null references incidents (id),
     person text not null,
     runbook_id text not null,
     -- How many steps there were to do when it was opened last.
     steps integer not null default 0,
     first_at timestamptz not null,
     last_at timestamptz not null,
     count bigint not null default 1,
     primary key (incident_id, person, runbook_id)
   )`,
  // A section that somebody ticked as done; unticked rows stay, so that who did it last is known.
  `create table runbook_ticks (
     incident_id text not null references incidents (id),
     runbook_id text not null,
     section text not null,
     done boolean not null,
     by jsonb not null,
     at timestamptz not null,
     primary key (incident_id, runbook_id, section)
   )`,
  // One judgement per person and incident; the last one counts.
  `create table runbook_votes (
     incident_id text not null references incidents (id),
     person text not null,
     runbook_id text not null,
     useful boolean not null,
     at timestamptz not null,
     primary key (incident_id, person)
   )`,
  `create index incidents_by_runbook on incidents (runbook_id, opened_at desc)`,
  // The alerts that no runbook caught are few among many incidents; their matches are too large to read all of them.
  `create index incidents_without_runbook on incidents (opened_at desc) where match ->> 'reason' in ('catch_all', 'none')`,
  // What the record of runbooks asks of the timelines: everything else on them would be read in vain.
  `create index timeline_of_runbooks on timeline (incident_id, kind) where kind in ('escalated', 'runbook_switched')`,
  // What a person is asked for before the action runs, and what it ran with in the end.
  `alter table offers add column inputs jsonb not null default '{}'`,
  `alter table action_runs add column params jsonb not null default '{}'`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

// Migration 0001: the tables that everything hangs on. SQL as PostgreSQL 15 and newer understand it, PGlite included.
import { type Kysely, sql } from 'kysely'

const STATEMENTS: readonly string[] = [
  `create table incidents (
     id text primary key,
     number bigint generated always as identity unique,
     team text not null,
     key text not null,
     key_suffix integer not null default 0,
     key_version integer not null,
     version bigint not null default 1,
     state text not null check (state in ('triggered', 'acknowledged', 'resolved')),
     held boolean not null default false,
     quiet boolean not null default false,
     snoozed_until timestamptz,
     title text not null,
     severity text not null,
     source text not null,
     platform text,
     run jsonb not null,
     runbook_id text,
     runbook_hash text,
     match jsonb not null,
     policy_name text not null,
     policy_snapshot jsonb not null,
     opened_at timestamptz not null,
     acknowledged_at timestamptz,
     acknowledged_by jsonb,
     resolved_at timestamptz,
     resolved_by jsonb,
     resolution text,
     alerts_total bigint not null default 0,
     alerts_firing bigint not null default 0,
     diagnosis text not null default 'pending' check (diagnosis in ('pending', 'running', 'done', 'none')),
     diagnosis_generation integer not null default 0
   )
   -- Counters change with every batch of alerts: room on the page keeps those updates off the indexes, and what is
   -- pinned once (match, policy) is kept out of the row that is written again each time.
   with (fillfactor = 70, toast_tuple_target = 256)`,
  `alter table incidents alter column match set storage external, alter column policy_snapshot set storage external`,
  // P2: at most one open incident per key.
  `create unique index incidents_open_key on incidents (team, key, key_suffix) where state <> 'resolved'`,
  `create index incidents_by_opened on incidents (opened_at desc)`,
  `create index incidents_open on incidents (team, opened_at desc) where state <> 'resolved'`,

  `create table alert_instances (
     team text not null,
     source text not null,
     fingerprint text not null,
     starts_at timestamptz not null,
     ends_at timestamptz,
     status text not null check (status in ('firing', 'resolved')),
     name text not null,
     severity text not null,
     labels jsonb not null,
     annotations jsonb not null,
     links jsonb not null,
     run jsonb not null,
     -- Not a foreign key: every alert of a storm would lock its incident's row once more.
     incident_id text,
     first_seen_at timestamptz not null,
     last_seen_at timestamptz not null,
     seen bigint not null default 1,
     primary key (team, source, fingerprint, starts_at)
   )`,
  `create index alert_instances_by_incident on alert_instances (incident_id, first_seen_at)`,
  `create index alert_instances_firing on alert_instances (team, source, fingerprint) where status = 'firing'`,

  `create table raw_bodies (
     id text primary key,
     source text not null,
     received_at timestamptz not null,
     body bytea not null,
     rejected jsonb not null
   )`,

  `create table runbook_texts (hash text primary key, runbook_id text not null, file text not null, text text not null)`,

  `create table timeline (
     incident_id text not null,
     seq integer not null,
     at timestamptz not null,
     kind text not null,
     actor jsonb not null,
     reason text not null,
     data jsonb not null,
     count bigint not null default 1,
     last_at timestamptz not null,
     primary key (incident_id, seq)
   )`,

  // P11: what has no incident; repeats are counted, not copied.
  `create table decisions (
     kind text not null,
     subject text not null,
     reason text not null,
     team text,
     data jsonb not null,
     first_at timestamptz not null,
     last_at timestamptz not null,
     count bigint not null default 1,
     primary key (kind, subject, reason)
   )`,
  `create index decisions_by_time on decisions (last_at desc)`,

  // P4: the truth for every timer. One row per (kind, subject); fence grows with each claim.
  `create table due (
     kind text not null,
     subject text not null,
     due_at timestamptz not null,
     data jsonb not null,
     attempts integer not null default 0,
     fence bigint not null default 0,
     lease_until timestamptz,
     last_error text,
     primary key (kind, subject)
   )`,
  `create index due_by_time on due (due_at)`,

  // Effects on their way out. Level rows (mode 'level') are edited until delivered_version = desired_version;
  // ordered rows are sent once, in id order within (destination, subject).
  `create table outbox (
     id bigint generated always as identity primary key,
     destination text not null,
     subject text not null,
     mode text not null check (mode in ('level', 'ordered')),
     state text not null default 'waiting' check (state in ('waiting', 'sending', 'done', 'withdrawn', 'dead')),
     priority smallint not null,
     desired_version bigint not null default 1,
     delivered_version bigint not null default 0,
     payload jsonb not null,
     external_id text,
     attempts integer not null default 0,
     next_at timestamptz not null,
     fence bigint not null default 0,
     lease_until timestamptz,
     first_tried_at timestamptz,
     -- An attempt ended without a reply: the next one must look before it repeats.
     may_have_happened boolean not null default false,
     last_error text,
     created_at timestamptz not null,
     done_at timestamptz
   )
   with (fillfactor = 70)`,
  `create unique index outbox_level on outbox (destination, subject) where mode = 'level'`,
  `create index outbox_pending on outbox (destination, priority, next_at) where state in ('waiting', 'sending')`,
  `create index outbox_order on outbox (destination, subject, id) where mode = 'ordered' and state in ('waiting', 'sending')`,

  `create table pages (
     incident_id text not null references incidents (id),
     route text not null,
     dedup_key text not null unique,
     state text not null check (state in ('pending', 'sent', 'undelivered', 'withdrawn', 'acknowledged', 'resolved')),
     step integer not null,
     requested_at timestamptz not null,
     sent_at timestamptz,
     second_route_at timestamptz,
     -- An attempt ended without a reply: PagerDuty may have it.
     may_have_arrived boolean not null default false,
     last_error text,
     primary key (incident_id, route)
   )`,

  `create table findings (
     incident_id text not null references incidents (id),
     generation integer not null,
     step text not null,
     position integer not null,
     outputs jsonb not null,
     findings jsonb not null,
     at timestamptz not null,
     primary key (incident_id, generation, step)
   )`,

  // P8: a button carries an offer's id and nothing else.
  `create table offers (
     id text primary key,
     incident_id text not null references incidents (id),
     step text not null,
     action text not null,
     target text not null,
     title text not null,
     params jsonb not null,
     requires text not null,
     verify_ms bigint,
     runbook_hash text,
     created_at timestamptz not null,
     withdrawn_at timestamptz,
     withdrawn_reason text
   )`,
  `create index offers_by_incident on offers (incident_id)`,

  `create table action_runs (
     id text primary key,
     offer_id text not null references offers (id),
     incident_id text not null references incidents (id),
     action text not null,
     target text not null,
     state text not null check (state in ('requested', 'approved', 'running', 'succeeded', 'failed', 'unknown')),
     verified text not null default 'pending' check (verified in ('pending', 'verified', 'not_verified', 'not_needed')),
     fence bigint not null default 0,
     requested_by jsonb not null,
     requested_at timestamptz not null,
     started_at timestamptz,
     ended_at timestamptz,
     detail text,
     settled_by jsonb
   )`,
  // P7: one action in flight per target; an unknown one holds its target until it is settled.
  `create unique index action_runs_in_flight on action_runs (target) where state in ('requested', 'approved', 'running', 'unknown')`,
  `create index action_runs_by_incident on action_runs (incident_id)`,

  `create table external_refs (
     system text not null,
     external_id text not null,
     incident_id text not null references incidents (id),
     data jsonb not null,
     primary key (system, external_id)
   )`,

  // One row per slot of a schedule: the replica that inserted it did the work.
  `create table schedule_slots (
     schedule text not null,
     slot timestamptz not null,
     taken_at timestamptz not null,
     primary key (schedule, slot)
   )`,

  `create table audit (
     seq bigint primary key,
     at timestamptz not null,
     actor jsonb not null,
     action text not null,
     subject text not null,
     data jsonb not null,
     previous_hash text not null,
     hash text not null
   )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

// Alert instances in the database: one row per (team, source, fingerprint, start), written many at a time.
import { sql } from 'kysely'
import { type Tx, json } from '../store/store.ts'
import type { Alert } from './model.ts'

/** Which signal, and since when. */
export interface InstanceKey {
  readonly team: string
  readonly source: string
  readonly fingerprint: string
  readonly startsAt: Date
}

export interface Instance extends InstanceKey {
  readonly status: 'firing' | 'resolved'
  readonly incidentId: string | null
}

interface InstanceRow {
  team: string
  source: string
  fingerprint: string
  starts_at: Date
  status: 'firing' | 'resolved'
  incident_id: string | null
}

const KEY_COLUMNS = sql`team text, source text, fingerprint text, starts_at timestamptz`

/** What is known of these signals: every firing instance of each, and the instance of exactly this start. */
export async function loadInstances(tx: Tx, keys: readonly InstanceKey[]): Promise<readonly Instance[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<InstanceRow>`
    select distinct a.team, a.source, a.fingerprint, a.starts_at, a.status, a.incident_id
      from jsonb_to_recordset(${json(keys.map(keyRow))}::jsonb) as k (${KEY_COLUMNS})
      join alert_instances a on a.team = k.team and a.source = k.source and a.fingerprint = k.fingerprint
     where a.status = 'firing' or a.starts_at = k.starts_at`.execute(tx)
  return rows.map((row) => ({
    team: row.team,
    source: row.source,
    fingerprint: row.fingerprint,
    startsAt: row.starts_at,
    status: row.status,
    incidentId: row.incident_id,
  }))
}

export interface NewInstance {
  readonly team: string
  readonly alert: Alert
  readonly status: 'firing' | 'resolved'
  readonly incidentId: string | null
}

/** Inserts instances; answers those that were new (another replica may have been first). */
export async function insertInstances(
  tx: Tx,
  instances: readonly NewInstance[],
  now: Date,
): Promise<readonly InstanceKey[]> {
  if (instances.length === 0) return []
  const rows = instances.map(({ team, alert, status, incidentId }) => ({
    team,
    source: alert.source,
    fingerprint: alert.fingerprint,
    starts_at: alert.startsAt,
    ends_at: alert.endsAt,
    status,
    name: alert.name,
    severity: alert.severity,
    labels: alert.labels,
    annotations: alert.annotations,
    links: alert.links,
    run: alert.run,
    incident_id: incidentId,
  }))
  const inserted = await sql<InstanceRow>`
    insert into alert_instances (team, source, fingerprint, starts_at, ends_at, status, name, severity, labels, annotations,
                                 links, run, incident_id, first_seen_at, last_seen_at, seen)
    select r.*, ${now}::timestamptz, ${now}::timestamptz, 1
      from jsonb_to_recordset(${json(rows)}::jsonb)
        as r (team text, source text, fingerprint text, starts_at timestamptz, ends_at timestamptz, status text, name text,
              severity text, labels jsonb, annotations jsonb, links jsonb, run jsonb, incident_id text)
     order by r.team, r.source, r.fingerprint, r.starts_at
        on conflict do nothing
    returning team, source, fingerprint, starts_at, status, incident_id`.execute(tx)
  return inserted.rows.map((row) => ({
    team: row.team,
    source: row.source,
    fingerprint: row.fingerprint,
    startsAt: row.starts_at,
  }))
}

/** Counts repeats of instances that are firing already. */
export async function countRepeats(
  tx: Tx,
  repeats: readonly (InstanceKey & { times: number })[],
  now: Date,
): Promise<void> {
  if (repeats.length === 0) return
  const rows = repeats.map((repeat) => ({ ...keyRow(repeat), times: repeat.times }))
  await sql`
    update alert_instances a set seen = a.seen + k.times, last_seen_at = ${now}::timestamptz
      from jsonb_to_recordset(${json(rows)}::jsonb) as k (${KEY_COLUMNS}, times bigint)
     where a.team = k.team and a.source = k.source and a.fingerprint = k.fingerprint and a.starts_at = k.starts_at`.execute(
    tx,
  )
}

/** Marks firing instances as resolved; answers those that were firing until now. */
export async function resolveInstances(
  tx: Tx,
  ends: readonly (InstanceKey & { endsAt: Date })[],
  now: Date,
): Promise<readonly Instance[]> {
  if (ends.length === 0) return []
  const rows = ends.map((end) => ({ ...keyRow(end), ends_at: end.endsAt }))
  const { rows: resolved } = await sql<InstanceRow>`
    update alert_instances a set status = 'resolved', ends_at = k.ends_at, last_seen_at = ${now}::timestamptz
      from jsonb_to_recordset(${json(rows)}::jsonb) as k (${KEY_COLUMNS}, ends_at timestamptz)
     where a.team = k.team and a.source = k.source and a.fingerprint = k.fingerprint and a.starts_at = k.starts_at
       and a.status = 'firing'
    returning a.team, a.source, a.fingerprint, a.starts_at, a.status, a.incident_id`.execute(tx)
  return resolved.map((row) => ({
    team: row.team,
    source: row.source,
    fingerprint: row.fingerprint,
    startsAt: row.starts_at,
    status: row.status,
    incidentId: row.incident_id,
  }))
}

/** The text by which an instance is found again in a map. */
export function instanceText(key: InstanceKey): string {
  return JSON.stringify([key.team, key.source, key.fingerprint, key.startsAt.getTime()])
}

/** The text by which all instances of one signal are found in a map. */
export function signalText(key: Omit<InstanceKey, 'startsAt'>): string {
  return JSON.stringify([key.team, key.source, key.fingerprint])
}

function keyRow(key: InstanceKey): { team: string; source: string; fingerprint: string; starts_at: Date } {
  return { team: key.team, source: key.source, fingerprint: key.fingerprint, starts_at: key.startsAt }
}

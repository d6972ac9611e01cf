// An incident's append-only record. Repeats of the last entry are counted, not copied (P11).
import { sql } from 'kysely'
import { type Tx, json } from '../store/store.ts'
import type { Actor, TimelineEntry, TimelineKind } from './model.ts'

export interface NewEntry {
  readonly kind: TimelineKind
  readonly actor: Actor
  readonly reason: string
  readonly data?: Readonly<Record<string, unknown>>
  /** How many things this one entry stands for; 1 when absent. */
  readonly count?: number
}

/** Appends one entry; see `recordAll`. */
export async function record(tx: Tx, incidentId: string, entry: NewEntry, now: Date): Promise<void> {
  await recordAll(tx, [{ incidentId, entry }], now)
}

/**
 * Appends entries to timelines of incidents whose rows this transaction holds, in one statement. An entry of the same
 * kind, reason and actor as the one before it raises that one's count instead.
 */
export async function recordAll(
  tx: Tx,
  entries: readonly { incidentId: string; entry: NewEntry }[],
  now: Date,
): Promise<void> {
  if (entries.length === 0) return
  await sql`
    with entry as (
      select * from jsonb_to_recordset(${json(foldRepeats(entries))}::jsonb)
        as e (incident_id text, place int, kind text, reason text, actor jsonb, data jsonb, times bigint)
    ), last as (
      select i.incident_id, t.seq, t.kind, t.reason, t.actor
        from (select distinct incident_id from entry) i
        cross join lateral (
          select * from timeline t where t.incident_id = i.incident_id order by t.seq desc limit 1) t
    ), raised as (
      update timeline t set count = t.count + e.times, last_at = ${now}::timestamptz, data = e.data
        from entry e join last l on l.incident_id = e.incident_id
       where e.place = 1 and l.kind = e.kind and l.reason = e.reason and l.actor = e.actor
         and t.incident_id = l.incident_id and t.seq = l.seq
      returning t.incident_id
    )
    insert into timeline (incident_id, seq, at, kind, actor, reason, data, count, last_at)
    select e.incident_id,
           coalesce(l.seq, 0) + row_number() over (partition by e.incident_id order by e.place),
           ${now}::timestamptz, e.kind, e.actor, e.reason, e.data, e.times, ${now}::timestamptz
      from entry e left join last l on l.incident_id = e.incident_id
     where e.place > 1 or e.incident_id not in (select incident_id from raised)`.execute(tx)
}

/**
 * Counts the newest entry of this kind, reason and actor up, wherever it stands; answers false when there is none. For
 * what may be repeated with other things in between, such as looking.
 */
export async function recordAgain(
  tx: Tx,
  incidentId: string,
  entry: Pick<NewEntry, 'kind' | 'reason' | 'actor'>,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update timeline set count = count + 1, last_at = ${now}::timestamptz
     where incident_id = ${incidentId} and seq = (
       select max(seq) from timeline
        where incident_id = ${incidentId} and kind = ${entry.kind} and reason = ${entry.reason}
          and actor = ${json(entry.actor)}::jsonb)
    returning seq`.execute(tx)
  return rows.length > 0
}

/** The rows to write: neighbours that repeat each other within one call are one row already. */
function foldRepeats(entries: readonly { incidentId: string; entry: NewEntry }[]): Record<string, unknown>[] {
  const rows: {
    incident_id: string
    place: number
    times: number
    text: string
    row: Record<string, unknown>
  }[] = []
  const lastOf = new Map<string, (typeof rows)[number]>()
  for (const { incidentId, entry } of entries) {
    const text = JSON.stringify([entry.kind, entry.reason, entry.actor])
    const times = entry.count ?? 1
    const last = lastOf.get(incidentId)
    if (last?.text === text) {
      last.times += times
      continue
    }
    const { kind, reason, actor, data = {} } = entry
    const row = {
      incident_id: incidentId,
      place: (last?.place ?? 0) + 1,
      times,
      text,
      row: { kind, reason, actor, data },
    }
    rows.push(row)
    lastOf.set(incidentId, row)
  }
  return rows.map(({ incident_id, place, times, row }) => ({ incident_id, place, times, ...row }))
}

/** The entries of one incident, oldest first; the newest `limit` of them. */
export async function readTimeline(
  tx: Tx,
  incidentId: string,
  limit: number,
): Promise<readonly TimelineEntry[]> {
  const rows = await tx
    .selectFrom('timeline')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.reverse().map((row) => ({
    seq: row.seq,
    at: row.at,
    kind: row.kind as TimelineKind,
    actor: row.actor as Actor,
    reason: row.reason,
    data: row.data,
    count: row.count,
    lastAt: row.last_at,
  }))
}

// An incident's append-only record. Repeats of the last entry are counted, not copied (P11).
import { type Insertable, sql } from 'kysely'
import { type Tx, json } from '../store/store.ts'
import type { TimelineTable } from '../store/tables.ts'
import type { Actor, TimelineEntry, TimelineKind } from './model.ts'

export interface NewEntry {
  readonly kind: TimelineKind
  readonly actor: Actor
  readonly reason: string
  readonly data?: Readonly<Record<string, unknown>>
  /** How many things this one entry stands for; 1 when absent. */
  readonly count?: number
}

/** The values of a timeline row with this place in the order; for rows written in bulk. */
export function timelineRow(
  incidentId: string,
  seq: number,
  entry: NewEntry,
  now: Date,
): Insertable<TimelineTable> {
  return {
    incident_id: incidentId,
    seq,
    at: now,
    kind: entry.kind,
    actor: json(entry.actor),
    reason: entry.reason,
    data: json(entry.data ?? {}),
    count: entry.count ?? 1,
    last_at: now,
  }
}

/** Appends one entry; see `recordAll`. */
export async function record(tx: Tx, incidentId: string, entry: NewEntry, now: Date): Promise<void> {
  await recordAll(tx, [{ incidentId, entry }], now)
}

/**
 * Appends entries to timelines of incidents whose rows this transaction holds. An entry of the same kind, reason
 * and actor as the one before it raises that one's count instead.
 */
export async function recordAll(
  tx: Tx,
  entries: readonly { incidentId: string; entry: NewEntry }[],
  now: Date,
): Promise<void> {
  if (entries.length === 0) return
  const ids = [...new Set(entries.map(({ incidentId }) => incidentId))]
  const { rows } = await sql<{
    incident_id: string
    seq: number
    kind: string
    reason: string
    actor: unknown
  }>`
    select distinct on (incident_id) incident_id, seq, kind, reason, actor from timeline
     where incident_id in (select jsonb_array_elements_text(${json(ids)}::jsonb))
     order by incident_id, seq desc`.execute(tx)
  const lastOf = new Map(rows.map((row) => [row.incident_id, { seq: row.seq, text: entryText(row) }]))
  const fresh: { incidentId: string; seq: number; entry: NewEntry; count: number }[] = []
  const raised: { incident_id: string; seq: number; times: number; data: unknown }[] = []
  for (const { incidentId, entry } of entries) {
    const last = lastOf.get(incidentId)
    const text = entryText(entry)
    const times = entry.count ?? 1
    if (last?.text !== text) {
      const seq = (last?.seq ?? 0) + 1
      fresh.push({ incidentId, seq, entry, count: times })
      lastOf.set(incidentId, { seq, text })
      continue
    }
    const pending = fresh.find((row) => row.incidentId === incidentId && row.seq === last.seq)
    if (pending !== undefined) pending.count += times
    else raised.push({ incident_id: incidentId, seq: last.seq, times, data: entry.data ?? {} })
  }
  if (fresh.length > 0)
    await tx
      .insertInto('timeline')
      .values(
        fresh.map((row) => timelineRow(row.incidentId, row.seq, { ...row.entry, count: row.count }, now)),
      )
      .execute()
  if (raised.length > 0)
    await sql`
      update timeline t set count = t.count + r.times, last_at = ${now}::timestamptz, data = r.data
        from (select incident_id, seq, sum(times) as times, (array_agg(data))[1] as data
                from jsonb_to_recordset(${json(raised)}::jsonb) as x (incident_id text, seq int, times bigint, data jsonb)
               group by incident_id, seq) r
       where t.incident_id = r.incident_id and t.seq = r.seq`.execute(tx)
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

/** Entries with the same text are repeats of each other. */
function entryText(entry: { kind: string; reason: string; actor: unknown }): string {
  const actor = Object.entries(entry.actor as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([entry.kind, entry.reason, actor])
}

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

/**
 * Appends an entry to the timeline of an incident whose row this transaction holds. An entry of the same kind,
 * reason and actor as the last one raises that one's count instead.
 */
export async function record(tx: Tx, incidentId: string, entry: NewEntry, now: Date): Promise<void> {
  const last = await tx
    .selectFrom('timeline')
    .select(['seq', 'kind', 'reason', 'actor'])
    .where('incident_id', '=', incidentId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const repeats =
    last !== undefined &&
    last.kind === entry.kind &&
    last.reason === entry.reason &&
    sameActor(last.actor, entry.actor)
  if (repeats && entry.kind !== 'action_started') {
    await tx
      .updateTable('timeline')
      .set({ count: sql<number>`count + ${entry.count ?? 1}`, last_at: now, data: json(entry.data ?? {}) })
      .where('incident_id', '=', incidentId)
      .where('seq', '=', last.seq)
      .execute()
    return
  }
  await tx
    .insertInto('timeline')
    .values(timelineRow(incidentId, (last?.seq ?? 0) + 1, entry, now))
    .execute()
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

function sameActor(a: unknown, b: Actor): boolean {
  return JSON.stringify(a, Object.keys(b).sort()) === JSON.stringify(b, Object.keys(b).sort())
}

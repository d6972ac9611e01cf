// What was decided where no incident could carry it: a refused body, a late alert, a foreign press. Repeats are counted.
import { sql } from 'kysely'
import { type Tx, json } from '../store/store.ts'

export type DecisionKind =
  | 'alert_rejected'
  | 'marker_rejected'
  | 'alert_ignored'
  | 'alert_rechecked'
  | 'body_refused'
  | 'press_refused'
  | 'coverage_gap'
  | 'due_dropped'
  | 'deploy_untold'
  | 'webhook_ignored'

export interface Decision {
  readonly kind: DecisionKind
  /** What it was about, for example a fingerprint or an offer's id. */
  readonly subject: string
  readonly reason: string
  readonly team: string | null
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * Subject and reason are part of the primary key, and PostgreSQL's btree takes 2,704 bytes a row; a UTF-16 unit is at
 * most three bytes of UTF-8.
 */
const MAX_SUBJECT = 300
const MAX_REASON = 500

/** Records decisions; the same kind, subject and reason counts up. Sorted, so that two replicas cannot deadlock. */
export async function decideAll(tx: Tx, decisions: readonly Decision[], now: Date): Promise<void> {
  const merged = new Map<string, Decision & { count: number }>()
  for (const decision of decisions) {
    const subject = storable(decision.subject, MAX_SUBJECT)
    const reason = storable(decision.reason, MAX_REASON)
    const key = JSON.stringify([decision.kind, subject, reason])
    const seen = merged.get(key)
    merged.set(key, { ...decision, subject, reason, count: (seen?.count ?? 0) + 1 })
  }
  if (merged.size === 0) return
  const rows = [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await tx
    .insertInto('decisions')
    .values(
      rows.map((row) => ({
        kind: row.kind,
        subject: row.subject,
        reason: row.reason,
        team: row.team,
        data: json(row.data ?? {}),
        first_at: now,
        last_at: now,
        count: row.count,
      })),
    )
    .onConflict((oc) =>
      oc.columns(['kind', 'subject', 'reason']).doUpdateSet({
        count: sql<number>`decisions.count + excluded.count`,
        last_at: sql<Date>`excluded.last_at`,
        data: sql<string>`excluded.data`,
      }),
    )
    .execute()
}

/** The newest decisions, newest first. */
export async function listDecisions(
  tx: Tx,
  limit: number,
  teams: readonly string[] | null,
): Promise<readonly (Decision & { count: number; firstAt: Date; lastAt: Date })[]> {
  let query = tx.selectFrom('decisions').selectAll().orderBy('last_at', 'desc').limit(limit)
  if (teams !== null) query = query.where('team', 'in', [...teams])
  return (await query.execute()).map((row) => ({
    kind: row.kind as DecisionKind,
    subject: row.subject,
    reason: row.reason,
    team: row.team,
    data: row.data,
    count: row.count,
    firstAt: row.first_at,
    lastAt: row.last_at,
  }))
}

/** Both may quote what strangers sent: no NUL, no half of a surrogate pair, no more than the index takes. */
function storable(text: string, max: number): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, max).toWellFormed()
}

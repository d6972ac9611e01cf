// The hash-chained record of what people and actions did: a row that is changed or taken out breaks the chain.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor } from '../incidents/model.ts'
import { type Tx, json } from '../store/store.ts'

/** Any constant; it names this lock among PostgreSQL's advisory locks. */
const AUDIT_LOCK = 4_827_301

export interface AuditEntry {
  readonly actor: Actor
  readonly action: string
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Appends to the chain; writers wait for each other until they commit, so the chain has no forks. */
export async function audit(tx: Tx, entry: AuditEntry, now: Date): Promise<void> {
  await sql`select pg_advisory_xact_lock(${AUDIT_LOCK}::bigint)`.execute(tx)
  const last = await tx
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const seq = (last?.seq ?? 0) + 1
  const previous = last?.hash ?? ''
  await tx
    .insertInto('audit')
    .values({
      seq,
      at: now,
      actor: json(entry.actor),
      action: entry.action,
      subject: entry.subject,
      data: json(entry.data),
      previous_hash: previous,
      hash: hashOf(seq, now, entry, previous),
    })
    .execute()
}

export type AuditVerdict =
  | { readonly intact: true; readonly rows: number; readonly head: string }
  | { readonly intact: false; readonly seq: number; readonly why: string }

const PAGE = 1_000

/**
 * Walks the chain from its beginning. `head` is the last hash: kept elsewhere, it shows whether rows were cut off at the
 * end, which the chain alone cannot. The first row that does not fit is named.
 */
export async function verifyAudit(tx: Tx): Promise<AuditVerdict> {
  let previous = ''
  let rows = 0
  for (;;) {
    const page = await tx
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', rows)
      .orderBy('seq')
      .limit(PAGE)
      .execute()
    for (const row of page) {
      const broken = (why: string): AuditVerdict => ({ intact: false, seq: rows + 1, why })
      if (row.seq !== rows + 1) return broken(`row ${rows + 1} is missing`)
      if (row.previous_hash !== previous) return broken('it does not follow the row before it')
      const entry = { ...row, actor: row.actor as Actor, data: row.data as AuditEntry['data'] }
      if (row.hash !== hashOf(row.seq, row.at, entry, previous)) return broken('its content was changed')
      previous = row.hash
      rows = row.seq
    }
    if (page.length < PAGE) return { intact: true, rows, head: previous }
  }
}

/** SHA-256 over the row's content and the hash before it, in one canonical JSON (keys sorted). */
export function hashOf(seq: number, at: Date, entry: AuditEntry, previous: string): string {
  return createHash('sha256')
    .update(
      canonical([seq, at.toISOString(), entry.actor, entry.action, entry.subject, entry.data, previous]),
    )
    .digest('hex')
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

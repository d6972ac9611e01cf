// The outbox's statements: reserve, claim, record. Each names the fence, so that a process that was late cannot undo another.
import { type Selectable, sql } from 'kysely'
import type { OutboxRow, SendResult } from './outbox.ts'
import type { Db, Tx } from './store.ts'
import type { OutboxTable } from './tables.ts'

function toRow(row: Selectable<OutboxTable>): OutboxRow {
  return {
    id: row.id,
    destination: row.destination,
    subject: row.subject,
    mode: row.mode,
    priority: row.priority,
    payload: row.payload,
    attempts: row.attempts,
    firstTriedAt: row.first_tried_at,
    mayHaveHappened: row.may_have_happened,
    externalId: row.external_id,
    desiredVersion: row.desired_version,
    deliveredVersion: row.delivered_version,
    lastError: row.last_error,
    createdAt: row.created_at,
    fence: row.fence,
  }
}

/**
 * Reserves up to `limit` rows for this process: by priority, then by time; of ordered rows only the first unfinished one
 * of a subject. One statement, so it needs no transaction. A row found in `sending` with its lease over belongs to a process that died between claim and result.
 */
export async function reserve(
  db: Db,
  destination: string,
  limit: number,
  leaseMs: number,
  now: Date,
  /** Rows of this priority or a less urgent one are left alone. */
  below = 32_767,
): Promise<OutboxRow[]> {
  const { rows } = await sql<Selectable<OutboxTable>>`
    with free as (
      select id from outbox o
      where destination = ${destination} and state in ('waiting', 'sending') and priority < ${below}::int
        and next_at <= ${now} and (lease_until is null or lease_until <= ${now})
        and (mode = 'level' or not exists (
          select 1 from outbox earlier
          where earlier.mode = 'ordered' and earlier.destination = o.destination and earlier.subject = o.subject
            and earlier.id < o.id and earlier.state in ('waiting', 'sending')))
      order by priority, next_at, id
      limit ${limit}
      for update skip locked
    )
    update outbox set
      may_have_happened = may_have_happened or state = 'sending',
      state = 'waiting',
      fence = fence + 1,
      lease_until = ${new Date(now.getTime() + leaseMs)}
    from free where outbox.id = free.id
    returning outbox.*`.execute(db)
  return rows.map(toRow).sort((a, b) => a.priority - b.priority || a.id - b.id)
}

/** From here on the send may happen. Null when another process has taken over. */
export async function markSending(tx: Tx, row: OutboxRow, now: Date): Promise<OutboxRow | null> {
  const claimed = await tx
    .updateTable('outbox')
    .set({ state: 'sending', first_tried_at: row.firstTriedAt ?? now })
    .where('id', '=', row.id)
    .where('fence', '=', row.fence)
    .where('state', '=', 'waiting')
    .returningAll()
    .executeTakeFirst()
  return claimed === undefined ? null : toRow(claimed)
}

/** The claim found that it need not be sent any more. False when another process has taken over. */
export async function markWithdrawn(tx: Tx, row: OutboxRow, reason: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('outbox')
    .set((update) => ({
      // A newer version asked for meanwhile is looked at anew.
      state: sql`case when ${update.ref('desired_version')} > ${row.desiredVersion} then 'waiting' else 'withdrawn' end`,
      last_error: reason,
      lease_until: null,
      done_at: now,
    }))
    .where('id', '=', row.id)
    .where('fence', '=', row.fence)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Writes a result down. False when another process has taken over: then nothing is written. */
export async function record(
  tx: Tx,
  row: OutboxRow,
  result: SendResult,
  nextAt: Date,
  now: Date,
  spacingMs = 0,
): Promise<boolean> {
  const update = tx
    .updateTable('outbox')
    .where('id', '=', row.id)
    .where('fence', '=', row.fence)
    .where('state', 'in', ['sending', 'waiting'])
    .set({ lease_until: null })
  const written = (() => {
    switch (result.kind) {
      case 'delivered': {
        const version = result.version ?? row.desiredVersion
        return update.set({
          delivered_version: sql`greatest(delivered_version, ${version}::bigint)`,
          state: sql`case when mode = 'level' and desired_version > ${version}::bigint then 'waiting' else 'done' end`,
          ...(result.externalId === undefined ? {} : { external_id: result.externalId }),
          // What follows on a level row is an edit of what is there now.
          priority: sql`case when mode = 'level' then (payload ->> 'editPriority')::smallint else priority end`,
          attempts: 0,
          may_have_happened: false,
          first_tried_at: row.mode === 'level' ? null : row.firstTriedAt,
          last_error: null,
          next_at: sql`case when mode = 'level' and desired_version > ${version}::bigint and (payload ->> 'urgent')::boolean
            then ${now}::timestamptz else ${new Date(now.getTime() + spacingMs)}::timestamptz end`,
          done_at: now,
        })
      }
      case 'retry':
        return update.set({
          state: 'waiting',
          attempts: row.attempts + 1,
          next_at: nextAt,
          last_error: result.reason,
        })
      case 'unknown':
        return update.set({
          state: 'waiting',
          attempts: row.attempts + 1,
          next_at: nextAt,
          last_error: result.reason,
          may_have_happened: true,
        })
      case 'dead':
        return update.set({
          state: 'dead',
          attempts: row.attempts + 1,
          last_error: result.reason,
          done_at: now,
        })
    }
  })()
  return (await written.executeTakeFirst()).numUpdatedRows > 0n
}

// P4: the truth for every timer. Rows of our own table, claimed with SKIP LOCKED, handled in the claiming transaction.
import { type RawBuilder, sql } from 'kysely'
import { reasonOf } from '../errors.ts'
import { ring } from './bell.ts'
import { createLoop, type Loop } from './loop.ts'
import { type Store, type Tx, json } from './store.ts'

export interface DueRow {
  readonly subject: string
  readonly data: Record<string, unknown>
  readonly dueAt: Date
  /** How often handling it has failed before. */
  readonly attempts: number
}

export interface DueKind {
  readonly kind: string
  /**
   * Handles one row inside the transaction that claimed it. The row is gone already, so that the handler may schedule the
   * next one. What it throws undoes its own statements, not its neighbours'; the row comes back later.
   */
  handle(tx: Tx, row: DueRow, now: Date): Promise<void>
}

export interface Due {
  readonly kind: string
  readonly subject: string
  readonly dueAt: Date
  readonly data: Record<string, unknown>
}

export const DUE_TOPIC = 'due'

/** Sets the one row of `(kind, subject)`: due at `dueAt` with `data`, whatever it was before. */
export async function schedule(tx: Tx, due: Due): Promise<void> {
  await scheduleAll(tx, [due])
}

/** `schedule` for many in one statement; each `(kind, subject)` at most once. */
export async function scheduleAll(tx: Tx, dues: readonly Due[]): Promise<void> {
  if (dues.length === 0) return
  await insertAll(
    tx,
    dues,
    sql`do update set due_at = excluded.due_at, data = excluded.data, attempts = 0, last_error = null`,
  )
  ring(tx, DUE_TOPIC)
}

/** As `schedule`, but a row that is due earlier stays as it is. */
export async function scheduleEarliest(tx: Tx, due: Due): Promise<void> {
  const values = { due_at: due.dueAt, data: json(due.data), attempts: 0, last_error: null }
  await tx
    .insertInto('due')
    .values({ kind: due.kind, subject: due.subject, ...values })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'subject']).doUpdateSet(values).where('due.due_at', '>', due.dueAt),
    )
    .execute()
  ring(tx, DUE_TOPIC)
}

/** As `schedule`, but a row that is there stays as it is. Wakes nobody: what is due in the future is found in time. */
export async function scheduleUnlessDue(tx: Tx, due: Due): Promise<void> {
  await scheduleAllUnlessDue(tx, [due])
}

/** `scheduleUnlessDue` for many in one statement; each `(kind, subject)` at most once. */
export async function scheduleAllUnlessDue(tx: Tx, dues: readonly Due[]): Promise<void> {
  if (dues.length > 0) await insertAll(tx, dues, sql`do nothing`)
}

/** In one order, so that two who schedule the same rows do not wait for each other. */
async function insertAll(tx: Tx, dues: readonly Due[], onConflict: RawBuilder<unknown>): Promise<void> {
  const rows = dues.map(({ kind, subject, dueAt, data }) => ({ kind, subject, due_at: dueAt, data }))
  await sql`
    insert into due (kind, subject, due_at, data)
    select kind, subject, due_at, data
      from jsonb_to_recordset(${json(rows)}::jsonb) as d (kind text, subject text, due_at timestamptz, data jsonb)
     order by kind, subject
        on conflict (kind, subject) ${onConflict}`.execute(tx)
}

/** Removes the row; false when there was none. */
export async function cancel(tx: Tx, kind: string, subject: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('due')
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export const DUE_POLL_MS = 250
const BATCH = 200
/** A row that failed waits this long, doubled with each further failure, up to the second. */
const BACKOFF_MS = 1000
const BACKOFF_MAX_MS = 5 * 60_000

interface ClaimedRow {
  kind: string
  subject: string
  due_at: Date
  data: Record<string, unknown>
  attempts: number
}

/** Takes up to `limit` due rows out of the table, earliest first; rows that others hold are left to them. */
async function claim(tx: Tx, kinds: readonly string[], now: Date, limit: number): Promise<ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    with claimed as (
      select kind, subject from due
      where due_at <= ${now} and kind = any(${kinds})
      order by due_at
      limit ${limit}
      for update skip locked
    ), gone as (
      delete from due using claimed
      where due.kind = claimed.kind and due.subject = claimed.subject
      returning due.kind, due.subject, due.due_at, due.data, due.attempts
    )
    select * from gone order by due_at, kind, subject`.execute(tx)
  return rows
}

function pauseMs(row: ClaimedRow): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(row.attempts, 20))
}

/** Puts a row back that failed, unless its subject has been scheduled anew. */
async function putBack(tx: Tx, row: ClaimedRow, why: string, now: Date): Promise<void> {
  const attempts = row.attempts + 1
  await tx
    .insertInto('due')
    .values({
      kind: row.kind,
      subject: row.subject,
      due_at: new Date(now.getTime() + pauseMs(row)),
      data: json(row.data),
      attempts,
      last_error: why,
    })
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).doNothing())
    .execute()
}

/**
 * Handles what is due every `pollMs` and after each commit that scheduled something, in batches of one transaction.
 * A kind that nobody handles is left in the table and logged once.
 */
export function createDueLoop(
  store: Store,
  kinds: readonly DueKind[],
  options: { pollMs?: number; batch?: number } = {},
): Loop {
  const byKind = new Map(kinds.map((kind) => [kind.kind, kind]))
  const names = [...byKind.keys()]
  const limit = options.batch ?? BATCH
  const unknown = new Set<string>()

  const handle = async (tx: Tx, row: ClaimedRow, now: Date): Promise<void> => {
    const { subject, data, attempts } = row
    await byKind.get(row.kind)?.handle(tx, { subject, data, dueAt: row.due_at, attempts }, now)
  }

  const handleAlone = async (tx: Tx, row: ClaimedRow, now: Date): Promise<void> => {
    await sql`savepoint due_row`.execute(tx)
    try {
      await handle(tx, row, now)
      await sql`release savepoint due_row`.execute(tx)
    } catch (error) {
      await sql`rollback to savepoint due_row`.execute(tx)
      const why = reasonOf(error)
      // Once per row; that it fails again is in the table.
      if (row.attempts === 0)
        store.log.error({ kind: row.kind, subject: row.subject, why }, 'a due row failed')
      await putBack(tx, row, why, now)
    }
  }

  /** All under one savepoint, which costs two statements; one by one only when somebody threw. */
  const handleAll = async (tx: Tx, rows: readonly ClaimedRow[], now: Date): Promise<void> => {
    await sql`savepoint due_batch`.execute(tx)
    try {
      for (const row of rows) await handle(tx, row, now)
    } catch {
      await sql`rollback to savepoint due_batch`.execute(tx)
      for (const row of rows) await handleAlone(tx, row, now)
    }
  }

  /** The usual answer is no, and then one statement is all that a poll costs. */
  const anyDue = async (now: Date): Promise<boolean> => {
    const found = store.db.selectFrom('due').select('kind').where('due_at', '<=', now)
    return (
      (await found
        .where('kind', '=', sql<string>`any(${names})`)
        .limit(1)
        .executeTakeFirst()) !== undefined
    )
  }

  const lookForUnknown = async (now: Date): Promise<void> => {
    const rows = await store.db
      .selectFrom('due')
      .select('kind')
      .distinct()
      .where('due_at', '<=', now)
      .where('kind', 'not in', names.length === 0 ? [''] : names)
      .execute()
    for (const { kind } of rows) {
      if (unknown.has(kind)) continue
      unknown.add(kind)
      store.log.error({ kind }, 'nobody handles due rows of this kind; they are kept')
    }
  }

  /** How many it handled. A batch that failed as a whole (a handler that never ends) is then tried row by row. */
  const batch = async (limit: number): Promise<number> => {
    const now = store.clock.now()
    if (!(await anyDue(now))) return 0
    let rows: readonly ClaimedRow[] = []
    try {
      await store.transaction(async (tx) => {
        rows = await claim(tx, names, now, limit)
        if (rows.length > 0) await handleAll(tx, rows, now)
      })
      return rows.length
    } catch (error) {
      if (rows.length === 0) throw error
      if (rows.length > 1) {
        for (let left = rows.length; left > 0; left--) await batch(1)
        return rows.length
      }
      await postpone(rows[0] as ClaimedRow, reasonOf(error))
      return 1
    }
  }

  /** A row whose transaction failed is still there: it is only put off. */
  const postpone = async (row: ClaimedRow, why: string): Promise<void> => {
    const now = store.clock.now()
    store.log.error({ kind: row.kind, subject: row.subject, why }, 'a due row failed')
    await store.transaction(async (tx) => {
      await tx
        .updateTable('due')
        .set({ due_at: new Date(now.getTime() + pauseMs(row)), attempts: row.attempts + 1, last_error: why })
        .where('kind', '=', row.kind)
        .where('subject', '=', row.subject)
        .where('due_at', '=', row.due_at)
        .execute()
    })
  }

  let looked = 0
  const pass = async (): Promise<boolean> => {
    const handled = await batch(limit)
    const now = store.clock.now()
    // Rarely: it is a mistake of a deployment, not of a row.
    if (handled === 0 && now.getTime() - looked > 60_000) {
      looked = now.getTime()
      await lookForUnknown(now)
    }
    return handled > 0
  }

  return createLoop(store, { name: 'due', topics: [DUE_TOPIC], pollMs: options.pollMs ?? DUE_POLL_MS, pass })
}

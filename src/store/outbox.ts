// Effects on their way out: written beside the state that asks for them, delivered afterwards, each with its result.
import { type Insertable, sql } from 'kysely'
import { ring } from './bell.ts'
import { type Tx, json } from './store.ts'
import type { OutboxTable } from './tables.ts'

/** One effect as a notifier sees it. */
export interface OutboxRow {
  readonly id: number
  readonly destination: string
  readonly subject: string
  readonly mode: 'level' | 'ordered'
  readonly priority: number
  readonly payload: Record<string, unknown>
  /** Attempts that ended before this one. */
  readonly attempts: number
  readonly firstTriedAt: Date | null
  /** An attempt before this one ended without an answer, or its process died: look before repeating. */
  readonly mayHaveHappened: boolean
  /** What the other end called it when it was delivered. */
  readonly externalId: string | null
  readonly desiredVersion: number
  readonly deliveredVersion: number
  readonly lastError: string | null
  readonly createdAt: Date
  /** Grows with each claim; a result of an older claim is refused. */
  readonly fence: number
}

export type SendResult =
  /** `version` is what was shown; by default the version desired at the claim. */
  | { readonly kind: 'delivered'; readonly externalId?: string; readonly version?: number }
  /** It did not happen. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** It may have happened: the next attempt sees `mayHaveHappened`. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly afterMs?: number }
  /** It never will. */
  | { readonly kind: 'dead'; readonly reason: string }

export interface Notifier {
  readonly destination: string
  readonly mode: 'level' | 'ordered'
  /** Sends at once in this process. */
  readonly concurrency: number
  /** A send is given up as unknown before this is over; a process that died is taken over after it. */
  readonly leaseMs: number
  /** After a level row was delivered, its next delivery waits this long, so that a storm costs a bounded number of calls (P14). */
  readonly spacingMs?: number
  /**
   * At most so many sends a minute of rows with this priority or a less urgent one, after a burst; what is more urgent
   * is not held back (P14). Per process: the other end's own limit is what replicas share.
   */
  readonly pace?: { readonly priority: number; readonly perMinute: number; readonly burst: number }
  /** P5: re-checks the state in the transaction that claims the send. Locks of its own come before the row's. */
  claim?(
    tx: Tx,
    row: OutboxRow,
    now: Date,
  ): Promise<{ readonly send: unknown } | { readonly withdraw: string }>
  /** The effect, outside any transaction. What it throws counts as unknown. */
  send(prepared: unknown, row: OutboxRow, signal: AbortSignal): Promise<SendResult>
  /** Part of the transaction that records the result. */
  settled?(tx: Tx, row: OutboxRow, result: SendResult, now: Date): Promise<void>
}

export const outboxTopic = (destination: string): string => `outbox:${destination}`

export interface LevelRequest {
  readonly destination: string
  readonly subject: string
  /** The version that the other end shall show at least. */
  readonly version: number
  /** Lower goes first. */
  readonly priority: number
  /** The priority once something has been delivered; by default the same. */
  readonly editPriority?: number
  /** Somebody waits for it: not held back by the notifier's spacing. */
  readonly urgent?: boolean
  readonly now: Date
}

/** The highest version per destination and subject, in a fixed order so that two transactions cannot deadlock. */
function foldRequests(requests: readonly LevelRequest[]): LevelRequest[] {
  const folded = new Map<string, LevelRequest>()
  for (const request of requests) {
    const key = `${request.destination}\n${request.subject}`
    const before = folded.get(key)
    if (before === undefined || before.version < request.version) folded.set(key, request)
  }
  return [...folded.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request)
}

/**
 * Asks that the other end shows at least these versions. Many requests are one delivery. A row that waits keeps its place
 * and its backoff; one that was done, withdrawn or dead waits again. A version that is not newer changes nothing.
 */
export async function requestLevels(tx: Tx, requests: readonly LevelRequest[]): Promise<void> {
  const folded = foldRequests(requests)
  if (folded.length === 0) return
  const rows = folded.map(({ destination, subject, version, priority, editPriority, urgent, now }) => ({
    destination,
    subject,
    version,
    priority,
    edit_priority: editPriority ?? priority,
    urgent: urgent ?? false,
    now,
  }))
  await sql`
    with wanted as (
      select * from jsonb_to_recordset(${json(rows)}::jsonb)
        as w (destination text, subject text, version bigint, priority smallint, edit_priority smallint, urgent boolean, now timestamptz)
    )
    insert into outbox as o (destination, subject, mode, priority, desired_version, payload, next_at, created_at)
    select destination, subject, 'level', priority, version, jsonb_build_object('editPriority', edit_priority, 'urgent', urgent), now, now
    from wanted order by destination, subject
    on conflict (destination, subject) where mode = 'level' do update set
      desired_version = excluded.desired_version,
      -- Urgent until it has been shown: a request that may wait does not take that back.
      payload = excluded.payload || jsonb_build_object('urgent', (excluded.payload ->> 'urgent')::boolean
        or (o.desired_version > o.delivered_version and coalesce((o.payload ->> 'urgent')::boolean, false))),
      priority = case
        when o.delivered_version > 0 and o.desired_version > o.delivered_version
          then least(o.priority, (excluded.payload ->> 'editPriority')::smallint)
        when o.delivered_version > 0 then (excluded.payload ->> 'editPriority')::smallint
        when o.state in ('waiting', 'sending') then least(o.priority, excluded.priority)
        else excluded.priority end,
      -- A row in backoff keeps it; a row that is only spaced is brought forward by what somebody waits for.
      next_at = case
        when o.attempts = 0 and (excluded.payload ->> 'urgent')::boolean then excluded.next_at
        when o.state in ('waiting', 'sending') then o.next_at
        else greatest(o.next_at, excluded.next_at) end,
      attempts = case when o.state in ('waiting', 'sending') then o.attempts else 0 end,
      done_at = null,
      state = case when o.state = 'sending' then 'sending' else 'waiting' end
    where excluded.desired_version > o.desired_version`.execute(tx)
  for (const { destination } of folded) ring(tx, outboxTopic(destination))
}

/** `requestLevels` for one. */
export async function requestLevel(tx: Tx, request: LevelRequest): Promise<void> {
  await requestLevels(tx, [request])
}

export interface Appended {
  readonly destination: string
  readonly subject: string
  readonly priority: number
  readonly payload: Record<string, unknown>
  readonly now: Date
}

/**
 * Adds an effect that happens once, after every earlier one of the same destination and subject. Answers its id.
 * Order is the order of ids: transactions that append for one subject must exclude one another (lock the incident).
 */
export async function append(tx: Tx, effect: Appended): Promise<number> {
  const values: Insertable<OutboxTable> = {
    destination: effect.destination,
    subject: effect.subject,
    mode: 'ordered',
    priority: effect.priority,
    payload: json(effect.payload),
    next_at: effect.now,
    created_at: effect.now,
  }
  const { id } = await tx.insertInto('outbox').values(values).returning('id').executeTakeFirstOrThrow()
  ring(tx, outboxTopic(effect.destination))
  return id
}

/** Takes back what has not been claimed yet, with the reason; answers how many rows that were. */
export async function withdraw(
  tx: Tx,
  what: { destination: string; subject: string; reason: string; now: Date },
): Promise<number> {
  const result = await tx
    .updateTable('outbox')
    .set({ state: 'withdrawn', last_error: what.reason, done_at: what.now })
    .where('destination', '=', what.destination)
    .where('subject', '=', what.subject)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

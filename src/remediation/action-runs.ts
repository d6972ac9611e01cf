// Action runs in the database: one in flight per target (P7), each change guarded by the state it starts from.
import type { Selectable } from 'kysely'
import type { Actor } from '../incidents/model.ts'
import { type Tx, json } from '../store/store.ts'
import type { ActionRunsTable } from '../store/tables.ts'
import type { Params } from '../runbooks/model.ts'
import type { Offer } from './offers.ts'

export type ActionState = 'requested' | 'approved' | 'running' | 'succeeded' | 'failed' | 'unknown'
export type Verified = 'pending' | 'verified' | 'not_verified' | 'not_needed'

export interface ActionRun {
  readonly id: string
  readonly offerId: string
  readonly incidentId: string
  readonly action: string
  readonly target: string
  /** What it runs with: the runbook's parameters, and over them what the person answered. */
  readonly params: Params
  readonly state: ActionState
  readonly verified: Verified
  readonly fence: number
  readonly requestedBy: Actor
  readonly requestedAt: Date
  readonly endedAt: Date | null
  readonly detail: string | null
  /** What the platform says it has made: the id of a new run. */
  readonly made: string | null
  /** It was refused, and another press changes nothing. */
  readonly inVain: boolean
}

/** Requests a run of this offer; null when another run holds the target (the database's unique index decides). */
export async function requestRun(
  tx: Tx,
  id: string,
  offer: Offer,
  by: Actor,
  now: Date,
  params: Params = offer.params,
): Promise<ActionRun | null> {
  const row = await tx
    .insertInto('action_runs')
    .values({
      id,
      offer_id: offer.id,
      incident_id: offer.incidentId,
      action: offer.action,
      target: offer.target,
      params: json(params),
      state: 'requested',
      requested_by: json(by),
      requested_at: now,
    })
    .onConflict((oc) =>
      oc
        .columns(['target'])
        .where('state', 'in', ['requested', 'approved', 'running', 'unknown'])
        .doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toActionRun(row)
}

/** The run that holds a target, or null. */
export async function runInFlight(tx: Tx, target: string): Promise<ActionRun | null> {
  const row = await tx
    .selectFrom('action_runs')
    .selectAll()
    .where('target', '=', target)
    .where('state', 'in', ['requested', 'approved', 'running', 'unknown'])
    .executeTakeFirst()
  return row === undefined ? null : toActionRun(row)
}

/** The newest run on a target that was accepted and is still being verified, or null. */
export async function runToBeVerified(tx: Tx, target: string): Promise<ActionRun | null> {
  const row = await tx
    .selectFrom('action_runs')
    .selectAll()
    .where('target', '=', target)
    .where('state', '=', 'succeeded')
    .where('verified', '=', 'pending')
    .orderBy('requested_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : toActionRun(row)
}

/** Finds a run and holds its row, or null. */
export async function lockRun(tx: Tx, id: string): Promise<ActionRun | null> {
  const row = await tx
    .selectFrom('action_runs')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row === undefined ? null : toActionRun(row)
}

/** All runs of an incident, oldest first. */
export async function listRuns(tx: Tx, incidentId: string): Promise<readonly ActionRun[]> {
  const rows = await tx
    .selectFrom('action_runs')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('requested_at')
    .execute()
  return rows.map(toActionRun)
}

/** So many are looked at again before another is made. */
const MADE_READ = 10

/** What earlier runs of the same action on the same target have made, the last one first. */
export async function madeEarlier(
  tx: Tx,
  { id, action, target }: Pick<ActionRun, 'id' | 'action' | 'target'>,
): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('action_runs')
    .select('made')
    .where('target', '=', target)
    .where('action', '=', action)
    .where('id', '<>', id)
    .where('made', 'is not', null)
    .orderBy('requested_at', 'desc')
    .limit(MADE_READ)
    .execute()
  return rows.flatMap(({ made }) => (made === null ? [] : [made]))
}

/** Starts a requested run under a new fence; null when it is not waiting to start (a job that came twice). */
export async function startRun(tx: Tx, id: string, now: Date): Promise<ActionRun | null> {
  const row = await tx
    .updateTable('action_runs')
    .set((eb) => ({ state: 'running' as const, fence: eb('fence', '+', 1), started_at: now }))
    .where('id', '=', id)
    .where('state', 'in', ['requested', 'approved'])
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toActionRun(row)
}

export interface RunChange {
  readonly state?: ActionState
  readonly verified?: Verified
  readonly detail?: string
  readonly made?: string
  readonly inVain?: boolean
  readonly settledBy?: Actor
}

/** Changes a run if it is still in `from` under this fence; null when it has moved on. */
export async function changeRun(
  tx: Tx,
  run: Pick<ActionRun, 'id' | 'fence'>,
  from: ActionState,
  change: RunChange,
  now: Date,
): Promise<ActionRun | null> {
  const ended = change.state === 'succeeded' || change.state === 'failed'
  const row = await tx
    .updateTable('action_runs')
    .set({
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.verified === undefined ? {} : { verified: change.verified }),
      ...(change.detail === undefined ? {} : { detail: change.detail }),
      ...(change.made === undefined ? {} : { made: change.made }),
      ...(change.inVain === undefined ? {} : { in_vain: change.inVain }),
      ...(change.settledBy === undefined ? {} : { settled_by: json(change.settledBy) }),
      ...(ended ? { ended_at: now } : {}),
    })
    .where('id', '=', run.id)
    .where('fence', '=', run.fence)
    .where('state', '=', from)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toActionRun(row)
}

export function toActionRun(row: Selectable<ActionRunsTable>): ActionRun {
  return {
    id: row.id,
    offerId: row.offer_id,
    incidentId: row.incident_id,
    action: row.action,
    target: row.target,
    params: row.params as Params,
    state: row.state,
    verified: row.verified,
    fence: row.fence,
    requestedBy: row.requested_by as Actor,
    requestedAt: row.requested_at,
    endedAt: row.ended_at,
    detail: row.detail,
    made: row.made,
    inVain: row.in_vain,
  }
}

// Offers: the buttons a card may show, each an opaque id that stands for one action on one target (P8).
import { isDeepStrictEqual } from 'node:util'
import type { Selectable } from 'kysely'
import { type Tx, json } from '../store/store.ts'
import type { OffersTable } from '../store/tables.ts'
import type { Params } from '../runbooks/model.ts'
import { type OfferInputs, inOrder } from './inputs.ts'
import type { Role } from './roles.ts'

export interface Offer {
  readonly id: string
  readonly incidentId: string
  /** The runbook's step id. */
  readonly step: string
  readonly action: string
  readonly target: string
  readonly title: string
  /** From the runbook, templates filled in. */
  readonly params: Params
  /** What a person is asked for first; their answers go over `params`. Empty: a press is enough. */
  readonly inputs: OfferInputs
  readonly requires: Role
  readonly verifyMs: number | null
  readonly runbookHash: string | null
  readonly withdrawnAt: Date | null
  readonly withdrawnReason: string | null
}

export type NewOffer = Omit<Offer, 'withdrawnAt' | 'withdrawnReason'> & {
  readonly runbookHash: string | null
}

/** Makes offers; the incident's earlier ones are withdrawn, so that a stale button does nothing and says why. */
export async function replaceOffers(
  tx: Tx,
  incidentId: string,
  offers: readonly NewOffer[],
  now: Date,
): Promise<void> {
  await withdrawOffers(tx, incidentId, 'a newer diagnosis replaced it', now)
  await addOffers(tx, offers, now)
}

/** Makes offers beside those that stand. */
export async function addOffers(tx: Tx, offers: readonly NewOffer[], now: Date): Promise<void> {
  if (offers.length === 0) return
  await tx
    .insertInto('offers')
    .values(
      offers.map((offer) => ({
        id: offer.id,
        incident_id: offer.incidentId,
        step: offer.step,
        action: offer.action,
        target: offer.target,
        title: offer.title,
        params: json(offer.params),
        inputs: json(offer.inputs),
        requires: offer.requires,
        verify_ms: offer.verifyMs,
        runbook_hash: offer.runbookHash,
        created_at: now,
      })),
    )
    .execute()
}

/** Withdraws every standing offer of an incident. */
export async function withdrawOffers(tx: Tx, incidentId: string, reason: string, now: Date): Promise<void> {
  await tx
    .updateTable('offers')
    .set({ withdrawn_at: now, withdrawn_reason: reason })
    .where('incident_id', '=', incidentId)
    .where('withdrawn_at', 'is', null)
    .execute()
}

export async function withdrawOffer(tx: Tx, id: string, reason: string, now: Date): Promise<void> {
  await tx
    .updateTable('offers')
    .set({ withdrawn_at: now, withdrawn_reason: reason })
    .where('id', '=', id)
    .execute()
}

/** Withdraws the standing offers of an incident for the same action on the same target. */
export async function withdrawSame(
  tx: Tx,
  of: Pick<Offer, 'incidentId' | 'action' | 'target'>,
  reason: string,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('offers')
    .set({ withdrawn_at: now, withdrawn_reason: reason })
    .where('incident_id', '=', of.incidentId)
    .where('action', '=', of.action)
    .where('target', '=', of.target)
    .where('withdrawn_at', 'is', null)
    .execute()
}

export async function findOffer(tx: Tx, id: string): Promise<Offer | null> {
  const row = await tx.selectFrom('offers').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : toOffer(row)
}

/** When what an offer says was read; of one that is offered again, when it first was. */
export async function offeredAt(tx: Tx, id: string): Promise<Date | null> {
  const row = await tx.selectFrom('offers').select('created_at').where('id', '=', id).executeTakeFirst()
  return row?.created_at ?? null
}

/** Offers that were used and refused, where no press changes that, each with the words of the refusal; the last one first. */
export async function offersInVain(
  tx: Tx,
  incidentId: string,
): Promise<readonly { readonly offer: Offer; readonly says: string }[]> {
  const rows = await tx
    .selectFrom('action_runs')
    .innerJoin('offers', 'offers.id', 'action_runs.offer_id')
    .selectAll('offers')
    .select('action_runs.detail')
    .where('action_runs.incident_id', '=', incidentId)
    .where('action_runs.in_vain', '=', true)
    .orderBy('action_runs.requested_at', 'desc')
    .execute()
  return rows.map(({ detail, ...row }) => ({ offer: toOffer(row), says: detail ?? '' }))
}

/** Whether two offers stand for the same: one press of either does what the other's would. */
export function isSameOffer(
  a: Pick<Offer, 'action' | 'target' | 'params'>,
  b: Pick<Offer, 'action' | 'target' | 'params'>,
): boolean {
  return a.action === b.action && a.target === b.target && isDeepStrictEqual(a.params, b.params)
}

/** The offers of an incident that stand, oldest first. */
export async function standingOffers(tx: Tx, incidentId: string): Promise<readonly Offer[]> {
  const rows = await tx
    .selectFrom('offers')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .where('withdrawn_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toOffer)
}

function toOffer(row: Selectable<OffersTable>): Offer {
  return {
    id: row.id,
    incidentId: row.incident_id,
    step: row.step,
    action: row.action,
    target: row.target,
    title: row.title,
    params: row.params as Params,
    inputs: inOrder(row.inputs as OfferInputs),
    requires: row.requires as Role,
    verifyMs: row.verify_ms,
    runbookHash: row.runbook_hash,
    withdrawnAt: row.withdrawn_at,
    withdrawnReason: row.withdrawn_reason,
  }
}

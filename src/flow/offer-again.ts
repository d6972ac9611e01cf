// A button anew, where an action did not happen: the old one stays used, so that a stale press still does nothing (P8).
import { newId } from '../incidents/id.ts'
import { findIncident } from '../incidents/repository.ts'
import type { ActionRun } from '../remediation/action-runs.ts'
import { addOffers, findOffer, offeredAt, standingOffers } from '../remediation/offers.ts'
import type { Tx } from '../store/store.ts'

/** Offers what the run was made from once more, unless the same stands already or nobody works on the incident any more. */
export async function offerAgain(tx: Tx, run: ActionRun, now: Date): Promise<void> {
  const incident = await findIncident(tx, run.incidentId)
  const offer = await findOffer(tx, run.offerId)
  if (incident === null || incident.state === 'resolved' || offer === null) return
  const standing = await standingOffers(tx, run.incidentId)
  if (standing.some((other) => other.action === offer.action && other.target === offer.target)) return
  // What it says was read then, and may have been overtaken since.
  const readAt = (await offeredAt(tx, offer.id)) ?? now
  await addOffers(tx, [{ ...offer, id: newId('off', now) }], readAt)
}

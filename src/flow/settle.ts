// Ending things: acknowledging and resolving a locked incident, with all that follows from it in the same transaction.
import type { Actor, Incident, Resolution } from '../incidents/model.ts'
import { updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { withdrawOffers } from '../remediation/offers.ts'
import { type Tx, json } from '../store/store.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { publish, refOf } from './events.ts'
import { followPage } from './pages.ts'

/** Acknowledges a locked, triggered incident. Escalation steps that wait for this find it when they are due. */
export async function acknowledgeLocked(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  actor: Actor,
  now: Date,
): Promise<Incident> {
  const changed = await updateIncident(tx, incident, {
    state: 'acknowledged',
    acknowledged_at: now,
    acknowledged_by: json(actor),
  })
  await record(tx, incident.id, { kind: 'acknowledged', actor, reason: 'pressed' }, now)
  await followPage(tx, changed, 'acknowledge', actor, now)
  await publish(
    tx,
    deps.settings,
    'incident.acknowledged.v1',
    changed,
    { incident: refOf(changed), by: actor, at: now.toISOString() },
    now,
  )
  await requestCards(tx, [changed], now)
  return changed
}

/** Resolves a locked, open incident; `data` goes on the timeline. */
export async function resolveLocked(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  actor: Actor,
  how: Resolution,
  now: Date,
  data: Readonly<Record<string, unknown>> = {},
): Promise<Incident> {
  const changed = await updateIncident(tx, incident, {
    state: 'resolved',
    resolved_at: now,
    resolved_by: json(actor),
    resolution: how,
  })
  await record(tx, incident.id, { kind: 'resolved', actor, reason: how, data }, now)
  await withdrawOffers(tx, incident.id, 'the incident was resolved', now)
  await followPage(tx, changed, 'resolve', actor, now)
  await publish(
    tx,
    deps.settings,
    'incident.resolved.v1',
    changed,
    { incident: refOf(changed), by: actor, how, at: now.toISOString() },
    now,
  )
  await requestCards(tx, [changed], now)
  return changed
}

// One transaction of intake: alerts stored, incidents found or opened, timelines written, timers set, cards asked for.
import { type OwnedAlert, foldAlerts } from '../alerts/fold.ts'
import {
  type InstanceKey,
  countRepeats,
  insertInstances,
  instanceText,
  loadInstances,
  resolveInstances,
} from '../alerts/instances.ts'
import { type Decision, decideAll } from '../incidents/decisions.ts'
import type { Incident } from '../incidents/model.ts'
import {
  type Opening,
  applyDeltas,
  readIncidents,
  readOpenByKey,
  openIncidents,
  teamKeyText,
} from '../incidents/open.ts'
import { recordAll } from '../incidents/timeline.ts'
import { type Tx, overtaken } from '../store/store.ts'
import { type Joining, ignoredDecisions, sourceActor, sumChanges, timelineOf } from './alert-changes.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { nameRuns } from './look-again.ts'
import { type Planned, announceOpened, planOpening } from './open-incident.ts'
import { recheckRecovered } from './recover.ts'
import { resolveLocked } from './settle.ts'

/** What became of a batch, for the log and the metrics. */
export interface StoredBatch {
  readonly opened: number
  readonly joined: number
  readonly repeated: number
  readonly resolved: number
  readonly ignored: number
}

/** Stores alerts that were routed already, in order of arrival. Everything or nothing: the caller's transaction. */
export async function storeAlerts(
  tx: Tx,
  deps: FlowDeps,
  batch: readonly OwnedAlert[],
  now: Date,
): Promise<StoredBatch> {
  const keys = batch.map(({ team, alert }) => ({
    team,
    source: alert.source,
    fingerprint: alert.fingerprint,
    startsAt: alert.startsAt,
  }))
  const known = await loadInstances(tx, keys)
  const folded = foldAlerts(batch, known, now)

  const incidentOf = new Map(known.map((instance) => [instanceText(instance), instance.incidentId]))
  const touchedIds = new Set<string>()
  for (const begin of folded.begin) if (begin.knownIncidentId !== null) touchedIds.add(begin.knownIncidentId)
  for (const end of folded.end) {
    const id = incidentOf.get(instanceText(end))
    if (id !== undefined && id !== null) touchedIds.add(id)
  }
  const seen = new Map((await readIncidents(tx, [...touchedIds])).map((incident) => [incident.id, incident]))

  // A known signal goes to its incident as it is; only one that would open an incident is matched to a runbook.
  const joining: Joining[] = []
  const planned: Planned[] = []
  for (const begin of folded.begin) {
    const incident = begin.knownIncidentId === null ? undefined : seen.get(begin.knownIncidentId)
    if (incident !== undefined && incident.state !== 'resolved') joining.push({ owned: begin, incident })
    else planned.push(planOpening(deps, begin, now))
  }
  const { placed, opened } = await placeByKey(tx, planned, now)
  joining.push(...placed)

  const inserted = await insertInstances(
    tx,
    [
      ...joining.map(({ owned, incident }) => ({
        team: owned.team,
        alert: owned.alert,
        status: 'firing' as const,
        incidentId: incident.id,
      })),
      ...folded.endedUnseen.map((owned) => ({
        team: owned.team,
        alert: owned.alert,
        status: 'resolved' as const,
        incidentId: null,
      })),
    ],
    now,
  )
  // Another replica was first with one of these, and what it knew of it (even that it has ended) counts here too: an
  // incident opened for an alert that is not ours to join would hold its key and tell nobody.
  if (inserted.length < joining.length + folded.endedUnseen.length)
    throw overtaken('another replica stored one of these alerts at the same time')
  await countRepeats(tx, folded.repeat, now)
  const ended = await resolveInstances(tx, folded.end, now)
  await follow(tx, deps, { joining, ended, opened }, now)
  await decideAll(tx, ignoredDecisions(folded.ignored), now)
  await recheckRepeats(tx, folded.repeat, incidentOf, now)
  return {
    opened: opened.size,
    joined: joining.length,
    repeated: folded.repeat.length,
    resolved: ended.length,
    ignored: folded.ignored.length,
  }
}

/**
 * Alerts that still fire, whose incident a successful run has resolved, begin anew: they leave it for the open incident
 * of their key, which is opened by the ordinary way. The caller holds their instances. Answers the incidents they are in.
 */
export async function moveAlerts(
  tx: Tx,
  deps: FlowDeps,
  from: Incident,
  batch: readonly OwnedAlert[],
  now: Date,
): Promise<readonly Incident[]> {
  const { placed, opened } = await placeByKey(
    tx,
    batch.map((owned) => planOpening(deps, owned, now)),
    now,
  )
  for (const { owned, incident } of placed)
    await tx
      .updateTable('alert_instances')
      .set({ incident_id: incident.id })
      .where('team', '=', owned.team)
      .where('source', '=', owned.alert.source)
      .where('fingerprint', '=', owned.alert.fingerprint)
      .where('starts_at', '=', owned.alert.startsAt)
      .execute()
  await applyDeltas(tx, [{ incidentId: from.id, total: 0, firing: -placed.length, severity: null }])
  await follow(tx, deps, { joining: placed, ended: [], opened }, now)
  return [...new Map(placed.map(({ incident }) => [incident.id, incident])).values()]
}

interface Placed {
  readonly joining: readonly Joining[]
  readonly ended: readonly { incidentId: string | null }[]
  readonly opened: ReadonlyMap<string, Planned>
}

/** What follows for the incidents whose alerts began or ended. */
async function follow(tx: Tx, deps: FlowDeps, { joining, ended, opened }: Placed, now: Date): Promise<void> {
  const changes = sumChanges(joining, ended)
  const applied = await applyDeltas(
    tx,
    [...changes.values()].map((change) => change.delta),
  )
  const incidents = await nameRuns(tx, deps, applied, joining, opened, now)
  await recordAll(tx, timelineOf(incidents, changes, opened), now)
  await announceOpened(tx, deps, incidents, opened, now)
  await requestCards(tx, incidents, now, { mayWait: true })
  for (const incident of incidents)
    if (
      incident.state !== 'resolved' &&
      incident.alertsFiring === 0 &&
      (changes.get(incident.id)?.ended ?? 0) > 0
    )
      await resolveLocked(tx, deps, incident, sourceActor(incident.source), 'source', now)

  for (const incident of incidents)
    if (opened.has(incident.id)) deps.metrics.incidents.inc({ team: incident.team, event: 'opened' })
}

/** A repeat of what a successful run is said to have made good: it is looked at once more, and that is on record. */
async function recheckRepeats(
  tx: Tx,
  repeats: readonly InstanceKey[],
  incidentOf: ReadonlyMap<string, string | null>,
  now: Date,
): Promise<void> {
  const of = repeats.flatMap((key) => {
    const id = incidentOf.get(instanceText(key))
    return id === undefined || id === null ? [] : [{ key, id }]
  })
  const rechecked = await recheckRecovered(tx, [...new Set(of.map(({ id }) => id))], now)
  const decisions = of
    .filter(({ id }) => rechecked.has(id))
    .map(({ key, id }): Decision => ({
      kind: 'alert_rechecked',
      subject: `${key.source}/${key.fingerprint}`,
      reason: 'fires_after_a_successful_run',
      team: key.team,
      data: { incident: id, starts_at: key.startsAt.toISOString() },
    }))
  await decideAll(tx, decisions, now)
}

/** Puts every planned alert into the open incident of its key, opening those that do not exist. */
async function placeByKey(
  tx: Tx,
  planned: readonly Planned[],
  now: Date,
): Promise<{ placed: Joining[]; opened: ReadonlyMap<string, Planned> }> {
  const byKey = new Map<string, Planned[]>()
  for (const plan of planned) {
    const text = teamKeyText(plan.opening)
    const list = byKey.get(text)
    if (list === undefined) byKey.set(text, [plan])
    else list.push(plan)
  }
  const keys = [...byKey.values()].flatMap(([first]) => (first === undefined ? [] : [first.opening]))
  const open = new Map((await readOpenByKey(tx, keys)).map((incident) => [teamKeyText(incident), incident]))
  const missing: Opening[] = keys.filter((opening) => !open.has(teamKeyText(opening)))
  const fresh = await openIncidents(tx, missing, now)
  for (const incident of fresh) open.set(teamKeyText(incident), incident)
  const lost = missing.filter((opening) => !open.has(teamKeyText(opening)))
  for (const incident of await readOpenByKey(tx, lost)) open.set(teamKeyText(incident), incident)

  const opened = new Map<string, Planned>()
  const placed: Joining[] = []
  for (const [text, plans] of byKey) {
    const incident = open.get(text)
    // Opened and resolved by others between two statements of ours: the transaction is tried again.
    if (incident === undefined) throw overtaken(`the incident of key ${text} came and went`)
    if (plans[0] !== undefined && incident.id === plans[0].opening.id) opened.set(incident.id, plans[0])
    placed.push(...plans.map((plan) => ({ owned: plan.owned, incident })))
  }
  return { placed, opened }
}

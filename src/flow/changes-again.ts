// What is deployed has changed: the card's list of changes and its offers are made anew, by one probe and without a word in the thread (P14).
import { discreetResult } from '../diagnosis/discreet.ts'
import { runChanges } from '../diagnosis/probes/run-changes.ts'
import type { StepResult } from '../diagnosis/run-probes.ts'
import type { Deployment } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import { findIncident, lockIncident, updateIncident } from '../incidents/repository.ts'
import {
  type NewOffer,
  addOffers,
  isSameOffer,
  offeredAt,
  standingOffers,
  withdrawOffer,
} from '../remediation/offers.ts'
import { ACTIONS } from '../remediation/registry.ts'
import type { AlertFacts } from '../runbooks/facts.ts'
import { type Runbook, probesOf } from '../runbooks/model.ts'
import { type Due, type DueKind, schedule, scheduleAllUnlessDue } from '../store/due.ts'
import { enqueue } from '../store/jobs.ts'
import { type Tx, json } from '../store/store.ts'
import { deploymentsOf } from './act-with.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { DUE, JOBS } from './destinations.ts'
import { offersFor } from './diagnosis-offers.ts'
import { firstAlert, readFindings } from './diagnosis-view.ts'
import { DEADLINE_MS, probe, readerOf } from './probe.ts'
import { pinnedRunbook } from './runbook-text.ts'
import { discretionOf } from './settings.ts'
import { markersFor, withStanding } from './standing-probes.ts'
import { type WhoseRun, discretionFor, whoseRun } from './whose-run.ts'

/** One deployment may come as several markers, and each look asks the platform a few things. */
const ANEW_MS = 10_000

/** Incidents that are looked at at one time; of more each further so many come `ANEW_MS` later. */
const AT_ONCE = 20

/**
 * Soon, unless it is due already. However many incidents there are, each has its turn: its offers are made of what was
 * deployed, and a button that is not made anew would stay away for good.
 */
export async function changesAgain(tx: Tx, incidentIds: readonly string[], now: Date): Promise<void> {
  await scheduleAllUnlessDue(
    tx,
    incidentIds.map((id, index) => soon(id, now, Math.floor(index / AT_ONCE))),
  )
}

/** Asks the platform, so it becomes a job; a diagnosis that is under way comes first, since it concludes the rest. */
export const changesDue: DueKind = {
  kind: DUE.changes,
  async handle(tx, row, now) {
    const incident = await findIncident(tx, row.subject)
    if (incident === null || incident.state === 'resolved' || incident.diagnosis === 'none') return
    if (incident.diagnosis === 'done') await enqueue(tx, JOBS.changes, { incidentId: incident.id })
    else await schedule(tx, soon(incident.id, now))
  },
}

function soon(subject: string, now: Date, page = 0): Due {
  return { kind: DUE.changes, subject, dueAt: new Date(now.getTime() + (page + 1) * ANEW_MS), data: {} }
}

/** Handler of the `changes` job. Coming twice repeats reads only. */
export async function lookAtChanges(deps: FlowDeps, incidentId: string): Promise<void> {
  const begun = await deps.store.transaction((tx) => begin(tx, deps, incidentId))
  if (begun === null) return
  const { incident, runbook, alert, deployments } = begun
  const reader = readerOf(deps, incident, discretionOf(deps.settings, incident.team))
  const steps = withStanding(probesOf(runbook), [], incident, reader).filter(
    ({ use }) => use === runChanges.id,
  )
  const [whose, looked] = await Promise.all([
    whoseRun(deps, incident, alert?.labels ?? {}, reader, AbortSignal.timeout(DEADLINE_MS)),
    probe(deps, { incident, alert, deployments, reader, steps }),
  ])
  const gate = discretionFor(deps, incident, whose.foreign)
  const results = looked.map(({ use, one }) => discreetResult(gate, use, one)).filter(isSeen)
  await deps.store.transaction((tx) => finish(tx, deps, begun, results, whose))
}

interface Begun {
  readonly incident: Incident
  readonly runbook: Runbook
  readonly alert: AlertFacts | null
  readonly deployments: readonly Deployment[]
}

async function begin(tx: Tx, deps: FlowDeps, id: string): Promise<Begun | null> {
  const incident = await findIncident(tx, id)
  if (incident === null || !isSettled(incident)) return null
  const runbook = await pinnedRunbook(tx, incident.runbookHash)
  if (runbook === null) return null
  const deployments = await markersFor(tx, incident, deps.clock.now())
  return { incident, runbook, alert: await firstAlert(tx, incident), deployments }
}

/** A diagnosis has concluded, and somebody works on it still. */
function isSettled({ state, diagnosis }: Incident): boolean {
  return state !== 'resolved' && diagnosis === 'done'
}

/** What could not be read takes nothing away that was known. */
function isSeen({ outputs }: StepResult): boolean {
  return Object.values(outputs).some((value) => value !== null)
}

async function finish(
  tx: Tx,
  deps: FlowDeps,
  { incident: begun, runbook }: Begun,
  results: readonly StepResult[],
  whose: WhoseRun,
): Promise<void> {
  const now = deps.clock.now()
  const incident = await lockIncident(tx, begun.id)
  // A diagnosis that began meanwhile has read the markers, too.
  if (incident === null || !isSettled(incident) || incident.diagnosisGeneration !== begun.diagnosisGeneration)
    return
  for (const { step, outputs, findings } of results)
    await tx
      .updateTable('findings')
      .set({ outputs: json(outputs), findings: json(findings), at: now })
      .where('incident_id', '=', incident.id)
      .where('generation', '=', incident.diagnosisGeneration)
      .where('step', '=', step)
      .execute()
  const { outputs } = await readFindings(tx, incident)
  await renew(tx, incident, await offersFor(tx, deps, incident, { runbook, outputs, whose }, now), now)
  await requestCards(tx, [await updateIncident(tx, incident, {})], now, { mayWait: true })
}

/** Makes these the standing offers; a button that would do the same, and that no marker can have overtaken, stays the one it is. */
async function renew(tx: Tx, incident: Incident, offers: readonly NewOffer[], now: Date): Promise<void> {
  const markers = (await deploymentsOf(tx, incident)).filter(({ what }) => what !== 'config')
  const news = Math.max(0, ...markers.map(({ receivedAt }) => receivedAt.getTime()))
  const kept: NewOffer[] = []
  for (const standing of await standingOffers(tx, incident.id)) {
    const same = offers.find((one) => isSameOffer(one, standing))
    const readAt = (await offeredAt(tx, standing.id))?.getTime() ?? 0
    if (same !== undefined && (ACTIONS.get(standing.action)?.needs !== null || readAt > news)) kept.push(same)
    else await withdrawOffer(tx, standing.id, 'what is deployed has changed since', now)
  }
  await addOffers(
    tx,
    offers.filter((one) => !kept.includes(one)),
    now,
  )
}

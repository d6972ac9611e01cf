// An alert that joins may tell which run it is about: the incident takes it up and is diagnosed anew, once for a storm.
import type { OwnedAlert } from '../alerts/fold.ts'
import type { Incident } from '../incidents/model.ts'
import { lockIncident, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { type DueKind, scheduleAll, scheduleUnlessDue } from '../store/due.ts'
import { type Tx, json } from '../store/store.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { DUE } from './destinations.ts'
import { startDiagnosis } from './open-incident.ts'
import { recoveryDues } from './recover.ts'

/** Soon where nothing was known to look at: it happens once to an incident. */
const NAMED_MS = 2_000
/** A storm may name one run after another; each look asks the platform a dozen things. */
const RENAMED_MS = 30_000

/**
 * Gives the incidents, which are locked, the run that a joining alert names: where it has one
 * already, only that of the latest alert (two runs that fail side by side must not take turns). Answers all incidents as they are now.
 */
export async function nameRuns(
  tx: Tx,
  deps: FlowDeps,
  incidents: readonly Incident[],
  joining: readonly { readonly owned: OwnedAlert; readonly incident: Incident }[],
  opened: ReadonlyMap<string, unknown>,
  now: Date,
): Promise<readonly Incident[]> {
  const newest = new Map<string, OwnedAlert['alert']>()
  for (const { owned, incident } of joining) {
    const before = newest.get(incident.id)
    if (owned.alert.run.runId !== null && (before === undefined || owned.alert.startsAt >= before.startsAt))
      newest.set(incident.id, owned.alert)
  }
  const named: Incident[] = []
  for (const incident of incidents) {
    const alert = newest.get(incident.id)
    if (alert === undefined || incident.state === 'resolved' || alert.run.runId === incident.run.runId)
      continue
    const isNew =
      incident.run.runId === null || (!opened.has(incident.id) && (await isLatest(tx, incident, alert)))
    if (isNew) named.push(await nameRun(tx, deps, incident, alert, now))
  }
  const byId = new Map(named.map((incident) => [incident.id, incident]))
  return incidents.map((incident) => byId.get(incident.id) ?? incident)
}

/** Whether no other alert of the incident began as late as this one: of two runs the later stays. */
async function isLatest(tx: Tx, { id }: Incident, alert: OwnedAlert['alert']): Promise<boolean> {
  const later = await tx
    .selectFrom('alert_instances')
    .select('starts_at')
    .where('incident_id', '=', id)
    .where('starts_at', '>=', alert.startsAt)
    .where('fingerprint', '<>', alert.fingerprint)
    .limit(1)
    .executeTakeFirst()
  return later === undefined
}

async function nameRun(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  { run, name }: OwnedAlert['alert'],
  now: Date,
): Promise<Incident> {
  const before = incident.run
  const changed = await updateIncident(tx, incident, {
    run: json({
      ...before,
      jobName: before.jobName ?? run.jobName,
      cluster: run.cluster ?? before.cluster,
      runId: run.runId,
      attempt: run.attempt,
      retriesLeft: run.retriesLeft,
    }),
  })
  const actor = { kind: 'source', name: incident.source } as const
  const data = { alert: name, run: run.runId, before: before.runId }
  await record(
    tx,
    incident.id,
    { kind: 'run_named', actor, reason: 'an alert that joined names it', data },
    now,
  )
  // Which run is to be made good is another question now.
  await scheduleAll(tx, recoveryDues(deps, [changed], now))
  if (changed.diagnosis !== 'none')
    await lookAgainAt(tx, incident, new Date(now.getTime() + (before.runId === null ? NAMED_MS : RENAMED_MS)))
  return changed
}

/** Another diagnosis then, unless one is due already. */
export async function lookAgainAt(tx: Tx, { id }: Incident, dueAt: Date): Promise<void> {
  await scheduleUnlessDue(tx, { kind: DUE.lookAgain, subject: id, dueAt, data: {} })
}

/** Begins another diagnosis; one that is under way finds its generation gone. */
export const lookAgainDue: DueKind = {
  kind: DUE.lookAgain,
  async handle(tx, row, now) {
    const incident = await lockIncident(tx, row.subject)
    if (incident === null || incident.state === 'resolved' || incident.diagnosis === 'none') return
    const changed = await updateIncident(tx, incident, {
      diagnosis: 'pending',
      diagnosis_generation: incident.diagnosisGeneration + 1,
    })
    await startDiagnosis(tx, changed, now)
    await requestCards(tx, [changed], now)
  },
}

// A failure after a successful run has resolved an incident whose alerts still fire: it opens another, as any alert would.
import type { OwnedAlert } from '../alerts/fold.ts'
import type { Link, Run, Severity } from '../alerts/model.ts'
import { discreetReader } from '../diagnosis/discreet.ts'
import { type Good, lookForRelapse } from '../diagnosis/recovery.ts'
import { reasonOf } from '../errors.ts'
import { type Incident, SYSTEM } from '../incidents/model.ts'
import { findIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import type { PlatformRun } from '../ports.ts'
import type { Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { readerFor } from './recover.ts'
import { discretionOf } from './settings.ts'
import { moveAlerts } from './store-alerts.ts'

const ASK_MS = 15_000

/** Handler of the `relapse` job: one look at the platform for a run that failed after the good one. Coming twice opens nothing twice. */
export async function lookAfterRecovery(deps: FlowDeps, incidentId: string): Promise<void> {
  const found = await deps.store.transaction(async (tx) => {
    const incident = await findIncident(tx, incidentId)
    return incident?.resolution === 'successful_run' ? { incident, good: await goodOf(tx, incident) } : null
  })
  const reader = found === null ? null : readerFor(deps, found.incident)
  if (found === null || found.good === null || reader === null) return
  const { incident, good } = found
  const discretion = discretionOf(deps.settings, incident.team)
  let failed: PlatformRun | null
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    failed = await lookForRelapse(discreetReader(reader, discretion), incident.run, good, signal)
  } catch (error) {
    deps.logger.debug({ incident: incidentId, reason: reasonOf(error) }, 'later runs could not be seen')
    return
  }
  if (failed === null) return
  const { id } = failed
  // A name that must not be kept names nothing that could be asked for.
  const kept = discretion.name(id)
  await deps.store.transaction((tx) => openAgain(tx, deps, incident, kept === id ? id : null, kept))
}

async function openAgain(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  runId: string | null,
  shown: string,
): Promise<void> {
  const now = deps.clock.now()
  // Held first, as intake does: a resolution or another replica comes before or after, never between.
  const rows = await tx
    .selectFrom('alert_instances')
    .selectAll()
    .where('incident_id', '=', incident.id)
    .where('status', '=', 'firing')
    .orderBy('starts_at')
    .orderBy('fingerprint')
    .forUpdate()
    .execute()
  if (rows.length === 0) return
  const batch = rows.map((row): OwnedAlert => ({
    team: row.team,
    platform: incident.platform,
    alert: {
      source: row.source,
      fingerprint: row.fingerprint,
      status: 'firing',
      name: row.name,
      severity: row.severity as Severity,
      labels: row.labels,
      annotations: row.annotations,
      startsAt: row.starts_at,
      endsAt: null,
      links: row.links as readonly Link[],
      run: { ...(row.run as Run), runId, attempt: null, retriesLeft: null },
    },
  }))
  const homes = await moveAlerts(tx, deps, incident, batch, now)
  const data = { run: shown, incidents: homes.map(({ number }) => number), alerts: rows.length }
  const reason = `run ${shown} has failed since, and the alert still fires`
  await record(tx, incident.id, { kind: 'relapsed', actor: SYSTEM, reason, data }, now)
}

/** The run that ended the incident, from its timeline; null where nobody knows of which job it was. */
async function goodOf(tx: Tx, incident: Incident): Promise<Good | null> {
  const entry = await tx
    .selectFrom('timeline')
    .select('data')
    .where('incident_id', '=', incident.id)
    .where('kind', '=', 'resolved')
    .where('reason', '=', 'successful_run')
    .limit(1)
    .executeTakeFirst()
  const said = (name: string): string | null => {
    const value = entry?.data[name]
    return typeof value === 'string' ? value : null
  }
  const jobName = incident.run.jobName ?? said('job')
  if (jobName === null) return null
  const ended = said('ended_at')
  const endedAt = ended === null ? null : new Date(ended)
  const began = said('began_at')
  const since = began === null ? (endedAt ?? incident.resolvedAt ?? incident.openedAt) : new Date(began)
  return { id: said('run') ?? '', since, endedAt, jobName }
}

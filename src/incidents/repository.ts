// Incidents in the database. Every function takes the transaction first.
import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Run, Severity } from '../alerts/model.ts'
import type { Tx } from '../store/store.ts'
import type { IncidentsTable } from '../store/tables.ts'
import type { Actor, Incident, Resolution } from './model.ts'

/**
 * What every change of an incident reads: all but the match and the policy, which are pinned once, large, and wanted by
 * the card and the ladder alone (`readPinned`).
 */
export const COLUMNS = [
  'id', 'number', 'team', 'key', 'version', 'state', 'title', 'severity', 'source', 'platform', 'run', 'runbook_id',
  'runbook_hash', 'policy_name', 'opened_at', 'acknowledged_at', 'acknowledged_by', 'resolved_at', 'resolved_by',
  'resolution', 'alerts_total', 'alerts_firing', 'diagnosis', 'diagnosis_generation',
] as const // prettier-ignore
export type IncidentRow = Pick<Selectable<IncidentsTable>, (typeof COLUMNS)[number]>

/** What was pinned when the incident opened: why its runbook was chosen, and its escalation policy. */
export async function readPinned(tx: Tx, id: string): Promise<{ match: unknown; policy: unknown }> {
  const row = await tx
    .selectFrom('incidents')
    .select(['match', 'policy_snapshot'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { match: row.match, policy: row.policy_snapshot }
}

export type NewIncident = Insertable<IncidentsTable>

/** Finds one by its id, or null. */
export async function findIncident(tx: Tx, id: string): Promise<Incident | null> {
  const row = await tx.selectFrom('incidents').select(COLUMNS).where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : toIncident(row)
}

/** Finds one and holds its row until the transaction ends, or null. */
export async function lockIncident(tx: Tx, id: string): Promise<Incident | null> {
  const row = await tx
    .selectFrom('incidents')
    .select(COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row === undefined ? null : toIncident(row)
}

/** Finds one by the number people type (`42`, `#42`) or by its id, among these teams (null: all), or null. */
export async function findByReference(
  tx: Tx,
  reference: string,
  teams: readonly string[] | null,
): Promise<Incident | null> {
  const text = reference.trim().replace(/^#/, '')
  let query = tx.selectFrom('incidents').select(COLUMNS)
  query = /^\d{1,15}$/.test(text) ? query.where('number', '=', Number(text)) : query.where('id', '=', text)
  if (teams !== null) query = query.where('team', 'in', [...teams])
  const row = await query.executeTakeFirst()
  return row === undefined ? null : toIncident(row)
}

export interface IncidentFilter {
  readonly teams: readonly string[] | null
  readonly states: readonly Incident['state'][] | null
  readonly limit: number
  /** Only those with a smaller number, for paging backwards in time. */
  readonly before: number | null
}

/** The newest incidents that pass the filter, newest first. */
export async function listIncidents(tx: Tx, filter: IncidentFilter): Promise<readonly Incident[]> {
  let query = tx.selectFrom('incidents').select(COLUMNS).orderBy('number', 'desc').limit(filter.limit)
  if (filter.teams !== null) query = query.where('team', 'in', [...filter.teams])
  if (filter.states !== null) query = query.where('state', 'in', [...filter.states])
  if (filter.before !== null) query = query.where('number', '<', filter.before)
  return (await query.execute()).map(toIncident)
}

/** Writes changes to a locked incident and raises its version; answers the incident as it now is. */
export async function updateIncident(
  tx: Tx,
  incident: Incident,
  changes: Omit<Updateable<IncidentsTable>, 'version'>,
): Promise<Incident> {
  const row = await tx
    .updateTable('incidents')
    .set((eb) => ({ ...changes, version: eb('version', '+', 1) }))
    .where('id', '=', incident.id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
  return toIncident(row)
}

export function toIncident(row: IncidentRow): Incident {
  return {
    id: row.id,
    number: row.number,
    team: row.team,
    key: row.key,
    version: row.version,
    state: row.state,
    title: row.title,
    severity: row.severity as Severity,
    source: row.source,
    platform: row.platform,
    run: row.run as Run,
    runbookId: row.runbook_id,
    runbookHash: row.runbook_hash,
    policyName: row.policy_name,
    openedAt: row.opened_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by as Actor | null,
    resolvedAt: row.resolved_at,
    resolvedBy: row.resolved_by as Actor | null,
    resolution: row.resolution as Resolution | null,
    alertsTotal: row.alerts_total,
    alertsFiring: row.alerts_firing,
    diagnosis: row.diagnosis,
    diagnosisGeneration: row.diagnosis_generation,
  }
}

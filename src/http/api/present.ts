// From rows and domain objects to what the API answers. Pure.
import type { Selectable } from 'kysely'
import type { z } from 'zod'
import type {
  Actor,
  Incident as DomainIncident,
  TimelineEntry as DomainEntry,
} from '../../incidents/model.ts'
import type { StatsReport } from '../../flow/runbook-stats.ts'
import type { ActionRun as DomainRun } from '../../remediation/action-runs.ts'
import type { AlertInstancesTable } from '../../store/tables.ts'
import type { ActionRun, Alert, Incident, TimelineEntry, RunbookStats } from './schemas.ts'

export function incidentOf(incident: DomainIncident): z.infer<typeof Incident> {
  return {
    id: incident.id,
    number: incident.number,
    team: incident.team,
    key: incident.key,
    state: incident.state,
    severity: incident.severity,
    title: incident.title,
    source: incident.source,
    platform: incident.platform,
    job_name: incident.run.jobName,
    run_id: incident.run.runId,
    runbook: incident.runbookId,
    opened_at: incident.openedAt.toISOString(),
    acknowledged_at: incident.acknowledgedAt?.toISOString() ?? null,
    acknowledged_by: incident.acknowledgedBy?.name ?? null,
    resolved_at: incident.resolvedAt?.toISOString() ?? null,
    resolved_by: incident.resolvedBy?.name ?? null,
    resolution: incident.resolution,
    alerts_total: incident.alertsTotal,
    alerts_firing: incident.alertsFiring,
  }
}

export function timelineOf(entry: DomainEntry): z.infer<typeof TimelineEntry> {
  return {
    seq: entry.seq,
    at: entry.at.toISOString(),
    kind: entry.kind,
    actor: entry.actor.name,
    reason: entry.reason,
    count: entry.count,
    data: { ...entry.data },
  }
}

export function runOf(run: DomainRun): z.infer<typeof ActionRun> {
  return {
    id: run.id,
    action: run.action,
    target: run.target,
    state: run.state,
    verified: run.verified,
    requested_by: run.requestedBy.name,
    requested_at: run.requestedAt.toISOString(),
    detail: run.detail,
  }
}

export function alertOf(row: Selectable<AlertInstancesTable>): z.infer<typeof Alert> {
  return {
    team: row.team,
    source: row.source,
    fingerprint: row.fingerprint,
    name: row.name,
    severity: row.severity,
    status: row.status,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
    labels: row.labels,
    incident: row.incident_id,
    seen: row.seen,
  }
}

export function actorText(actor: unknown): string {
  return (actor as Actor).name
}

export function statsOf(report: StatsReport): z.infer<typeof RunbookStats> {
  return {
    days: report.days,
    runbooks: report.runbooks.map((one) => ({
      runbook: one.runbook,
      team: one.team,
      incidents: one.incidents,
      switched_away: one.switchedAway,
      opened: one.opened,
      steps_done: one.stepsDone,
      steps: one.steps,
      fixed_by: one.fixedBy,
      escalated: one.escalated,
      acknowledged_median_s: one.acknowledgedMedian,
      resolved_median_s: one.resolvedMedian,
      resolved_p90_s: one.resolvedP90,
      useful: one.useful,
      useless: one.useless,
      last_used: one.lastUsed.toISOString(),
    })),
    gaps: report.gaps.map(({ alert, incidents, last }) => ({ alert, incidents, last: last.toISOString() })),
    unused: report.unused.map(({ runbook, team }) => ({ runbook, team })),
  }
}

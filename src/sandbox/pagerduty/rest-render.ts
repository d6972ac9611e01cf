// Incidents, alerts, notes and log entries as the REST API writes them.
import type { Account } from './account.ts'
import type { PdIncident, PdLogEntry, PdNote } from './types.ts'
import { incidentData, reference } from './webhook-data.ts'

type Json = Record<string, unknown>

/** An incident of `GET /incidents`; beside the webhook's fields it has assignments and counts. */
export function renderIncident(incident: PdIncident, account: Account): Json {
  const {
    number,
    assignees: _,
    ...shared
  } = incidentData(incident, account.serviceOf(incident), account.users)
  const named = (id: string): Json => reference('user', id, account.user(id)?.name ?? id)
  return {
    ...shared,
    incident_number: number,
    summary: `[#${incident.number}] ${incident.title}`,
    updated_at: incident.updated_at,
    resolved_at: incident.resolved_at,
    last_status_change_at: incident.resolved_at ?? incident.acknowledged_at ?? incident.created_at,
    alert_counts: {
      all: 1,
      triggered: incident.status === 'resolved' ? 0 : 1,
      resolved: incident.status === 'resolved' ? 1 : 0,
    },
    assigned_via: 'escalation_policy',
    assignments: incident.assignee_ids.map((id) => ({ at: incident.created_at, assignee: named(id) })),
    acknowledgements: incident.acknowledger_ids.map((id) => ({
      at: incident.acknowledged_at,
      acknowledger: named(id),
    })),
    pending_actions: [],
    is_mergeable: true,
  }
}

/** The incident's one alert; `alert_key` is the dedup key it was triggered with. */
export function renderAlert(incident: PdIncident, account: Account): Json {
  const service = account.serviceOf(incident)
  const { routing_key: _, ...event } = incident.opened_by
  return {
    ...reference('alert', incident.alert_id, incident.title),
    type: 'alert',
    alert_key: incident.dedup_key,
    status: incident.status === 'resolved' ? 'resolved' : 'triggered',
    severity: incident.severity,
    suppressed: false,
    created_at: incident.created_at,
    incident: reference('incident', incident.id, incident.title),
    service: reference('service', service.id, service.name),
    body: { type: 'alert_body', contexts: [], details: event },
  }
}

export function renderNote(note: PdNote): Json {
  return {
    id: note.id,
    user: reference('user', note.user.id, note.user.name),
    channel: { summary: 'The PagerDuty website or APIs' },
    content: note.content,
    created_at: note.created_at,
  }
}

export function renderLogEntry(entry: PdLogEntry, incident: PdIncident, account: Account): Json {
  const service = account.serviceOf(incident)
  const { agent } = entry
  return {
    id: entry.id,
    type: entry.type,
    summary: entry.summary,
    created_at: entry.created_at,
    agent:
      agent.kind === 'user'
        ? reference('user', agent.user.id, agent.user.name)
        : {
            ...reference('service', service.id, service.name),
            type: 'events_api_v2_inbound_integration_reference',
          },
    channel:
      entry.note === undefined
        ? { type: agent.kind === 'user' ? 'website' : 'api' }
        : { type: 'note', summary: entry.note },
    incident: reference('incident', incident.id, incident.title),
    service: reference('service', service.id, service.name),
    teams: [],
    contexts: [],
  }
}

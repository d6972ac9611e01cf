// The bodies of webhooks v3, field by field as captured from the real service.
import type { Actor, PdIncident, PdNote, PdService, PdUser, WebhookFact } from './types.ts'

const SITE = 'https://arrestor-sandbox.pagerduty.com'
const API = 'https://api.pagerduty.com'

type Reference = { id: string; type: string; self: string; html_url: string; summary: string }

/** A reference as REST and webhooks write it; `kind` is singular without `_reference`. */
export function reference(kind: string, id: string, summary: string): Reference {
  const plural = kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`
  const place = `${plural}/${id}`
  return { id, type: `${kind}_reference`, self: `${API}/${place}`, html_url: `${SITE}/${place}`, summary }
}

/** `data` of every event about an incident as such. `incident_key` is null for what the Events API opened. */
export function incidentData(
  incident: PdIncident,
  service: PdService,
  users: readonly PdUser[],
): Record<string, unknown> {
  const assignees = users.filter((user) => incident.assignee_ids.includes(user.id))
  return {
    id: incident.id,
    type: 'incident',
    self: `${API}/incidents/${incident.id}`,
    html_url: `${SITE}/incidents/${incident.id}`,
    number: incident.number,
    status: incident.status,
    incident_key: null,
    created_at: incident.created_at,
    title: incident.title,
    service: reference('service', service.id, service.name),
    assignees: assignees.map((user) => reference('user', user.id, user.name)),
    escalation_policy: reference(
      'escalation_policy',
      service.escalationPolicy.id,
      service.escalationPolicy.name,
    ),
    teams: [],
    priority: null,
    urgency: incident.urgency,
    conference_bridge: null,
    resolve_reason: null,
    incident_type: { name: 'incident_default' },
  }
}

/** `data` of `incident.annotated`. */
export function noteData(note: PdNote, incident: PdIncident): Record<string, unknown> {
  return {
    incident: reference('incident', incident.id, incident.title),
    id: note.id,
    content: note.content,
    trimmed: false,
    type: 'incident_note',
  }
}

/** The whole body: one event, in its envelope. */
export function envelope(id: string, fact: WebhookFact, service: PdService): Record<string, unknown> {
  return {
    event: {
      id,
      event_type: fact.event_type,
      resource_type: fact.resource_type,
      occurred_at: fact.occurred_at,
      agent: agentOf(fact.actor, service),
      client: fact.client,
      data: fact.data,
    },
  }
}

function agentOf(actor: Actor | null, service: PdService): Reference | null {
  if (actor === null) return null
  if (actor.kind === 'user') return reference('user', actor.user.id, actor.user.name)
  const id = `PINT${service.id}`
  const place = `services/${service.id}/integrations/${id}`
  return {
    id,
    type: 'inbound_integration_reference',
    self: `${API}/${place}`,
    html_url: `${SITE}/${place}`,
    summary: 'Events API V2',
  }
}

// The shapes of the sandbox's PagerDuty account: what is seeded, what is kept, what is told.

export type PdUser = { id: string; name: string; email: string }
export type PdService = {
  id: string
  name: string
  /** 32 letters and digits: the credential of the Events API. */
  routingKey: string
  escalationPolicy: { id: string; name: string }
}

export type PdStatus = 'triggered' | 'acknowledged' | 'resolved'

/** Who changed something: a person, the service's Events API integration, or the account's own automation. */
export type Actor = { kind: 'user'; user: PdUser } | { kind: 'integration' }

/** An accepted event: the body as it was sent, beside when it came and what it did. Times are ISO 8601. */
export type EventRecord = {
  received_at: string
  endpoint: 'enqueue' | 'change'
  effect: 'opened' | 'logged' | 'acknowledged' | 'resolved' | 'nothing'
  incident_id: string | null
  [field: string]: unknown
}

/** An event that was refused, with the status and the errors it was answered with. */
export type RejectedEvent = { received_at: string; status: number; errors: string[]; body: unknown }

export type PdNote = { id: string; user: PdUser; content: string; created_at: string }
export type PdLogEntry = {
  id: string
  type: string
  created_at: string
  agent: Actor
  summary: string
  note?: string
}

/** An incident with its one alert (alert grouping is not emulated). */
export type PdIncident = {
  id: string
  number: number
  title: string
  status: PdStatus
  urgency: 'high' | 'low'
  service_id: string
  /** The dedup key of the alert: REST calls it `alert_key`; the incident's own `incident_key` stays null. */
  dedup_key: string
  severity: string
  created_at: string
  updated_at: string
  acknowledged_at: string | null
  resolved_at: string | null
  assignee_ids: string[]
  acknowledger_ids: string[]
  client: { name: string; url?: string } | null
  alert_id: string
  /** The body of the event that opened it. */
  opened_by: Record<string, unknown>
  notes: PdNote[]
  log_entries: PdLogEntry[]
}

/** What a webhook will tell: rendered when it is sent for the first time, then repeated byte by byte. */
export type WebhookFact = {
  event_type: string
  resource_type: 'incident'
  occurred_at: string
  incident_id: string
  actor: Actor | null
  client: { name: string; url?: string } | null
  data: Record<string, unknown>
}

export type PersonResult = { ok: true } | { ok: false; error: string }

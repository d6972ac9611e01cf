// The account itself: incidents, their alerts and notes, and the rules by which they change.
import type {
  Actor,
  EventRecord,
  PdIncident,
  PdLogEntry,
  PdNote,
  PdService,
  PdStatus,
  PdUser,
  RejectedEvent,
  WebhookFact,
} from './types.ts'
import { isObject, type Json } from './event-rules.ts'
import { incidentData, noteData } from './webhook-data.ts'

/** What survives a restart. Numbers and ids go on from where they were. */
export type AccountData = {
  events: EventRecord[]
  rejected: RejectedEvent[]
  incidents: PdIncident[]
  sequence: number
}

export type AccountOptions = {
  services: PdService[]
  users: PdUser[]
  now: () => number
  /** Told of every change, for the state file and the page. */
  onChange: (what: string) => void
  /** Told of what PagerDuty would send a webhook about. */
  onFact: (fact: WebhookFact) => void
}

/** What a person's or a client's update asks for; undefined fields stay. */
export type IncidentUpdate = {
  status?: PdStatus
  title?: string
  resolution?: string
  assigneeIds?: string[]
}

export type Account = {
  data: AccountData
  services: readonly PdService[]
  users: readonly PdUser[]
  /** Milliseconds since 1970, on the account's clock. */
  now: () => number
  serviceOf: (incident: PdIncident) => PdService
  /** By id or by number. */
  incident: (id: string) => PdIncident | undefined
  user: (id: string) => PdUser | undefined
  receive: (event: Json) => EventRecord
  receiveChange: (event: Json) => EventRecord
  refuse: (status: number, errors: string[], body: unknown) => void
  update: (incident: PdIncident, change: IncidentUpdate, user: PdUser) => void
  /** Whether anything changed. */
  setStatus: (incident: PdIncident, status: PdStatus, actor: Actor) => boolean
  addNote: (incident: PdIncident, user: PdUser, content: string) => PdNote
  reset: () => void
}

/** An account, empty or as it was saved. Everything it is told happens at once. */
export function createAccount(options: AccountOptions, saved?: AccountData): Account {
  const { services, users } = options
  const data: AccountData = saved ?? emptyAccount()

  const isoNow = (): string => new Date(options.now()).toISOString()
  const nextId = (prefix: string): string => {
    data.sequence += 1
    return prefix + data.sequence.toString(36).toUpperCase().padStart(13, '0')
  }
  const serviceOf = (incident: PdIncident): PdService => {
    const service = services.find((candidate) => candidate.id === incident.service_id)
    if (service === undefined)
      throw new Error(`The state names service ${incident.service_id}, the seed does not`)
    return service
  }
  const log = (incident: PdIncident, type: string, agent: Actor, summary: string, note?: string): void => {
    const entry: PdLogEntry = { id: nextId('R'), type, created_at: isoNow(), agent, summary }
    incident.log_entries.push(note === undefined ? entry : { ...entry, note })
    incident.updated_at = entry.created_at
  }
  const tell = (
    incident: PdIncident,
    type: string,
    actor: Actor | null,
    told?: Record<string, unknown>,
  ): void => {
    options.onFact({
      event_type: `incident.${type}`,
      resource_type: 'incident',
      occurred_at: isoNow(),
      incident_id: incident.id,
      actor,
      // Real webhooks carry the sender's client on `triggered` alone.
      client: type === 'triggered' ? incident.client : null,
      data: told ?? incidentData(incident, serviceOf(incident), users),
    })
    options.onChange(`pagerduty ${type}`)
  }

  function open(service: PdService, event: Json, key: string): PdIncident {
    const payload = isObject(event['payload']) ? event['payload'] : {}
    const at = isoNow()
    const onCall = users[0]
    const incident: PdIncident = {
      id: nextId('Q'),
      number: data.incidents.length + 1,
      title: String(payload['summary']),
      status: 'triggered',
      urgency: 'high',
      service_id: service.id,
      dedup_key: key,
      severity: String(payload['severity']),
      created_at: at,
      updated_at: at,
      acknowledged_at: null,
      resolved_at: null,
      assignee_ids: onCall === undefined ? [] : [onCall.id],
      acknowledger_ids: [],
      client: clientOf(event),
      alert_id: nextId('Q'),
      opened_by: event,
      notes: [],
      log_entries: [],
    }
    data.incidents.push(incident)
    log(incident, 'trigger_log_entry', { kind: 'integration' }, 'Triggered through the Events API')
    tell(incident, 'triggered', { kind: 'integration' })
    return incident
  }

  function setStatus(incident: PdIncident, status: PdStatus, actor: Actor): boolean {
    if (incident.status === status) return false
    const reopened = incident.status === 'resolved'
    incident.status = status
    if (status === 'resolved') {
      incident.resolved_at = isoNow()
      incident.assignee_ids = []
      log(incident, 'resolve_log_entry', actor, 'Resolved')
      tell(incident, 'resolved', actor)
      return true
    }
    incident.resolved_at = null
    // Whoever acknowledges (or reopens) as a user gets the incident assigned.
    if (actor.kind === 'user') incident.assignee_ids = [actor.user.id]
    if (reopened) {
      log(incident, 'reopen_log_entry', actor, 'Reopened')
      tell(incident, 'reopened', actor)
    }
    if (status === 'acknowledged') {
      incident.acknowledged_at = isoNow()
      incident.acknowledger_ids = actor.kind === 'user' ? [actor.user.id] : []
      log(incident, 'acknowledge_log_entry', actor, 'Acknowledged')
      tell(incident, 'acknowledged', actor)
    } else {
      incident.acknowledged_at = null
      incident.acknowledger_ids = []
      if (!reopened) {
        log(incident, 'unacknowledge_log_entry', actor, 'Unacknowledged')
        tell(incident, 'unacknowledged', actor)
      }
    }
    return true
  }

  function addNote(incident: PdIncident, user: PdUser, content: string): PdNote {
    const note: PdNote = { id: nextId('Q'), user, content, created_at: isoNow() }
    incident.notes.push(note)
    log(incident, 'annotate_log_entry', { kind: 'user', user }, content, content)
    tell(incident, 'annotated', { kind: 'user', user }, noteData(note, incident))
    return note
  }

  /** One accepted alert event. Follow-ups find their alert only under the key *and* the routing key's service. */
  function receive(event: Json): EventRecord {
    const service = services.find((candidate) => candidate.routingKey === event['routing_key'])
    if (service === undefined) throw new Error('receive() takes events whose routing key was checked')
    const given = event['dedup_key']
    const key = typeof given === 'string' && given !== '' ? given : nextId('').toLowerCase().padStart(32, '0')
    const alive = data.incidents.find(
      (incident) =>
        incident.dedup_key === key && incident.service_id === service.id && incident.status !== 'resolved',
    )
    const record: EventRecord = {
      received_at: isoNow(),
      endpoint: 'enqueue',
      effect: 'nothing',
      incident_id: alive?.id ?? null,
      ...event,
      dedup_key: key,
    }
    data.events.push(record)
    const agent: Actor = { kind: 'integration' }
    if (event['event_action'] === 'trigger') {
      if (alive === undefined) {
        record.incident_id = open(service, event, key).id
        record.effect = 'opened'
      } else {
        // The title stays what it was; a repeated trigger is a line in the log.
        log(alive, 'trigger_log_entry', agent, 'Triggered again through the Events API')
        record.effect = 'logged'
      }
    } else if (alive !== undefined && event['event_action'] === 'acknowledge') {
      record.effect = setStatus(alive, 'acknowledged', agent) ? 'acknowledged' : 'nothing'
    } else if (alive !== undefined && event['event_action'] === 'resolve') {
      record.effect = setStatus(alive, 'resolved', agent) ? 'resolved' : 'nothing'
    }
    options.onChange('pagerduty event')
    return record
  }

  function receiveChange(event: Json): EventRecord {
    const record: EventRecord = {
      received_at: isoNow(),
      endpoint: 'change',
      effect: 'nothing',
      incident_id: null,
      ...event,
    }
    data.events.push(record)
    options.onChange('pagerduty change event')
    return record
  }

  function refuse(status: number, errors: string[], body: unknown): void {
    data.rejected.push({ received_at: isoNow(), status, errors, body })
    options.onChange('pagerduty refused an event')
  }

  /** Several fields in one call, as REST allows. The resolution becomes a note of its own, after the resolve. */
  function update(incident: PdIncident, change: IncidentUpdate, user: PdUser): void {
    const actor: Actor = { kind: 'user', user }
    if (change.title !== undefined) incident.title = change.title
    if (change.assigneeIds !== undefined) {
      incident.assignee_ids = change.assigneeIds
      log(incident, 'assign_log_entry', actor, 'Reassigned')
      tell(incident, 'reassigned', actor)
    }
    if (change.status !== undefined) setStatus(incident, change.status, actor)
    if (change.resolution !== undefined) addNote(incident, user, `Resolution Note: ${change.resolution}`)
    options.onChange('pagerduty update')
  }

  function reset(): void {
    Object.assign(data, emptyAccount())
    options.onChange('pagerduty reset')
  }

  return {
    data,
    services,
    users,
    now: options.now,
    serviceOf,
    incident: (id) => data.incidents.find((incident) => incident.id === id || String(incident.number) === id),
    user: (id) => users.find((user) => user.id === id),
    receive,
    receiveChange,
    refuse,
    update,
    setStatus,
    addNote,
    reset,
  }
}

function emptyAccount(): AccountData {
  return { events: [], rejected: [], incidents: [], sequence: 0 }
}

function clientOf(event: Json): PdIncident['client'] {
  if (typeof event['client'] !== 'string') return null
  const url = event['client_url']
  return typeof url === 'string' ? { name: event['client'], url } : { name: event['client'] }
}

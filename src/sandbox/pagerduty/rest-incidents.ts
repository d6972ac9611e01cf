// The REST endpoints about incidents: find, read, change, notes, alerts, log.
import type { IncidentUpdate } from './account.ts'
import { isObject } from './event-rules.ts'
import type { Reply } from './http.ts'
import { pageOf } from './rest-pages.ts'
import { failure } from './rest-error.ts'
import { renderAlert, renderIncident, renderLogEntry, renderNote } from './rest-render.ts'
import type { RestRequest } from './rest-routes.ts'
import type { PdIncident, PdStatus } from './types.ts'

const MONTH_MS = 30 * 24 * 3600 * 1000
const STATUSES = ['triggered', 'acknowledged', 'resolved']

/** Without a filter this is every incident of the last month: so is it with an *empty* `incident_key`. */
export function listIncidents({ account, query }: RestRequest, now: number): Reply {
  const key = query.get('incident_key') ?? ''
  const statuses = query.getAll('statuses[]')
  const serviceIds = query.getAll('service_ids[]')
  const since = query.get('since')
  const until = query.get('until')
  const allTime = query.get('date_range') === 'all'
  const from = allTime ? 0 : since === null ? now - MONTH_MS : Date.parse(since)
  const to = allTime || until === null ? Number.POSITIVE_INFINITY : Date.parse(until)
  const found = account.data.incidents.filter((incident) => {
    const created = Date.parse(incident.created_at)
    return (
      (key === '' || incident.dedup_key === key) &&
      (statuses.length === 0 || statuses.includes(incident.status)) &&
      (serviceIds.length === 0 || serviceIds.includes(incident.service_id)) &&
      created >= from &&
      created < to
    )
  })
  if (query.get('sort_by') === 'created_at:desc') found.reverse()
  const { items, ...page } = pageOf(found, query)
  return {
    status: 200,
    body: { incidents: items.map((incident) => renderIncident(incident, account)), ...page },
  }
}

export function readIncident(request: RestRequest): Reply {
  return { status: 200, body: { incident: renderIncident(incidentOf(request), request.account) } }
}

export function changeIncident(request: RestRequest): Reply {
  const incident = incidentOf(request)
  const user = request.requester()
  const asked = isObject(request.body) ? request.body['incident'] : undefined
  if (!isObject(asked) || typeof asked['type'] !== 'string')
    return failure(400, 2001, 'Invalid Input Provided', ['Incident must be an object with a type'])
  const update: IncidentUpdate = {}
  const status = asked['status']
  if (status !== undefined) {
    if (typeof status !== 'string' || !STATUSES.includes(status))
      return failure(400, 2001, 'Invalid Input Provided', ['Status is invalid'])
    if (status === 'resolved' && incident.status === 'resolved')
      return failure(400, 1001, 'Incident Already Resolved')
    if (status === 'acknowledged' && incident.status === 'acknowledged')
      return failure(400, 1002, 'Incident Already Acknowledged')
    update.status = status as PdStatus
  }
  if (typeof asked['title'] === 'string') update.title = asked['title']
  if (typeof asked['resolution'] === 'string') update.resolution = asked['resolution']
  if (Array.isArray(asked['assignments'])) {
    update.assigneeIds = asked['assignments'].map((entry: unknown) => {
      const assignee = isObject(entry) && isObject(entry['assignee']) ? entry['assignee'] : {}
      const id = String(assignee['id'])
      if (request.account.user(id) === undefined) throw failure(400, 1007, 'Assignee Not Found')
      return id
    })
  }
  request.account.update(incident, update, user)
  return { status: 200, body: { incident: renderIncident(incident, request.account) } }
}

export function listNotes(request: RestRequest): Reply {
  return { status: 200, body: { notes: incidentOf(request).notes.map(renderNote) } }
}

export function createNote(request: RestRequest): Reply {
  const incident = incidentOf(request)
  const user = request.requester()
  const note = isObject(request.body) ? request.body['note'] : undefined
  const content = isObject(note) ? note['content'] : undefined
  if (typeof content !== 'string' || content.trim() === '')
    return failure(400, 2001, 'Invalid Input Provided', ["Content can't be blank"])
  return { status: 200, body: { note: renderNote(request.account.addNote(incident, user, content)) } }
}

export function listAlerts(request: RestRequest): Reply {
  const incident = incidentOf(request)
  const key = request.query.get('alert_key')
  const alerts = key === null || key === incident.dedup_key ? [renderAlert(incident, request.account)] : []
  const { items, ...page } = pageOf(alerts, request.query)
  return { status: 200, body: { alerts: items, ...page } }
}

export function listLogEntries(request: RestRequest): Reply {
  const incident = incidentOf(request)
  const since = request.query.get('since')
  const entries = incident.log_entries
    .filter((entry) => since === null || entry.created_at >= since)
    .toReversed()
  const { items, ...page } = pageOf(entries, request.query)
  return {
    status: 200,
    body: {
      log_entries: items.map((entry) => renderLogEntry(entry, incident, request.account)),
      ...page,
    },
  }
}

function incidentOf(request: RestRequest): PdIncident {
  const incident = request.account.incident(request.id)
  if (incident === undefined) throw failure(404, 2100, 'Not Found')
  return incident
}

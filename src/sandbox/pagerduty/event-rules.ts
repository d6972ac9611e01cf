// What the Events API v2 accepts: the rules and the wording of its refusals.

const SEVERITIES = ['critical', 'error', 'warning', 'info']
const ACTIONS = ['trigger', 'acknowledge', 'resolve']
/** Characters, not bytes. */
const MAX_SUMMARY = 1024
const MAX_DEDUP_KEY = 255

/** The payload limit of both endpoints, in bytes of the encoded body ("512 KB"). */
export const MAX_EVENT_BYTES = 512 * 1024

export type Json = Record<string, unknown>

/** Whether a parsed body is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The errors of an alert event, empty if it is valid. Wording as the real service answers. */
export function eventErrors(event: Json): string[] {
  const errors = routingKeyErrors(event['routing_key'])
  const action = event['event_action']
  if (blank(action)) errors.push("'event_action' is missing or blank")
  else if (!ACTIONS.includes(String(action)))
    errors.push("'event_action' is invalid (must be one of: 'trigger', 'acknowledge' or 'resolve')")
  const key = event['dedup_key']
  if (action === 'acknowledge' || action === 'resolve') {
    if (blank(key)) errors.push("'dedup_key' is missing or blank")
  }
  if (key !== undefined && key !== null && typeof key !== 'string')
    errors.push("'dedup_key' is invalid (must be a string)")
  if (typeof key === 'string' && length(key) > MAX_DEDUP_KEY)
    errors.push(`'dedup_key' is too long (maximum is ${MAX_DEDUP_KEY} characters)`)
  if (action === 'trigger') errors.push(...payloadErrors(event['payload']))
  errors.push(...contextErrors(event))
  return errors
}

/** The errors of a change event: a summary is all that its payload must have. */
export function changeErrors(event: Json): string[] {
  const errors = routingKeyErrors(event['routing_key'])
  const payload = event['payload']
  if (!isObject(payload)) return [...errors, "'payload' is missing or blank"]
  return [...errors, ...summaryErrors(payload['summary']), ...timestampErrors(payload['timestamp'])]
}

function payloadErrors(payload: unknown): string[] {
  if (!isObject(payload)) return ["'payload' is missing or blank"]
  const errors = summaryErrors(payload['summary'])
  if (blank(payload['source'])) errors.push("'payload.source' is missing or blank")
  if (blank(payload['severity'])) errors.push("'payload.severity' is missing or blank")
  else if (!SEVERITIES.includes(String(payload['severity'])))
    errors.push("'payload.severity' is invalid (must be one of: 'critical', 'error', 'warning' or 'info')")
  const details = payload['custom_details']
  if (details !== undefined && details !== null && !isObject(details))
    errors.push("'payload.custom_details' is invalid (must be an object)")
  return [...errors, ...timestampErrors(payload['timestamp'])]
}

function summaryErrors(summary: unknown): string[] {
  if (blank(summary)) return ["'payload.summary' is missing or blank"]
  if (length(String(summary)) <= MAX_SUMMARY) return []
  return [`'summary' is too long (maximum is ${MAX_SUMMARY} characters)`]
}

function timestampErrors(timestamp: unknown): string[] {
  if (timestamp === undefined || timestamp === null) return []
  if (typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp))) return []
  return ["'payload.timestamp' is invalid (must be ISO 8601)"]
}

function contextErrors(event: Json): string[] {
  const errors: string[] = []
  for (const [list, field] of [
    ['links', 'href'],
    ['images', 'src'],
  ] as const) {
    const entries = event[list]
    if (entries === undefined || entries === null) continue
    if (!Array.isArray(entries)) errors.push(`'${list}' is invalid (must be an array)`)
    else if (entries.some((entry) => !isObject(entry) || blank(entry[field])))
      errors.push(`'${list}.${field}' is missing or blank`)
  }
  return errors
}

function routingKeyErrors(key: unknown): string[] {
  if (blank(key) || typeof key !== 'string') return ["'routing_key' is missing or blank"]
  const errors: string[] = []
  if (key.length !== 32) errors.push("Length of 'routing_key' is incorrect (should be 32 characters)")
  if (!/^[A-Za-z0-9]*$/.test(key)) errors.push("'routing_key' cannot contain non-alphanumeric characters.")
  return errors
}

function blank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** Code points, which is what the service's limits count. */
function length(text: string): number {
  return Array.from(text).length
}

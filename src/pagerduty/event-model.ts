// Events as PagerDuty takes them, built from what we know of an incident.

export type Severity = 'critical' | 'error' | 'warning' | 'info'
export type Link = { href: string; text?: string }
export type Image = { src: string; href?: string; alt?: string }

export type TriggerEvent = {
  routing_key: string
  event_action: 'trigger'
  dedup_key: string
  client: string
  client_url?: string
  payload: {
    summary: string
    source: string
    severity: Severity
    timestamp?: string
    component?: string
    group?: string
    class?: string
    custom_details?: Record<string, unknown>
  }
  links?: Link[]
  images?: Image[]
}
export type FollowUpEvent = {
  routing_key: string
  event_action: 'acknowledge' | 'resolve'
  dedup_key: string
}
export type PagerDutyEvent = TriggerEvent | FollowUpEvent

export type TriggerInput = {
  routingKey: string
  dedupKey: string
  summary: string
  /** What is affected: the job, else the host, else the platform. Never empty on the wire. */
  source: string
  /** Ours (critical, high, medium, low) or PagerDuty's own; unknown words become `warning`. */
  severity: string
  at?: Date
  component?: string
  group?: string
  class?: string
  details?: Record<string, unknown>
  /** The card or the incident's page: the webhook of the opened incident brings it back to us. */
  url?: string
  links?: Link[]
  images?: Image[]
}

export const CLIENT = 'Arrestor'

/** Characters of a summary; PagerDuty counts code points and refuses more. */
const MAX_SUMMARY = 1024
const SEVERITIES = new Map<string, Severity>([
  ['critical', 'critical'],
  ['high', 'error'],
  ['error', 'error'],
  ['medium', 'warning'],
  ['warning', 'warning'],
  ['low', 'info'],
  ['info', 'info'],
])

/** Opens a page, or repeats it: PagerDuty folds a second trigger under the same key into the first. */
export function buildTrigger(input: TriggerInput): TriggerEvent {
  const links = input.links?.filter(({ href }) => href !== '') ?? []
  const images = input.images?.filter(({ src }) => src.startsWith('https://')) ?? []
  return {
    routing_key: input.routingKey,
    event_action: 'trigger',
    dedup_key: checkedKey(input.dedupKey),
    client: CLIENT,
    ...given('client_url', input.url),
    payload: {
      summary: shorten(inPlace(input.summary, 'Incident without a title'), MAX_SUMMARY),
      source: inPlace(input.source, 'arrestor'),
      severity: SEVERITIES.get(input.severity.toLowerCase()) ?? 'warning',
      ...given('timestamp', input.at?.toISOString()),
      ...given('component', input.component),
      ...given('group', input.group),
      ...given('class', input.class),
      ...given('custom_details', input.details),
    },
    ...(links.length === 0 ? {} : { links }),
    ...(images.length === 0 ? {} : { images }),
  }
}

/** Says that a person has taken it. Dropped by PagerDuty, with a 202, when nothing is open under the key. */
export function buildAcknowledge(routingKey: string, dedupKey: string): FollowUpEvent {
  return { routing_key: routingKey, event_action: 'acknowledge', dedup_key: checkedKey(dedupKey) }
}

/** Ends it. Needs the routing key that opened it: under another one PagerDuty silently drops it. */
export function buildResolve(routingKey: string, dedupKey: string): FollowUpEvent {
  return { routing_key: routingKey, event_action: 'resolve', dedup_key: checkedKey(dedupKey) }
}

/** At most `max` code points, the last one an ellipsis where something was cut; no character is split. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text
  const points = Array.from(text)
  return points.length <= max ? text : `${points.slice(0, max - 1).join('')}…`
}

function checkedKey(key: string): string {
  if (key.trim() === '' || key.length > 255) throw new Error('A dedup key has 1 to 255 characters')
  return key
}

function inPlace(text: string, instead: string): string {
  return text.trim() === '' ? instead : text
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined || value === '' ? {} : { [key]: value }) as { [P in K]?: V }
}

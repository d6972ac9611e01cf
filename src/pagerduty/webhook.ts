// What a webhook v3 says, in the few words that matter to us.
import { webhookIncidentSchema, webhookSchema } from './schema.ts'

export type WebhookStatus = 'triggered' | 'acknowledged' | 'resolved'

/** A webhook about an incident of PagerDuty's. */
export type IncidentWebhook = {
  /** Of the event; the delivery's own id is in `X-Webhook-Id`. Neither is kept: a replay does nothing by itself. */
  eventId: string
  /** `incident.acknowledged` and so on; types that we do not know come through as they are. */
  type: string
  /** PagerDuty's order key: deliveries of different incidents overtake each other. */
  occurredAt: Date
  pagerDutyId: string
  number: number | null
  title: string | null
  /** The state after the change; null when the event is not about the incident itself (notes, responders). */
  status: WebhookStatus | null
  url: string | null
  serviceId: string | null
  /** Our own link, on `incident.triggered` of an incident that we opened; null on everything later. */
  clientUrl: string | null
  /** The person who did it; null for the Events API, timeouts and automation. */
  agent: { id: string; name: string | null } | null
  assignees: string[]
  /** The incident this one was merged into, which lives on when this one is told as resolved. */
  mergedInto: string | null
  /** The text of a note or status update. */
  note: string | null
}

/**
 * Reads a parsed body. `ping` and `other` (services, and whatever PagerDuty invents) want a 2xx like the
 * rest: a 4xx makes PagerDuty drop the webhook, three of them disable the subscription for a day.
 * `unreadable` is no webhook v3 at all.
 */
export function readWebhook(
  body: unknown,
): { kind: 'incident'; webhook: IncidentWebhook } | { kind: 'ping' | 'other' | 'unreadable' } {
  const parsed = webhookSchema.safeParse(body)
  if (!parsed.success) return { kind: 'unreadable' }
  const { event } = parsed.data
  if (event.event_type === 'pagey.ping') return { kind: 'ping' }
  const about = webhookIncidentSchema.safeParse(
    event.data.type === 'incident' ? event.data : event.data['incident'],
  ).data
  const occurredAt = new Date(event.occurred_at)
  if (!event.event_type.startsWith('incident.') || about === undefined || Number.isNaN(occurredAt.getTime()))
    return { kind: 'other' }
  const person = event.agent?.type === 'user_reference' ? event.agent : undefined
  return {
    kind: 'incident',
    webhook: {
      eventId: event.id,
      type: event.event_type,
      occurredAt,
      pagerDutyId: about.id,
      number: about.number ?? null,
      title: about.title ?? null,
      status: about.status ?? null,
      url: about.html_url ?? null,
      serviceId: about.service?.id ?? null,
      clientUrl: event.client?.url ?? null,
      agent: person === undefined ? null : { id: person.id, name: person.summary ?? null },
      assignees: about.assignees?.map(({ id }) => id) ?? [],
      mergedInto: about.resolve_reason?.incident?.id ?? null,
      note: event.data.content ?? event.data.message ?? null,
    },
  }
}

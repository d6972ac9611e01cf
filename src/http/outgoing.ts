// Outgoing webhooks: versioned events to whoever subscribes, signed, repeated until taken, each with an id to know it by.
import { createHmac } from 'node:crypto'
import axios from 'axios'
import { reasonOf } from '../errors.ts'
import { DESTINATIONS } from '../flow/destinations.ts'
import type { Notifier, OutboxRow, SendResult } from '../store/outbox.ts'

export interface Subscriber {
  readonly url: string
  readonly secret: string
  /** Null: the events of all teams. */
  readonly teams: readonly string[] | null
}

const TIMEOUT_MS = 10_000
/** A subscriber that is down for longer than about a day loses the event: the API still has the incident. */
const MAX_ATTEMPTS = 1_500

/**
 * Delivers an event to every subscriber of its team. When one of several fails, all are sent to again: receivers know
 * an event by `X-Arrestor-Delivery` and may see it more than once (docs/extending/events.md says so).
 */
export function eventNotifier(subscribers: readonly Subscriber[]): Notifier {
  return {
    destination: DESTINATIONS.event,
    mode: 'ordered',
    concurrency: 4,
    leaseMs: 30_000,
    send: (payload, row, signal) => sendAll(subscribers, payload as EventPayload, row, signal),
  }
}

interface EventPayload {
  readonly type: string
  readonly team: string
  readonly data: unknown
  readonly at: string
}

async function sendAll(
  subscribers: readonly Subscriber[],
  payload: EventPayload,
  row: OutboxRow,
  signal: AbortSignal,
): Promise<SendResult> {
  const body = JSON.stringify({ id: row.id, type: payload.type, at: payload.at, data: payload.data })
  for (const subscriber of subscribers) {
    if (subscriber.teams !== null && !subscriber.teams.includes(payload.team)) continue
    try {
      await axios.post(subscriber.url, body, {
        timeout: TIMEOUT_MS,
        signal,
        maxRedirects: 0,
        maxContentLength: 64 * 1024,
        responseType: 'text',
        headers: {
          'content-type': 'application/json',
          'x-arrestor-event': payload.type,
          'x-arrestor-delivery': String(row.id),
          'x-arrestor-signature': `v1=${sign(subscriber.secret, body)}`,
        },
      })
    } catch (error) {
      const reason = `${new URL(subscriber.url).host}: ${reasonOf(error)}`
      return row.attempts >= MAX_ATTEMPTS ? { kind: 'dead', reason } : { kind: 'retry', reason }
    }
  }
  return { kind: 'delivered' }
}

/** Hex HMAC-SHA256 of the raw body. */
export function sign(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

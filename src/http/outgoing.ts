// Outgoing webhooks: versioned events to whoever subscribes, signed, repeated until taken, each with an id to know it by.
import { createHmac } from 'node:crypto'
import axios, { isAxiosError } from 'axios'
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
/** The longest wait that a subscriber may ask for. */
const MAX_WAIT_MS = 3_600_000

/**
 * Delivers an event to every subscriber of its team. When one of several fails, all are sent to again: receivers know
 * an event by `X-Arrestor-Delivery` and may see it more than once (docs/extending/adding-an-event.md says so).
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
        headers: signedHeaders(payload.type, String(row.id), subscriber.secret, body),
      })
    } catch (error) {
      return failureOf(new URL(subscriber.url).host, error, row)
    }
  }
  return { kind: 'delivered' }
}

/** Without a status nobody knows whether the event arrived; with one, it was not taken. */
function failureOf(host: string, error: unknown, row: OutboxRow): SendResult {
  const reason = `${host}: ${reasonOf(error)}`
  if (row.attempts >= MAX_ATTEMPTS) return { kind: 'dead', reason }
  const answer = isAxiosError(error) ? error.response : undefined
  if (answer === undefined) return { kind: 'unknown', reason }
  const wait = retryAfterMs(answer.headers['retry-after'])
  return { kind: 'retry', reason, ...(wait === null ? {} : { afterMs: wait }) }
}

/** Seconds as in `Retry-After: 30`, at most an hour of them; other forms are left to our own backoff. */
function retryAfterMs(header: unknown): number | null {
  const seconds = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0
  return seconds === 0 ? null : Math.min(seconds * 1_000, MAX_WAIT_MS)
}

/** What every webhook of ours bears: what it is, which one it is, and the proof that it is ours. */
export function signedHeaders(
  type: string,
  id: string,
  secret: string,
  body: string,
): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'x-arrestor-event': type,
    'x-arrestor-delivery': id,
    'x-arrestor-signature': `v1=${sign(secret, body)}`,
  }
}

/** Hex HMAC-SHA256 of the raw body. */
export function sign(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

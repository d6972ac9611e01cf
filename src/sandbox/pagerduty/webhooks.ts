// Sends webhooks v3: signed, in order for each incident, again until the receiver takes them.
import { createHmac, randomUUID } from 'node:crypto'
import type { PdService, WebhookFact } from './types.ts'
import { envelope } from './webhook-data.ts'

export type WebhookOptions = {
  url: string
  /** The key of the signature, as it is given (not decoded). */
  secret: string
  /** Milliseconds before each further attempt, the last one repeating. The real service goes on for 48 h. */
  retryDelaysMs?: number[]
  /** How long the receiver may take, in milliseconds; 5 s as with the real service. */
  timeoutMs?: number
}

export type WebhookSender = {
  send: (fact: WebhookFact, service: PdService) => void
  /** Deliveries tried, taken (2xx) and given up (4xx: permanent, as with the real service). */
  counts: () => { attempts: number; delivered: number; dropped: number; waiting: number }
  /** Resolves when nothing is under way or waiting. */
  idle: () => Promise<void>
  close: () => Promise<void>
}

const RETRY_DELAYS_MS = [500, 1000, 2000, 5000]
const TIMEOUT_MS = 5000
const SUBSCRIPTION_ID = 'PSANDBOXHOOK'

/** `v1=` and the hex HMAC-SHA256 of the raw body, as in `X-PagerDuty-Signature`. */
export function sign(body: string, secret: string): string {
  return `v1=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/**
 * A sender to one URL. A webhook that fails holds back only the later ones of the same incident; every
 * attempt of one webhook has the same `X-Webhook-Id` and the same bytes.
 */
export function createWebhookSender(options: WebhookOptions): WebhookSender {
  const delays = options.retryDelaysMs ?? RETRY_DELAYS_MS
  const queues = new Map<string, Promise<void>>()
  const stop = new AbortController()
  const counted = { attempts: 0, delivered: 0, dropped: 0, waiting: 0 }

  async function attempt(id: string, body: string): Promise<'delivered' | 'dropped' | 'again'> {
    counted.attempts += 1
    try {
      const reply = await fetch(options.url, {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)]),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'PagerDuty-Webhook/V3.0',
          'x-pagerduty-signature': sign(body, options.secret),
          'x-webhook-id': id,
          'x-webhook-subscription': SUBSCRIPTION_ID,
        },
      })
      await reply.arrayBuffer()
      if (reply.ok) return 'delivered'
      return reply.status === 429 || reply.status >= 500 ? 'again' : 'dropped'
    } catch {
      // A timeout, a refused connection or an unknown host: all are tried again.
      return 'again'
    }
  }

  async function deliver(body: string): Promise<void> {
    const id = randomUUID()
    for (let tries = 0; !stop.signal.aborted; tries += 1) {
      const outcome = await attempt(id, body)
      if (outcome !== 'again') {
        counted[outcome] += 1
        return
      }
      await pause(delays[Math.min(tries, delays.length - 1)] ?? 0, stop.signal)
    }
  }

  return {
    send(fact, service) {
      const body = JSON.stringify(envelope(randomUUID(), fact, service))
      counted.waiting += 1
      const before = queues.get(fact.incident_id) ?? Promise.resolve()
      const mine = before
        .then(async () => await deliver(body))
        .finally(() => {
          counted.waiting -= 1
          if (queues.get(fact.incident_id) === mine) queues.delete(fact.incident_id)
        })
      queues.set(fact.incident_id, mine)
    },
    counts: () => ({ ...counted }),
    async idle() {
      while (queues.size > 0) await Promise.all(queues.values())
    },
    async close() {
      stop.abort()
      await Promise.all(queues.values())
    },
  }
}

/** A wait that ends at once when stopped. */
async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  if (stopped.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resolve()
    }
    stopped.addEventListener('abort', done)
  })
}

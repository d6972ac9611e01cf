// One attempt to hand an event to PagerDuty, and what its answer means for the row that asked for it.
import { fitEvent } from './event-size.ts'
import type { PagerDutyEvent } from './event-model.ts'
import { redactKeys } from './redact.ts'
import { eventReplySchema } from './schema.ts'
import { postEvent, type Connection } from './transport.ts'
import { retryAfterMs } from './retry-after.ts'

export type EventsConfig = {
  connection: Connection
  /** `https://events.pagerduty.com`, or what stands in for it; without `/v2/enqueue`. */
  eventsUrl: string
}

/**
 * What became of one attempt. `accepted`: PagerDuty has it (not yet: an incident exists). `retry`: the same
 * event may and must be sent again under the same dedup key. `rejected`: repeating it changes nothing.
 */
export type EventOutcome =
  | { kind: 'accepted'; dedupKey: string; shortened: string[] }
  | {
      kind: 'retry'
      reason: 'rate_limited' | 'server' | 'network' | 'timeout'
      retryAfterMs?: number
      detail: string
    }
  | { kind: 'rejected'; status: number; errors: string[] }

/**
 * Sends one event once. Never throws for what the network or PagerDuty do, and never repeats: the outbox
 * does, from its own table. An event too large even when shortened is `rejected` with status 413, unsent.
 */
export async function sendEvent(config: EventsConfig, event: PagerDutyEvent): Promise<EventOutcome> {
  const clean = (text: string): string => redactKeys(text, [event.routing_key])
  const fitted = fitEvent(event)
  if (fitted === undefined)
    return { kind: 'rejected', status: 413, errors: ['The event is larger than 512,000 bytes'] }
  const attempt = await postEvent(config.connection, config.eventsUrl, fitted.event)
  if (attempt.kind === 'failed')
    return { kind: 'retry', reason: attempt.reason, detail: clean(attempt.detail) }
  const { status, headers } = attempt
  const reply = eventReplySchema.safeParse(attempt.body).data
  if (status >= 200 && status < 300)
    return { kind: 'accepted', dedupKey: reply?.dedup_key ?? event.dedup_key, shortened: fitted.shortened }
  const errors = [reply?.message ?? `PagerDuty answered ${status}`, ...(reply?.errors ?? [])].map(clean)
  if (status === 429) {
    const wait = retryAfterMs(headers)
    const detail = 'PagerDuty takes no more events of this service for now (429)'
    return {
      kind: 'retry',
      reason: 'rate_limited',
      detail,
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    }
  }
  if (status >= 500 || status === 408)
    return { kind: 'retry', reason: 'server', detail: `${status}: ${errors.join('; ')}` }
  return { kind: 'rejected', status, errors }
}

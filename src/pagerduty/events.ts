// One attempt to hand an event to PagerDuty, and what its answer means for the row that asked for it.
import { bareEvent, fitEvent, type FittedEvent, type Part } from './event-size.ts'
import type { PagerDutyEvent } from './event-model.ts'
import { redactKeys } from './redact.ts'
import { eventReplySchema } from './schema.ts'
import { isSuccess, postEvent, type Connection } from './transport.ts'
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
  | { kind: 'accepted'; dedupKey: string; shortened: Part[] }
  | {
      kind: 'retry'
      reason: 'rate_limited' | 'server' | 'network' | 'timeout'
      retryAfterMs?: number
      detail: string
    }
  | { kind: 'rejected'; status: number; errors: string[] }

/**
 * Sends one event once. Never throws for what the network or PagerDuty do, and never repeats: the outbox
 * does, from its own table. The one exception is 413: something between us and PagerDuty may have a lower
 * limit than PagerDuty, so the bare page is sent at once; a page without details beats none.
 */
export async function sendEvent(config: EventsConfig, event: PagerDutyEvent): Promise<EventOutcome> {
  const fitted = fitEvent(event)
  if (fitted === undefined)
    return { kind: 'rejected', status: 413, errors: ['The event is larger than 512,000 bytes'] }
  const outcome = await attempt(config, fitted)
  const bare = bareEvent(fitted.event)
  if (outcome.kind !== 'rejected' || outcome.status !== 413 || bare.shortened.length === 0) return outcome
  return await attempt(config, { ...bare, shortened: [...fitted.shortened, ...bare.shortened] })
}

async function attempt(config: EventsConfig, { event, shortened }: FittedEvent): Promise<EventOutcome> {
  const clean = (text: string): string => redactKeys(text, [event.routing_key])
  const answer = await postEvent(config.connection, config.eventsUrl, event)
  if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason, detail: clean(answer.detail) }
  const { status, headers } = answer
  const reply = eventReplySchema.safeParse(answer.body).data
  if (isSuccess(status) && reply?.status === 'success')
    return { kind: 'accepted', dedupKey: reply.dedup_key ?? event.dedup_key, shortened }
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
  if (status === 413) return { kind: 'rejected', status, errors: ['The event is too large (413)'] }
  // Only PagerDuty itself may end a page for good. A proxy's login page, whatever its status, may not.
  if (reply?.status === undefined || status >= 500 || status === 408 || isSuccess(status)) {
    const said = reply?.message === undefined ? '' : `: ${clean(reply.message)}`
    return { kind: 'retry', reason: 'server', detail: `PagerDuty answered ${status}${said}` }
  }
  const errors = [reply.message ?? reply.status, ...(reply.errors ?? [])].map(clean)
  return { kind: 'rejected', status, errors }
}

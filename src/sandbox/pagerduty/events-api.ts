// The Events API v2 of the sandbox: POST /v2/enqueue and POST /v2/change/enqueue.
import type { IncomingMessage } from 'node:http'
import type { Account } from './account.ts'
import { changeErrors, eventErrors, isObject, MAX_EVENT_BYTES } from './event-rules.ts'
import { parseJson, readBody, type Reply } from './http.ts'
import type { RateWindow } from './rate-window.ts'

/** Events a minute and routing key that the real service takes before it answers 429. */
export const EVENTS_PER_MINUTE = 120

/**
 * The answer to one event, after its effect. Acceptance (202) says nothing about an incident, as with the
 * real service: a resolve for an unknown key is accepted and does nothing.
 */
export async function answerEvent(
  request: IncomingMessage,
  endpoint: 'enqueue' | 'change',
  account: Account,
  rate: RateWindow | undefined,
): Promise<Reply> {
  const raw = await readBody(request, MAX_EVENT_BYTES)
  if (raw === undefined) {
    account.refuse(413, ['Payload too large'], null)
    return { status: 413, body: 'Payload Too Large' }
  }
  const event = parseJson(raw)
  if (!isObject(event)) {
    account.refuse(400, ['JSON parse error'], raw.toString('utf8').slice(0, 1000))
    return {
      status: 400,
      body: {
        status: 'Unrecognized object',
        message: 'Event object format is unrecognized',
        errors: ['JSON parse error'],
      },
    }
  }
  const errors = endpoint === 'change' ? changeErrors(event) : eventErrors(event)
  const known = account.services.some((service) => service.routingKey === event['routing_key'])
  if (errors.length === 0 && !known) errors.push('Invalid routing key')
  if (errors.length > 0) {
    account.refuse(400, errors, event)
    return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } }
  }
  const wait = rate?.take(String(event['routing_key']))
  if (wait !== undefined && wait > 0) {
    account.refuse(429, ['Rate limit exceeded'], event)
    return {
      status: 429,
      body: { status: 'throttle exceeded', message: 'Requests for this service are arriving too quickly.' },
    }
  }
  if (endpoint === 'change') {
    account.receiveChange(event)
    return { status: 202, body: { status: 'success', message: 'Change event processed' } }
  }
  const record = account.receive(event)
  return {
    status: 202,
    body: { status: 'success', message: 'Event processed', dedup_key: record['dedup_key'] },
  }
}

import type { RequestListener } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildAcknowledge, buildResolve, buildTrigger } from '../../src/pagerduty/event-model.ts'
import { dedupKeyOf } from '../../src/escalation/dedup-key.ts'
import { sendEvent, type EventsConfig } from '../../src/pagerduty/events.ts'
import { closeConnection, createConnection, type Connection } from '../../src/pagerduty/transport.ts'
import type { PagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import { DATA_KEY, startAccount, STREAM_KEY } from '../sandbox/pagerduty/account.ts'
import { closeStandIns, standIn } from './stand-in.ts'

let pagerDuty: PagerDutyServer
let connection: Connection
let config: EventsConfig
const KEY = dedupKeyOf('data-platform', 'INC-1')
const TRIGGER = buildTrigger({
  routingKey: DATA_KEY,
  dedupKey: KEY,
  summary: 'Executor out of memory in nightly_orders',
  source: 'nightly_orders',
  severity: 'critical',
})

beforeEach(async () => {
  pagerDuty = await startAccount()
  connection = createConnection({ ca: pagerDuty.ca, timeoutMs: 5000 })
  config = { connection, eventsUrl: pagerDuty.baseUrl }
})
afterEach(async () => {
  closeConnection(connection)
  await pagerDuty.close()
  closeStandIns()
})

/** Events to something in the way that is not PagerDuty. */
async function inTheWay(listener: RequestListener, tls = true): Promise<EventsConfig> {
  const { url, ca } = await standIn(listener, tls)
  return { connection: createConnection({ ca, timeoutMs: 5000 }), eventsUrl: url }
}

const calls = (): number => pagerDuty.state().calls['POST /v2/enqueue'] ?? 0

describe('the way of a page', () => {
  test('a trigger over TLS opens an incident; acknowledge and resolve follow it by the key', async () => {
    expect(await sendEvent(config, TRIGGER)).toEqual({ kind: 'accepted', dedupKey: KEY, shortened: [] })
    expect(pagerDuty.state().incidents).toMatchObject([
      { title: 'Executor out of memory in nightly_orders', status: 'triggered', dedup_key: KEY },
    ])
    expect(await sendEvent(config, buildAcknowledge(DATA_KEY, KEY))).toMatchObject({ kind: 'accepted' })
    expect(pagerDuty.state().incidents[0]?.status).toBe('acknowledged')
    expect(await sendEvent(config, buildResolve(DATA_KEY, KEY))).toMatchObject({ kind: 'accepted' })
    expect(pagerDuty.state().incidents[0]?.status).toBe('resolved')
  })

  test('a resolve under another routing key is accepted and dropped', async () => {
    await sendEvent(config, TRIGGER)
    expect(await sendEvent(config, buildResolve(STREAM_KEY, KEY))).toMatchObject({ kind: 'accepted' })
    expect(pagerDuty.state().incidents[0]?.status).toBe('triggered')
  })

  test('an authority that we were not told of is refused, not trusted', async () => {
    const stranger: EventsConfig = { ...config, connection: createConnection({ timeoutMs: 5000 }) }
    const outcome = await sendEvent(stranger, TRIGGER)
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'network' })
    expect(pagerDuty.state().incidents).toEqual([])
  })

  test('a plain http address is a relay: same body, no token', async () => {
    const seen: { url: string | undefined; authorization: string | undefined; body: string }[] = []
    const relay = await inTheWay((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        seen.push({ url: request.url, authorization: request.headers.authorization, body })
        response.writeHead(202).end(JSON.stringify({ status: 'success', dedup_key: KEY }))
      })
    }, false)
    expect(await sendEvent({ ...relay, eventsUrl: `${relay.eventsUrl}/pd/` }, TRIGGER)).toMatchObject({
      kind: 'accepted',
    })
    expect(seen).toEqual([{ url: '/pd/v2/enqueue', authorization: '', body: JSON.stringify(TRIGGER) }])
  })
})

describe('P6: what failed says whether and when to send it again', () => {
  test('a lost reply is a retry, and the repeat under the same key opens no second incident', async () => {
    pagerDuty.faults.add({ kind: 'lost_reply' })
    expect(await sendEvent(config, TRIGGER)).toMatchObject({ kind: 'retry', reason: 'network' })
    expect(pagerDuty.state().incidents).toHaveLength(1)
    expect(await sendEvent(config, TRIGGER)).toMatchObject({ kind: 'accepted' })
    expect(pagerDuty.state().incidents).toHaveLength(1)
  })

  test('429 comes back at once with the wait it names, after a single request', async () => {
    pagerDuty.faults.add({ kind: 'rate_limited', retryAfter: 7, count: 0 })
    expect(await sendEvent(config, TRIGGER)).toMatchObject({
      kind: 'retry',
      reason: 'rate_limited',
      retryAfterMs: 7000,
    })
    expect(calls()).toBe(1)
  })

  test('pdjs does not repeat a 429 behind our back', async () => {
    pagerDuty.faults.add({ kind: 'rate_limited', count: 1 })
    await sendEvent(config, TRIGGER)
    // Its own repeat would start a millisecond later and be accepted: well before ten exchanges are over.
    for (let n = 0; n < 10; n += 1) await sendEvent(config, buildAcknowledge(DATA_KEY, `another-${n}`))
    expect(calls()).toBe(11)
    expect(pagerDuty.state().incidents).toEqual([])
  })

  test('500 is a retry', async () => {
    pagerDuty.faults.add({ kind: 'server_error' })
    expect(await sendEvent(config, TRIGGER)).toEqual({
      kind: 'retry',
      reason: 'server',
      detail: 'PagerDuty answered 500',
    })
    expect(pagerDuty.state().incidents).toEqual([])
  })

  test.each(['drop_connection', 'refuse'] as const)('%s is a retry', async (kind) => {
    pagerDuty.faults.add({ kind })
    expect(await sendEvent(config, TRIGGER)).toMatchObject({ kind: 'retry', reason: 'network' })
    expect(await sendEvent(config, TRIGGER)).toMatchObject({ kind: 'accepted' })
  })

  test('no answer in time is a retry of its own kind', async () => {
    const hasty: EventsConfig = {
      ...config,
      connection: createConnection({ ca: pagerDuty.ca, timeoutMs: 150 }),
    }
    pagerDuty.faults.add({ kind: 'slow', delayMs: 60_000 })
    expect(await sendEvent(hasty, TRIGGER)).toEqual({
      kind: 'retry',
      reason: 'timeout',
      detail: 'no answer within 150 ms',
    })
  })

  test('a body that never ends is a timeout too', async () => {
    const dripping = await inTheWay((_, response) => {
      response.writeHead(202, { 'content-type': 'application/json' }).write('{"status":')
    })
    const hasty = { ...dripping, connection: { ...dripping.connection, timeoutMs: 150 } }
    expect(await sendEvent(hasty, TRIGGER)).toMatchObject({ kind: 'retry', reason: 'timeout' })
  })

  test('nobody listening is a retry', async () => {
    await pagerDuty.close()
    expect(await sendEvent(config, TRIGGER)).toMatchObject({ kind: 'retry', reason: 'network' })
    pagerDuty = await startAccount()
  })

  test.each([502, 503, 403, 407])(
    'a page of HTML with %d keeps its status and is a retry',
    async (status) => {
      const proxy = await inTheWay((_, response) => {
        response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Somebody else</h1>')
      })
      expect(await sendEvent(proxy, TRIGGER)).toEqual({
        kind: 'retry',
        reason: 'server',
        detail: `PagerDuty answered ${status}`,
      })
    },
  )

  test('a portal that answers 200 to everything does not swallow a page', async () => {
    const html = await inTheWay((_, response) => response.writeHead(200).end('<h1>Please log in</h1>'))
    expect(await sendEvent(html, TRIGGER)).toMatchObject({ kind: 'retry' })
    const json = await inTheWay((_, response) => response.writeHead(200).end('{"ok":true}'))
    expect(await sendEvent(json, TRIGGER)).toMatchObject({ kind: 'retry', reason: 'server' })
  })

  test('a redirect is not followed', async () => {
    const elsewhere = await inTheWay((_, response) => {
      response.writeHead(307, { location: `${pagerDuty.baseUrl}/v2/enqueue` }).end()
    })
    expect(await sendEvent(elsewhere, TRIGGER)).toMatchObject({ kind: 'retry', reason: 'server' })
    expect(calls()).toBe(0)
  })
})

describe('what PagerDuty refuses is not sent again', () => {
  test('an unknown routing key is rejected with the reason', async () => {
    const wrong = { ...TRIGGER, routing_key: 'x'.repeat(32) }
    expect(await sendEvent(config, wrong)).toEqual({
      kind: 'rejected',
      status: 400,
      errors: ['Event object is invalid', 'Invalid routing key'],
    })
  })

  test('P12: a reply that repeats the routing key does not bring it into our error', async () => {
    const chatty = await inTheWay((_, response) => {
      const body = { status: 'invalid event', message: `Bad ${DATA_KEY}`, errors: [`key ${DATA_KEY}`] }
      response.writeHead(400).end(JSON.stringify(body))
    })
    const outcome = await sendEvent(chatty, TRIGGER)
    expect(outcome).toEqual({ kind: 'rejected', status: 400, errors: ['Bad [redacted]', 'key [redacted]'] })
  })
})

describe('size', () => {
  const big = (bytes: number): Record<string, unknown> => ({ trace: 'x'.repeat(bytes) })

  test('details that exceed the limit are left out, and the page goes out', async () => {
    const event = { ...TRIGGER, payload: { ...TRIGGER.payload, custom_details: big(600_000) } }
    expect(await sendEvent(config, event)).toMatchObject({ kind: 'accepted', shortened: ['custom_details'] })
    expect(pagerDuty.state().incidents).toHaveLength(1)
  })

  test('a 413 from something stricter is answered with the bare page', async () => {
    let asked = 0
    const strict = await inTheWay((request, response) => {
      asked += 1
      if (Number(request.headers['content-length']) > 10_000) response.writeHead(413).end('Too large')
      else response.writeHead(202).end(JSON.stringify({ status: 'success', dedup_key: KEY }))
      request.resume()
    })
    const event = { ...TRIGGER, payload: { ...TRIGGER.payload, custom_details: big(50_000) } }
    expect(await sendEvent(strict, event)).toMatchObject({ kind: 'accepted', shortened: ['custom_details'] })
    expect(asked).toBe(2)
  })

  test('a bare page that is refused as too large is given up', async () => {
    const strict = await inTheWay((_, response) => response.writeHead(413).end('Too large'))
    expect(await sendEvent(strict, TRIGGER)).toEqual({
      kind: 'rejected',
      status: 413,
      errors: ['The event is too large (413)'],
    })
  })
})

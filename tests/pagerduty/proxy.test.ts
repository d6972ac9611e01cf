import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildTrigger } from '../../src/pagerduty/event-model.ts'
import { dedupKeyOf } from '../../src/escalation/dedup-key.ts'
import { sendEvent } from '../../src/pagerduty/events.ts'
import { createRest } from '../../src/pagerduty/rest.ts'
import { createConnection } from '../../src/pagerduty/transport.ts'
import type { PagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import { ALICE, API_TOKEN, DATA_KEY, startAccount } from '../sandbox/pagerduty/account.ts'

let pagerDuty: PagerDutyServer
let proxy: Server
let proxyUrl: string
/** What the proxy was asked to reach. */
let tunnels: string[]

const TRIGGER = buildTrigger({
  routingKey: DATA_KEY,
  dedupKey: dedupKeyOf('team', 'INC-1'),
  summary: 'Executor lost',
  source: 'job',
  severity: 'high',
})

beforeEach(async () => {
  pagerDuty = await startAccount()
  tunnels = []
  proxy = createServer()
  proxy.on('connect', (request, socket, head) => {
    tunnels.push(request.url ?? '')
    // Whatever name was asked for, the sandbox is behind it: its certificate holds for the real names too.
    const upstream = connect(Number(new URL(pagerDuty.baseUrl).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket)
      socket.pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
})
afterEach(async () => {
  await pagerDuty.close()
  proxy.closeAllConnections()
  proxy.close()
})

test('with a proxy, events and REST reach PagerDuty’s real names through it and nothing else', async () => {
  const connection = createConnection({ ca: pagerDuty.ca, proxy: proxyUrl, timeoutMs: 5000 })
  const events = { connection, eventsUrl: 'https://events.pagerduty.com' }
  expect(await sendEvent(events, TRIGGER)).toMatchObject({ kind: 'accepted' })
  const rest = createRest({ connection, apiUrl: 'https://api.pagerduty.com', token: API_TOKEN })
  expect(await rest.findUser(ALICE.email)).toMatchObject({ value: { id: ALICE.id } })
  expect(tunnels).toEqual(['events.pagerduty.com:443', 'api.pagerduty.com:443'])
})

test('hosts that are excepted are reached directly', async () => {
  const connection = createConnection({
    ca: pagerDuty.ca,
    proxy: proxyUrl,
    noProxy: 'localhost',
    timeoutMs: 5000,
  })
  expect(await sendEvent({ connection, eventsUrl: pagerDuty.baseUrl }, TRIGGER)).toMatchObject({
    kind: 'accepted',
  })
  expect(tunnels).toEqual([])
})

test('a proxy that is down is a retry', async () => {
  proxy.close()
  const connection = createConnection({ ca: pagerDuty.ca, proxy: proxyUrl, timeoutMs: 5000 })
  const outcome = await sendEvent({ connection, eventsUrl: 'https://events.pagerduty.com' }, TRIGGER)
  expect(outcome).toMatchObject({ kind: 'retry', reason: 'network' })
})

test('P12: a proxy that refuses us is told without its credentials', async () => {
  proxy.removeAllListeners('connect')
  proxy.on('connect', (_, socket) => {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
  })
  const withPassword = proxyUrl.replace('//', '//bot:hunter2@')
  const connection = createConnection({ ca: pagerDuty.ca, proxy: withPassword, timeoutMs: 5000 })
  const outcome = await sendEvent({ connection, eventsUrl: 'https://events.pagerduty.com' }, TRIGGER)
  expect(outcome).toMatchObject({
    kind: 'retry',
    reason: 'network',
    detail: expect.stringContaining('407') as string,
  })
  expect(JSON.stringify(outcome)).not.toContain('hunter2')
})

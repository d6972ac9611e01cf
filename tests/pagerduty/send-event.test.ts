import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildAcknowledge, buildResolve, buildTrigger, dedupKeyOf } from '../../src/pagerduty/event-model.ts'
import { sendEvent, type EventsConfig } from '../../src/pagerduty/events.ts'
import { closeConnection, createConnection, type Connection } from '../../src/pagerduty/transport.ts'
import type { PagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import { DATA_KEY, startAccount, STREAM_KEY } from '../sandbox/pagerduty/account.ts'

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
  connection = createConnection({ ca: pagerDuty.ca, timeoutMs: 2000 })
  config = { connection, eventsUrl: pagerDuty.baseUrl }
})
afterEach(async () => {
  closeConnection(connection)
  await pagerDuty.close()
})

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

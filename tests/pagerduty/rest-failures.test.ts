import type { RequestListener } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRest, type PagerDutyRest } from '../../src/pagerduty/rest.ts'
import { closeConnection, createConnection, type Connection } from '../../src/pagerduty/transport.ts'
import type { PagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import { API_TOKEN, startAccount } from '../sandbox/pagerduty/account.ts'
import { closeStandIns, standIn } from './stand-in.ts'

let pagerDuty: PagerDutyServer
let connection: Connection
let rest: PagerDutyRest

beforeEach(async () => {
  pagerDuty = await startAccount()
  connection = createConnection({ ca: pagerDuty.ca, timeoutMs: 5000 })
  rest = createRest({ connection, apiUrl: pagerDuty.baseUrl, token: API_TOKEN })
})
afterEach(async () => {
  closeConnection(connection)
  await pagerDuty.close()
  closeStandIns()
})

async function standInRest(listener: RequestListener): Promise<PagerDutyRest> {
  return createRest({ connection, apiUrl: (await standIn(listener)).url, token: API_TOKEN })
}

describe('when PagerDuty does not do as asked', () => {
  test('a 429 is told with its wait, and the token then keeps quiet until it is over', async () => {
    pagerDuty.faults.add({ kind: 'rate_limited', retryAfter: 30, count: 0 })
    expect(await rest.getIncident('Q1')).toMatchObject({
      kind: 'failed',
      reason: 'rate_limited',
      retryable: true,
      retryAfterMs: 30_000,
    })
    expect(await rest.getIncident('Q1')).toMatchObject({ reason: 'rate_limited' })
    expect(pagerDuty.state().calls).toEqual({ 'GET /incidents/{id}': 1 })
  })

  test.each([
    ['server_error', 'server'],
    ['drop_connection', 'network'],
    ['refuse', 'network'],
  ] as const)('%s is a retryable %s failure', async (kind, reason) => {
    pagerDuty.faults.add({ kind })
    expect(await rest.getIncident('Q1')).toMatchObject({ kind: 'failed', reason, retryable: true })
    expect(await rest.getIncident('Q1')).toEqual({ kind: 'ok', value: null })
  })

  test('a timeout is told as one', async () => {
    pagerDuty.faults.add({ kind: 'slow', delayMs: 60_000 })
    const hasty = createRest({
      connection: { ...connection, timeoutMs: 150 },
      apiUrl: pagerDuty.baseUrl,
      token: API_TOKEN,
    })
    expect(await hasty.getIncident('Q1')).toMatchObject({ reason: 'timeout', retryable: true })
  })

  test('an answer of another shape names the place and quotes nothing', async () => {
    const odd = await standInRest((_, response) =>
      response.end(JSON.stringify({ incident: { id: 1, secret: 'x' } })),
    )
    expect(await odd.getIncident('Q1')).toEqual({
      kind: 'failed',
      reason: 'unexpected',
      retryable: false,
      status: 200,
      detail:
        'PagerDuty answered 200 with something unexpected at incident.id, incident.status, incident.created_at',
    })
  })

  test('P12: an error that quotes the token is told without it', async () => {
    const chatty = await standInRest((_, response) => {
      response.writeHead(400).end(JSON.stringify({ error: { message: `Token token=${API_TOKEN} is bad` } }))
    })
    const result = await chatty.getIncident('Q1')
    expect(result).toMatchObject({ kind: 'failed', reason: 'refused' })
    expect(JSON.stringify(result)).not.toContain(API_TOKEN)
  })

  test('requests of one token are made one after another', async () => {
    let under_way = 0
    let most = 0
    const counting = await standInRest((_, response) => {
      under_way += 1
      most = Math.max(most, under_way)
      setImmediate(() => {
        under_way -= 1
        response.writeHead(404).end('{}')
      })
    })
    await Promise.all(Array.from({ length: 8 }, async (_, n) => await counting.getIncident(`Q${n}`)))
    expect(most).toBe(1)
  })
})

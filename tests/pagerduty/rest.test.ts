import type { RequestListener } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildResolve, buildTrigger } from '../../src/pagerduty/event-model.ts'
import { dedupKeyOf } from '../../src/escalation/dedup-key.ts'
import { sendEvent } from '../../src/pagerduty/events.ts'
import { createRest, type PagerDutyRest } from '../../src/pagerduty/rest.ts'
import { closeConnection, createConnection, type Connection } from '../../src/pagerduty/transport.ts'
import type { PagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import {
  ALICE,
  API_TOKEN,
  BOB,
  DATA_KEY,
  DATA_SERVICE,
  startAccount,
  STREAM_KEY,
  STREAM_SERVICE,
} from '../sandbox/pagerduty/account.ts'
import { closeStandIns, standIn } from './stand-in.ts'

let pagerDuty: PagerDutyServer
let connection: Connection
let rest: PagerDutyRest

beforeEach(async () => {
  pagerDuty = await startAccount()
  connection = createConnection({ ca: pagerDuty.ca, timeoutMs: 5000 })
  rest = createRest({ connection, apiUrl: `${pagerDuty.baseUrl}/`, token: API_TOKEN })
})
afterEach(async () => {
  closeConnection(connection)
  await pagerDuty.close()
  closeStandIns()
})

async function page(incident: string, routingKey = DATA_KEY): Promise<string> {
  const dedupKey = dedupKeyOf('team', incident)
  const event = buildTrigger({ routingKey, dedupKey, summary: incident, source: 'job', severity: 'high' })
  expect(await sendEvent({ connection, eventsUrl: pagerDuty.baseUrl }, event)).toMatchObject({
    kind: 'accepted',
  })
  return pagerDuty.state().incidents.at(-1)?.id ?? ''
}

async function standInRest(listener: RequestListener): Promise<PagerDutyRest> {
  return createRest({ connection, apiUrl: (await standIn(listener)).url, token: API_TOKEN })
}

describe('finding the incident of our alert', () => {
  test('by dedup key, among others', async () => {
    await page('INC-1')
    const id = await page('INC-2')
    expect(await rest.findByDedupKey(dedupKeyOf('team', 'INC-2'))).toMatchObject({
      kind: 'ok',
      value: { id, status: 'triggered', title: 'INC-2', service: { id: DATA_SERVICE.id } },
    })
  })

  test('an open one before a newer closed one; without an open one the newest', async () => {
    const first = await page('INC-1')
    await sendEvent(
      { connection, eventsUrl: pagerDuty.baseUrl },
      buildResolve(DATA_KEY, dedupKeyOf('team', 'INC-1')),
    )
    expect(await rest.findByDedupKey(dedupKeyOf('team', 'INC-1'))).toMatchObject({
      value: { id: first, status: 'resolved' },
    })
    const second = await page('INC-1')
    expect(second).not.toBe(first)
    expect(await rest.findByDedupKey(dedupKeyOf('team', 'INC-1'))).toMatchObject({
      value: { id: second, status: 'triggered' },
    })
  })

  test('null where PagerDuty has none: suppressed, paused, or not there yet', async () => {
    expect(await rest.findByDedupKey(dedupKeyOf('team', 'INC-9'))).toEqual({ kind: 'ok', value: null })
  })

  test('an empty key is never asked: PagerDuty would answer everything that is open', async () => {
    await expect(rest.findByDedupKey(' ')).rejects.toThrow('needs a key')
    expect(pagerDuty.state().calls).toEqual({})
  })

  test('everything open on some services, over more than one page', async () => {
    for (let n = 0; n < 130; n += 1) await page(`INC-${n}`)
    await page('OTHER', STREAM_KEY)
    pagerDuty.resolve(pagerDuty.state().incidents[0]?.id ?? '', ALICE.id)
    const open = await rest.openIncidents([DATA_SERVICE.id])
    expect(open.kind === 'ok' && open.value.map(({ title }) => title)).toEqual(
      Array.from({ length: 129 }, (_, n) => `INC-${n + 1}`),
    )
    expect(await rest.openIncidents([STREAM_SERVICE.id])).toMatchObject({ value: [{ title: 'OTHER' }] })
    expect(pagerDuty.state().calls['GET /incidents']).toBe(3)
  })
})

describe('acting as a person', () => {
  test('acknowledge and resolve are theirs in the log', async () => {
    const id = await page('INC-1')
    expect(await rest.acknowledge(id, BOB.email)).toEqual({
      kind: 'ok',
      value: { change: 'done', status: 'acknowledged' },
    })
    expect(pagerDuty.state().incidents[0]).toMatchObject({
      assignee_ids: [BOB.id],
      acknowledger_ids: [BOB.id],
    })
    expect(await rest.resolve(id, ALICE.email)).toMatchObject({
      value: { change: 'done', status: 'resolved' },
    })
    expect(pagerDuty.state().incidents[0]?.log_entries.at(-1)).toMatchObject({
      type: 'resolve_log_entry',
      agent: { user: ALICE },
    })
  })

  test('what has happened already is as good as done, and is not written again', async () => {
    const id = await page('INC-1')
    pagerDuty.acknowledge(id, ALICE.id)
    expect(await rest.acknowledge(id, BOB.email)).toMatchObject({
      value: { change: 'already', status: 'acknowledged' },
    })
    pagerDuty.resolve(id, ALICE.id)
    expect(await rest.resolve(id, BOB.email)).toMatchObject({
      value: { change: 'already', status: 'resolved' },
    })
    expect(pagerDuty.state().calls['PUT /incidents/{id}']).toBeUndefined()
  })

  test('acknowledging what is resolved does not reopen it', async () => {
    const id = await page('INC-1')
    pagerDuty.resolve(id, ALICE.id)
    expect(await rest.acknowledge(id, BOB.email)).toMatchObject({
      value: { change: 'already', status: 'resolved' },
    })
    expect(pagerDuty.state().incidents[0]?.status).toBe('resolved')
  })

  test.each([
    ['resolve', 1001, 'resolved'],
    ['acknowledge', 1002, 'acknowledged'],
  ] as const)(
    '%s beaten by somebody between look and write (code %d) is success',
    async (verb, code, status) => {
      const racing = await standInRest((request, response) => {
        if (request.method === 'GET')
          response.end(
            JSON.stringify({
              incident: { id: 'Q1', status: 'triggered', created_at: '2026-11-01T00:00:00Z' },
            }),
          )
        else response.writeHead(400).end(JSON.stringify({ error: { message: 'Already', code, errors: [] } }))
      })
      expect(await racing[verb]('Q1', ALICE.email)).toEqual({
        kind: 'ok',
        value: { change: 'already', status },
      })
    },
  )

  test('somebody without an account is told apart from a refused token', async () => {
    const id = await page('INC-1')
    expect(await rest.acknowledge(id, 'mallory@example.com')).toMatchObject({
      kind: 'failed',
      reason: 'unknown_requester',
      retryable: false,
      code: 1008,
    })
    const stranger = createRest({ connection, apiUrl: pagerDuty.baseUrl, token: 'wrong' })
    expect(await stranger.acknowledge(id, ALICE.email)).toMatchObject({ reason: 'unauthorised', status: 401 })
    expect(pagerDuty.state().incidents[0]?.status).toBe('triggered')
  })

  test('an incident that is gone', async () => {
    expect(await rest.getIncident('QNOTHING')).toEqual({ kind: 'ok', value: null })
    expect(await rest.resolve('QNOTHING', ALICE.email)).toMatchObject({ kind: 'failed', reason: 'missing' })
  })

  test('an id cannot climb out of its path', async () => {
    await page('INC-1')
    expect(await rest.getIncident('../incidents')).toEqual({ kind: 'ok', value: null })
    expect(pagerDuty.state().calls['GET /incidents']).toBeUndefined()
  })
})

describe('notes', () => {
  test('are written as the person and read back', async () => {
    const id = await page('INC-1')
    expect(await rest.addNote(id, ALICE.email, 'Looking into it')).toMatchObject({
      value: { content: 'Looking into it', user: { id: ALICE.id } },
    })
    expect(await rest.listNotes(id)).toMatchObject({ value: [{ content: 'Looking into it' }] })
  })

  test('P15: after a lost reply the marker finds the note instead of writing a twin', async () => {
    const id = await page('INC-1')
    pagerDuty.faults.add({ kind: 'lost_reply', match: 'POST /incidents/{id}/notes' })
    const marker = '[arrestor INC-1/7]'
    const note = `${marker} Rerun asked for`
    expect(await rest.addNote(id, ALICE.email, note, marker)).toMatchObject({
      kind: 'failed',
      reason: 'network',
      retryable: true,
    })
    expect(await rest.addNote(id, ALICE.email, note, marker)).toMatchObject({ value: { content: note } })
    expect(pagerDuty.state().incidents[0]?.notes).toHaveLength(1)
  })
})

describe('people', () => {
  test('are found by their exact address, in any case', async () => {
    expect(await rest.findUser('ALICE@Example.com')).toMatchObject({ value: { id: ALICE.id } })
    expect(await rest.findUser('alice@example.co')).toEqual({ kind: 'ok', value: null })
  })

  test('also where the query matches names alone', async () => {
    const asked: string[] = []
    const namesOnly = await standInRest((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '(all)')
      const users = asked.at(-1) === '(all)' ? [ALICE, BOB] : []
      response.end(JSON.stringify({ users, limit: 100, offset: 0, more: false }))
    })
    expect(await namesOnly.findUser(BOB.email)).toMatchObject({ value: { id: BOB.id } })
    expect(asked).toEqual([BOB.email, '(all)'])
  })
})

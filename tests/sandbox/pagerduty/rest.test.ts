import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PagerDutyServer } from '../../../src/sandbox/pagerduty/server.ts'
import {
  ALICE,
  API_TOKEN,
  ask,
  BOB,
  DATA_SERVICE,
  enqueue,
  rest,
  startAccount,
  STREAM_KEY,
  trigger,
} from './account.ts'

const DAY_MS = 24 * 3600 * 1000
let now = 0
let account: PagerDutyServer
beforeEach(async () => {
  now = Date.parse('2026-11-01T00:00:00Z')
  account = await startAccount({ now: () => now })
})
afterEach(async () => {
  await account.close()
})

async function open(key: string, more: Record<string, unknown> = {}): Promise<string> {
  await enqueue(account, trigger(key, more))
  return account.state().incidents.at(-1)?.id ?? ''
}
const listed = async (query: string): Promise<string[]> => {
  const { body } = await rest(account, 'GET', `/incidents?${query}`)
  return (body as { incidents: { id: string }[] }).incidents.map(({ id }) => id)
}

describe('who may ask', () => {
  test('a token is needed, as Token or Bearer', async () => {
    expect(await ask(account, 'GET', '/users')).toMatchObject({
      status: 401,
      body: { error: { code: 2006 } },
    })
    const wrong = { authorization: 'Token token=wrong' }
    expect((await ask(account, 'GET', '/users', { headers: wrong })).status).toBe(401)
    const bearer = { authorization: `Bearer ${API_TOKEN}` }
    expect((await ask(account, 'GET', '/users', { headers: bearer })).status).toBe(200)
  })

  test('another version of the API is not to be had', async () => {
    const headers = {
      authorization: `Token token=${API_TOKEN}`,
      accept: 'application/vnd.pagerduty+json;version=1',
    }
    expect((await ask(account, 'GET', '/users', { headers })).status).toBe(406)
  })

  test('what does not exist is 2100', async () => {
    for (const path of ['/teapots', '/incidents/QNONE', '/incidents/QNONE/notes'])
      expect(await rest(account, 'GET', path)).toMatchObject({ status: 404, body: { error: { code: 2100 } } })
  })

  test.each([
    ['', 2016],
    ['alice', 1028],
    ['mallory@example.com', 1008],
  ])('a change From %j is refused with %d', async (from, code) => {
    const id = await open('k')
    const change = { incident: { type: 'incident_reference', status: 'acknowledged' } }
    const put = await rest(account, 'PUT', `/incidents/${id}`, change, from)
    expect(put).toMatchObject({ status: 400, body: { error: { code } } })
    const note = await rest(account, 'POST', `/incidents/${id}/notes`, { note: { content: 'x' } }, from)
    expect(note).toMatchObject({ status: 400, body: { error: { code } } })
    expect(account.state().incidents[0]).toMatchObject({ status: 'triggered', notes: [] })
  })
})

describe('finding incidents', () => {
  test('by the key of their alert; the incident’s own key is null', async () => {
    const first = await open('k1')
    const second = await open('k2')
    expect(await listed('incident_key=k2')).toEqual([second])
    expect((await rest(account, 'GET', `/incidents/${first}`)).body).toMatchObject({
      incident: { id: first, incident_key: null, incident_number: 1, service: { id: DATA_SERVICE.id } },
    })
    expect((await rest(account, 'GET', '/incidents/2')).body).toMatchObject({ incident: { id: second } })
    expect((await rest(account, 'GET', `/incidents/${second}/alerts?alert_key=k2`)).body).toMatchObject({
      alerts: [{ alert_key: 'k2', status: 'triggered', incident: { id: second } }],
    })
  })

  test('an empty key is no filter: the trap of the real one', async () => {
    await open('k1')
    await open('k2')
    expect(await listed('incident_key=')).toHaveLength(2)
  })

  test('by status and service', async () => {
    const first = await open('k1')
    const second = await open('k2')
    const third = await open('k3', { routing_key: STREAM_KEY })
    account.acknowledge(second, BOB.id)
    account.resolve(third, BOB.id)
    expect(await listed('statuses[]=triggered&statuses[]=acknowledged')).toEqual([first, second])
    expect(await listed('statuses%5B%5D=resolved')).toEqual([third])
    expect(await listed(`service_ids[]=${DATA_SERVICE.id}&sort_by=created_at:desc`)).toEqual([second, first])
  })

  test('a month back unless told otherwise', async () => {
    const old = await open('k')
    now += 40 * DAY_MS
    expect(await listed('incident_key=k')).toEqual([])
    expect(await listed('incident_key=k&date_range=all')).toEqual([old])
    expect(await listed('since=2026-10-01T00:00:00Z&until=2026-11-02T00:00:00Z')).toEqual([old])
  })

  test('page by page, 25 at a time, never past 10,000', async () => {
    for (let n = 0; n < 30; n += 1) await open(`k${n}`)
    const first = await rest(account, 'GET', '/incidents')
    expect(first.body).toMatchObject({ limit: 25, offset: 0, more: true, total: null })
    const second = await rest(account, 'GET', '/incidents?offset=25&limit=100&total=true')
    expect(second.body).toMatchObject({ limit: 100, offset: 25, more: false, total: 30 })
    expect((second.body as { incidents: unknown[] }).incidents).toHaveLength(5)
    expect(await rest(account, 'GET', '/incidents?offset=9950&limit=100')).toMatchObject({ status: 400 })
    expect(await rest(account, 'GET', '/incidents?offset=-1')).toMatchObject({ status: 400 })
  })
})

describe('changing an incident', () => {
  const change = async (
    id: string,
    asked: object,
    from = ALICE.email,
  ): Promise<{ status: number; body: unknown }> =>
    await rest(
      account,
      'PUT',
      `/incidents/${id}`,
      { incident: { type: 'incident_reference', ...asked } },
      from,
    )

  test('acknowledging assigns whoever acknowledges', async () => {
    const id = await open('k')
    expect(account.state().incidents[0]?.assignee_ids).toEqual([ALICE.id])
    const { status, body } = await change(id, { status: 'acknowledged' }, BOB.email)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      incident: { status: 'acknowledged', assignments: [{ assignee: { id: BOB.id } }] },
    })
  })

  test('a resolution is a note of its own', async () => {
    const id = await open('k')
    await change(id, { status: 'resolved', resolution: 'Reran it' })
    expect(account.state().incidents[0]).toMatchObject({
      status: 'resolved',
      assignee_ids: [],
      notes: [{ content: 'Resolution Note: Reran it', user: ALICE }],
    })
  })

  test('twice the same is refused with its code, and acknowledging what is resolved reopens it', async () => {
    const id = await open('k')
    await change(id, { status: 'acknowledged' })
    expect(await change(id, { status: 'acknowledged' })).toMatchObject({
      status: 400,
      body: { error: { code: 1002 } },
    })
    await change(id, { status: 'resolved' })
    expect(await change(id, { status: 'resolved' })).toMatchObject({
      status: 400,
      body: { error: { code: 1001 } },
    })
    expect(await change(id, { status: 'acknowledged' })).toMatchObject({
      body: { incident: { status: 'acknowledged' } },
    })
  })

  test('title and assignee', async () => {
    const id = await open('k')
    const assignments = [{ assignee: { id: BOB.id, type: 'user_reference' } }]
    expect(await change(id, { title: 'Better', assignments })).toMatchObject({
      body: { incident: { title: 'Better', assignments: [{ assignee: { id: BOB.id } }] } },
    })
    const nobody = [{ assignee: { id: 'PNOBODY' } }]
    expect(await change(id, { assignments: nobody })).toMatchObject({ body: { error: { code: 1007 } } })
  })

  test.each([
    {},
    { incident: { status: 'resolved' } },
    { incident: { type: 'incident', status: 'gone' } },
    'text',
  ])('%j is refused as input', async (body) => {
    const id = await open('k')
    expect(await rest(account, 'PUT', `/incidents/${id}`, body)).toMatchObject({
      status: 400,
      body: { error: { code: 2001, message: 'Invalid Input Provided' } },
    })
  })
})

describe('the rest of the account', () => {
  test('notes and the log, newest first', async () => {
    const id = await open('k')
    now += 1000
    const note = { note: { content: 'Looking' } }
    expect((await rest(account, 'POST', `/incidents/${id}/notes`, note)).body).toMatchObject({
      note: { content: 'Looking', user: { id: ALICE.id } },
    })
    expect(await rest(account, 'POST', `/incidents/${id}/notes`, { note: {} })).toMatchObject({ status: 400 })
    expect((await rest(account, 'GET', `/incidents/${id}/notes`)).body).toMatchObject({
      notes: [{ content: 'Looking' }],
    })
    const log = await rest(account, 'GET', `/incidents/${id}/log_entries`)
    expect(log.body).toMatchObject({
      log_entries: [
        { type: 'annotate_log_entry', agent: { id: ALICE.id }, channel: { summary: 'Looking' } },
        { type: 'trigger_log_entry', agent: { type: 'events_api_v2_inbound_integration_reference' } },
      ],
    })
    const recent = await rest(account, 'GET', `/incidents/${id}/log_entries?since=2026-11-01T00:00:01.000Z`)
    expect((recent.body as { log_entries: unknown[] }).log_entries).toHaveLength(1)
  })

  test('users, services, who is on call, abilities', async () => {
    expect((await rest(account, 'GET', '/users?query=BOB@example')).body).toMatchObject({
      users: [{ id: BOB.id, email: BOB.email }],
      more: false,
    })
    expect((await rest(account, 'GET', '/services?query=stream')).body).toMatchObject({
      services: [{ name: 'streaming', status: 'active' }],
    })
    const oncalls = '/oncalls?escalation_policy_ids[]=PEPDATA&include[]=users'
    expect((await rest(account, 'GET', oncalls)).body).toMatchObject({
      oncalls: [
        { escalation_level: 1, start: null, user: { email: ALICE.email } },
        { escalation_level: 2, user: { email: BOB.email } },
      ],
    })
    expect((await rest(account, 'GET', '/abilities')).body).toMatchObject({
      abilities: expect.any(Array) as unknown[],
    })
  })

  test('960 requests a minute, when they are enforced', async () => {
    const strict = await startAccount({ enforceRateLimits: true, now: () => now })
    const first = await rest(strict, 'GET', '/abilities')
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '960', 'ratelimit-remaining': '959' })
    const burst = Array.from({ length: 50 }, () => async () => await rest(strict, 'GET', '/abilities'))
    for (let n = 0; n < 19; n += 1) await Promise.all(burst.map(async (one) => await one()))
    await Promise.all(burst.slice(0, 9).map(async (one) => await one()))
    const refused = await rest(strict, 'GET', '/abilities')
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 2020 } } })
    expect(refused.headers).toMatchObject({ 'ratelimit-reset': '60' })
    await strict.close()
  })
})

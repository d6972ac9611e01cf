import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PagerDutyServer } from '../../../src/sandbox/pagerduty/server.ts'
import { ask, DATA_KEY, enqueue, startAccount, STREAM_KEY, trigger } from './account.ts'

let account: PagerDutyServer
beforeEach(async () => {
  account = await startAccount()
})
afterEach(async () => {
  await account.close()
})

const followUp = (event_action: string, dedup_key: string, routing_key = DATA_KEY): object => ({
  routing_key,
  event_action,
  dedup_key,
})
const statuses = (): string[] => account.state().incidents.map(({ status }) => status)
const effects = (): string[] => account.state().events.map(({ effect }) => effect)

describe('an event that is taken', () => {
  test('is answered with 202 and its dedup key, and is on record as it was sent', async () => {
    const { status, body } = await enqueue(
      account,
      trigger('k1', { client: 'Monitor', client_url: 'https://m/1' }),
    )
    expect(status).toBe(202)
    expect(body).toEqual({ status: 'success', message: 'Event processed', dedup_key: 'k1' })
    expect(account.state().events).toMatchObject([
      {
        event_action: 'trigger',
        dedup_key: 'k1',
        payload: { summary: 'Executor lost' },
        effect: 'opened',
        incident_id: account.state().incidents[0]?.id,
      },
    ])
    expect(account.state().incidents).toMatchObject([
      {
        number: 1,
        title: 'Executor lost',
        status: 'triggered',
        severity: 'error',
        client: { url: 'https://m/1' },
      },
    ])
    expect(account.state().calls).toEqual({ 'POST /v2/enqueue': 1 })
  })

  test('gets a key of the service’s making when it has none', async () => {
    const { dedup_key: _, ...bare } = trigger('')
    const first = await enqueue(account, bare)
    const second = await enqueue(account, bare)
    expect(first.body).toMatchObject({ dedup_key: expect.stringMatching(/^[0-9a-z]{32}$/) as string })
    expect(second.body).not.toEqual(first.body)
    expect(account.state().incidents).toHaveLength(2)
  })
})

describe('deduplication', () => {
  test('a second trigger of an open alert adds to the log and changes nothing else', async () => {
    await enqueue(account, trigger('k'))
    const other = { summary: 'A newer title', source: 's', severity: 'info' }
    await enqueue(account, trigger('k', { payload: other }))
    expect(effects()).toEqual(['opened', 'logged'])
    expect(account.state().incidents).toHaveLength(1)
    expect(account.state().incidents[0]?.title).toBe('Executor lost')
    expect(account.state().incidents[0]?.log_entries).toHaveLength(2)
  })

  test('a trigger leaves an acknowledged alert acknowledged', async () => {
    await enqueue(account, trigger('k'))
    await enqueue(account, followUp('acknowledge', 'k'))
    await enqueue(account, trigger('k'))
    expect(statuses()).toEqual(['acknowledged'])
    expect(effects()).toEqual(['opened', 'acknowledged', 'logged'])
  })

  test('after a resolve the same key opens a new incident', async () => {
    await enqueue(account, trigger('k'))
    await enqueue(account, followUp('resolve', 'k'))
    await enqueue(account, trigger('k'))
    expect(statuses()).toEqual(['resolved', 'triggered'])
  })

  test('acknowledge and resolve never open anything, and are accepted all the same', async () => {
    expect((await enqueue(account, followUp('acknowledge', 'nothing'))).status).toBe(202)
    expect((await enqueue(account, followUp('resolve', 'nothing'))).status).toBe(202)
    expect(account.state().incidents).toEqual([])
    expect(effects()).toEqual(['nothing', 'nothing'])
  })

  test('an acknowledge after the resolve does not bring it back', async () => {
    await enqueue(account, trigger('k'))
    await enqueue(account, followUp('resolve', 'k'))
    await enqueue(account, followUp('acknowledge', 'k'))
    expect(statuses()).toEqual(['resolved'])
  })

  test('keys are case-sensitive and belong to their routing key', async () => {
    await enqueue(account, trigger('k'))
    await enqueue(account, followUp('resolve', 'K'))
    await enqueue(account, followUp('resolve', 'k', STREAM_KEY))
    expect(statuses()).toEqual(['triggered'])
    await enqueue(account, trigger('k', { routing_key: STREAM_KEY }))
    expect(statuses()).toEqual(['triggered', 'triggered'])
  })
})

describe('an event that is refused', () => {
  const payload = { summary: 'S', source: 's', severity: 'error' }
  test.each([
    [
      'a key of another length',
      { routing_key: 'abc' },
      "Length of 'routing_key' is incorrect (should be 32 characters)",
    ],
    [
      'odd characters in the key',
      { routing_key: '-'.repeat(32) },
      "'routing_key' cannot contain non-alphanumeric characters.",
    ],
    ['no key', { routing_key: '' }, "'routing_key' is missing or blank"],
    ['a key of nobody', { routing_key: 'x'.repeat(32) }, 'Invalid routing key'],
    ['no action', { event_action: undefined }, "'event_action' is missing or blank"],
    ['an action of its own', { event_action: 'explode' }, /'event_action' is invalid/],
    [
      'a resolve without a key',
      { event_action: 'resolve', dedup_key: '' },
      "'dedup_key' is missing or blank",
    ],
    ['a key too long', { dedup_key: 'k'.repeat(256) }, "'dedup_key' is too long (maximum is 255 characters)"],
    ['a key that is no text', { dedup_key: 7 }, /'dedup_key' is invalid/],
    ['no payload', { payload: undefined }, "'payload' is missing or blank"],
    ['no summary', { payload: { ...payload, summary: ' ' } }, "'payload.summary' is missing or blank"],
    [
      'a long summary',
      { payload: { ...payload, summary: 'x'.repeat(1025) } },
      "'summary' is too long (maximum is 1024 characters)",
    ],
    ['no source', { payload: { ...payload, source: undefined } }, "'payload.source' is missing or blank"],
    ['no severity', { payload: { ...payload, severity: '' } }, "'payload.severity' is missing or blank"],
    [
      'a severity in capitals',
      { payload: { ...payload, severity: 'CRITICAL' } },
      /'payload.severity' is invalid/,
    ],
    [
      'details that are a text',
      { payload: { ...payload, custom_details: 'x' } },
      /'payload.custom_details' is invalid/,
    ],
    ['a time that is none', { payload: { ...payload, timestamp: 'noon' } }, /'payload.timestamp' is invalid/],
    ['a link without an address', { links: [{ text: 'x' }] }, "'links.href' is missing or blank"],
    ['images that are no list', { images: {} }, /'images' is invalid/],
  ])('%s', async (_, change, error) => {
    const { status, body } = await enqueue(account, trigger('k', change))
    expect(status).toBe(400)
    expect(body).toMatchObject({ status: 'invalid event', message: 'Event object is invalid' })
    const { errors } = body as { errors: string[] }
    expect(errors).toEqual([typeof error === 'string' ? error : expect.stringMatching(error)])
    expect(account.state()).toMatchObject({ events: [], incidents: [], rejected: [{ status: 400, errors }] })
  })

  test('1024 characters are counted as such, not as bytes or UTF-16 units', async () => {
    const summary = '🔥'.repeat(1024)
    expect((await enqueue(account, trigger('k', { payload: { ...payload, summary } }))).status).toBe(202)
  })

  test.each(['{', '[]', '"text"', ''])('%j is no event at all', async (raw) => {
    const { status, body } = await enqueue(account, raw)
    expect(status).toBe(400)
    expect(body).toEqual({
      status: 'Unrecognized object',
      message: 'Event object format is unrecognized',
      errors: ['JSON parse error'],
    })
  })

  test('more than 512 KB', async () => {
    const custom_details = { x: 'x'.repeat(512 * 1024) }
    const { status, body } = await enqueue(account, trigger('k', { payload: { ...payload, custom_details } }))
    expect(status).toBe(413)
    expect(body).toBe('Payload Too Large')
    expect(account.state().incidents).toEqual([])
  })
})

describe('limits', () => {
  test('120 events a minute and routing key, when they are enforced', async () => {
    let now = Date.parse('2026-11-01T00:00:00Z')
    const strict = await startAccount({ enforceRateLimits: true, now: () => now })
    for (let n = 0; n < 120; n += 1) expect((await enqueue(strict, trigger('k'))).status).toBe(202)
    const refused = await enqueue(strict, trigger('k'))
    expect(refused.status).toBe(429)
    expect((await enqueue(strict, trigger('k', { routing_key: STREAM_KEY }))).status).toBe(202)
    now += 60_001
    expect((await enqueue(strict, trigger('k'))).status).toBe(202)
    await strict.close()
  })
})

describe('change events', () => {
  test('are taken, and open nothing', async () => {
    const event = { routing_key: DATA_KEY, payload: { summary: 'Deployed 1.2' } }
    const { status, body } = await ask(account, 'POST', '/v2/change/enqueue', { body: event })
    expect(status).toBe(202)
    expect(body).toMatchObject({ status: 'success' })
    expect(account.state()).toMatchObject({ events: [{ endpoint: 'change' }], incidents: [] })
  })

  test('need a summary', async () => {
    const event = { routing_key: DATA_KEY, payload: {} }
    const { status, body } = await ask(account, 'POST', '/v2/change/enqueue', { body: event })
    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: ["'payload.summary' is missing or blank"] })
  })
})

import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PagerDutyServer } from '../../../src/sandbox/pagerduty/server.ts'
import type { WebhookOptions } from '../../../src/sandbox/pagerduty/webhooks.ts'
import { ALICE, BOB, DATA_KEY, enqueue, rest, startAccount, trigger } from './account.ts'

type Delivery = { headers: IncomingHttpHeaders; raw: string; type: string; event: Record<string, unknown> }

const SECRET = 'a webhook secret'
let receiver: Server
let url: string
let account: PagerDutyServer
let deliveries: Delivery[]
/** What the receiver answers; 'hang' does not. */
let answer: (delivery: Delivery) => number | 'hang'

beforeEach(async () => {
  deliveries = []
  answer = () => 202
  receiver = createServer((request, response) => {
    let raw = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (raw += chunk))
    request.on('end', () => {
      const { event } = JSON.parse(raw) as { event: Record<string, unknown> }
      const delivery = { headers: request.headers, raw, type: String(event['event_type']), event }
      deliveries.push(delivery)
      const status = answer(delivery)
      if (status !== 'hang') response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve)
  })
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/pagerduty`
  account = await start()
})
afterEach(async () => {
  await account.close()
  receiver.closeAllConnections()
  receiver.close()
})

async function start(more: Partial<WebhookOptions> = {}): Promise<PagerDutyServer> {
  return await startAccount({ webhook: { url, secret: SECRET, retryDelaysMs: [1], ...more } })
}
const firstId = (): string => account.state().incidents[0]?.id ?? ''
const types = (): string[] => deliveries.map(({ type }) => type)

describe('the body', () => {
  test('of an incident that a sender opened: its client, no key, no person', async () => {
    await enqueue(account, trigger('k', { client: 'Arrestor', client_url: 'https://bot.example.com/INC-42' }))
    await account.webhooks?.idle()
    expect(deliveries[0]?.event).toMatchObject({
      event_type: 'incident.triggered',
      resource_type: 'incident',
      agent: { type: 'inbound_integration_reference', summary: 'Events API V2' },
      client: { name: 'Arrestor', url: 'https://bot.example.com/INC-42' },
      data: {
        id: firstId(),
        type: 'incident',
        number: 1,
        status: 'triggered',
        incident_key: null,
        title: 'Executor lost',
        service: { id: 'PSVCDATA', type: 'service_reference' },
        assignees: [{ id: ALICE.id, type: 'user_reference' }],
        urgency: 'high',
        resolve_reason: null,
      },
    })
  })

  test('of what people do afterwards: the person, and no client any more', async () => {
    await enqueue(account, trigger('k', { client: 'Arrestor', client_url: 'https://bot.example.com/INC-42' }))
    expect(account.acknowledge(firstId(), BOB.id)).toEqual({ ok: true })
    expect(account.addNote(firstId(), ALICE.id, 'Looking')).toEqual({ ok: true })
    expect(account.resolve(firstId(), ALICE.id)).toEqual({ ok: true })
    await account.webhooks?.idle()
    expect(types()).toEqual([
      'incident.triggered',
      'incident.acknowledged',
      'incident.annotated',
      'incident.resolved',
    ])
    expect(deliveries[1]?.event).toMatchObject({
      agent: { id: BOB.id, type: 'user_reference' },
      client: null,
      data: { status: 'acknowledged', assignees: [{ id: BOB.id }] },
    })
    expect(deliveries[2]?.event).toMatchObject({
      data: { type: 'incident_note', content: 'Looking', trimmed: false, incident: { id: firstId() } },
    })
    expect(deliveries[3]?.event).toMatchObject({ data: { status: 'resolved', assignees: [] } })
  })

  test('a resolution is told after the resolve; reopening and reassigning have events of their own', async () => {
    await enqueue(account, trigger('k'))
    const change = async (incident: object): Promise<unknown> =>
      await rest(account, 'PUT', `/incidents/${firstId()}`, {
        incident: { type: 'incident_reference', ...incident },
      })
    await change({ status: 'resolved', resolution: 'Reran it' })
    await change({ status: 'triggered' })
    await change({ assignments: [{ assignee: { id: BOB.id } }] })
    await account.webhooks?.idle()
    expect(types()).toEqual([
      'incident.triggered',
      'incident.resolved',
      'incident.annotated',
      'incident.reopened',
      'incident.reassigned',
    ])
  })

  test('what changes nothing is not told', async () => {
    await enqueue(account, trigger('k'))
    await enqueue(account, trigger('k'))
    account.acknowledge(firstId(), BOB.id)
    account.acknowledge(firstId(), BOB.id)
    expect(account.acknowledge('QNONE', BOB.id)).toEqual({ ok: false, error: 'incident_not_found' })
    expect(account.resolve(firstId(), 'PNOBODY')).toEqual({ ok: false, error: 'user_not_found' })
    await account.webhooks?.idle()
    expect(types()).toEqual(['incident.triggered', 'incident.acknowledged'])
  })
})

describe('the delivery', () => {
  test('is signed over the raw bytes with the secret as it is', async () => {
    await enqueue(account, trigger('k', { payload: { summary: 'Größe 🔥', source: 's', severity: 'info' } }))
    await account.webhooks?.idle()
    const [delivery] = deliveries
    const expected = createHmac('sha256', SECRET)
      .update(delivery?.raw ?? '')
      .digest('hex')
    expect(delivery?.headers).toMatchObject({
      'x-pagerduty-signature': `v1=${expected}`,
      'x-webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'content-type': 'application/json',
    })
  })

  test.each([500, 503, 429])('%d is tried again, with the same id and the same bytes', async (status) => {
    answer = () => (deliveries.length < 3 ? status : 202)
    await enqueue(account, trigger('k'))
    await account.webhooks?.idle()
    expect(deliveries).toHaveLength(3)
    expect(new Set(deliveries.map(({ headers }) => headers['x-webhook-id'])).size).toBe(1)
    expect(new Set(deliveries.map(({ raw }) => raw)).size).toBe(1)
    expect(account.webhooks?.counts()).toEqual({ attempts: 3, delivered: 1, dropped: 0, waiting: 0 })
  })

  test('no answer in time is tried again', async () => {
    await account.close()
    account = await start({ timeoutMs: 100 })
    answer = () => (deliveries.length < 2 ? 'hang' : 202)
    await enqueue(account, trigger('k'))
    await account.webhooks?.idle()
    expect(types()).toEqual(['incident.triggered', 'incident.triggered'])
  })

  test('another 4xx drops it for good', async () => {
    answer = () => 403
    await enqueue(account, trigger('k'))
    await account.webhooks?.idle()
    expect(deliveries).toHaveLength(1)
    expect(account.webhooks?.counts()).toMatchObject({ delivered: 0, dropped: 1 })
  })

  test('a failing one holds back its own incident and no other', async () => {
    let broken = true
    answer = ({ event }) => {
      const { title } = event['data'] as { title: string }
      // The first incident comes through only once the second one has.
      if (title === 'Second') broken = false
      return title === 'First' && broken ? 503 : 202
    }
    const titled = (summary: string): object => ({ payload: { summary, source: 's', severity: 'info' } })
    await enqueue(account, trigger('k1', { ...titled('First') }))
    account.acknowledge(firstId(), BOB.id)
    await enqueue(account, trigger('k2', { ...titled('Second') }))
    await account.webhooks?.idle()
    const ofFirst = deliveries.filter(({ event }) => (event['data'] as { title: string }).title === 'First')
    expect(ofFirst.at(-1)?.type).toBe('incident.acknowledged')
    expect(ofFirst.slice(0, -1).every(({ type }) => type === 'incident.triggered')).toBe(true)
    expect(account.webhooks?.counts()).toMatchObject({ delivered: 3, waiting: 0 })
  })

  test('closing gives up what still waits', async () => {
    answer = () => 503
    await enqueue(account, { ...trigger('k'), routing_key: DATA_KEY })
    await account.close()
    expect(account.webhooks?.counts()).toMatchObject({ delivered: 0, waiting: 0 })
  })
})

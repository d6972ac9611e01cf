import { describe, expect, test } from 'vitest'
import { readWebhook } from '../../src/pagerduty/webhook.ts'

const REFERENCE = { id: 'QINC001', type: 'incident_reference', summary: 'Executor lost' }
const ANN = { id: 'PUSR001', type: 'user_reference', summary: 'Ann' }

function body(type: string, data: Record<string, unknown>, more: Record<string, unknown> = {}): object {
  return {
    event: {
      id: '01EXAMPLE',
      event_type: type,
      resource_type: 'incident',
      occurred_at: '2026-01-24T07:10:05.538Z',
      agent: null,
      client: null,
      data,
      ...more,
    },
  }
}

const INCIDENT = {
  id: 'QINC001',
  type: 'incident',
  html_url: 'https://acme.pagerduty.com/incidents/QINC001',
  number: 7,
  status: 'triggered',
  incident_key: null,
  title: 'Executor lost',
  service: { id: 'PSVC001', type: 'service_reference', summary: 'Spark' },
  assignees: [ANN],
  conference_bridge: null,
  resolve_reason: null,
  a_field_of_next_year: { x: 1 },
}

describe('a webhook about an incident', () => {
  test('triggered by us brings back our own link, and no person', () => {
    const agent = { id: 'PINT001', type: 'inbound_integration_reference', summary: 'Events API V2' }
    const client = { name: 'Arrestor', url: 'https://bot.example.com/incidents/INC-42' }
    expect(readWebhook(body('incident.triggered', INCIDENT, { agent, client }))).toEqual({
      kind: 'incident',
      webhook: {
        eventId: '01EXAMPLE',
        type: 'incident.triggered',
        occurredAt: new Date('2026-01-24T07:10:05.538Z'),
        pagerDutyId: 'QINC001',
        number: 7,
        title: 'Executor lost',
        status: 'triggered',
        url: 'https://acme.pagerduty.com/incidents/QINC001',
        serviceId: 'PSVC001',
        clientUrl: 'https://bot.example.com/incidents/INC-42',
        agent: null,
        assignees: ['PUSR001'],
        mergedInto: null,
        note: null,
      },
    })
  })

  test('acknowledged by a person names the person', () => {
    const acknowledged = { ...INCIDENT, status: 'acknowledged' }
    expect(readWebhook(body('incident.acknowledged', acknowledged, { agent: ANN }))).toMatchObject({
      webhook: { status: 'acknowledged', agent: { id: 'PUSR001', name: 'Ann' } },
    })
  })

  test('resolved by a merge says into what', () => {
    const resolve_reason = {
      type: 'merge_resolve_reason',
      incident: { id: 'QTARGET', type: 'incident_reference' },
    }
    const merged = { ...INCIDENT, status: 'resolved', assignees: [], resolve_reason }
    expect(readWebhook(body('incident.resolved', merged))).toMatchObject({
      webhook: { status: 'resolved', mergedInto: 'QTARGET', assignees: [] },
    })
  })

  test('a note carries its text and no status', () => {
    const note = { incident: REFERENCE, id: 'PNOTE', content: 'On it', trimmed: false, type: 'incident_note' }
    expect(readWebhook(body('incident.annotated', note, { agent: ANN }))).toMatchObject({
      webhook: { pagerDutyId: 'QINC001', status: null, note: 'On it' },
    })
  })

  test('types and states that PagerDuty adds later are read as far as they go', () => {
    const odd = { ...INCIDENT, status: 'paused' }
    expect(readWebhook(body('incident.paused', odd))).toMatchObject({
      kind: 'incident',
      webhook: { type: 'incident.paused', status: null },
    })
  })
})

describe('what is not about an incident', () => {
  test('a ping', () => {
    const ping = body(
      'pagey.ping',
      { message: 'Hello from your friend Pagey!', type: 'ping' },
      {
        agent: { id: 'PUSR001', type: 'user_reference' },
        resource_type: 'pagey',
      },
    )
    expect(readWebhook(ping)).toEqual({ kind: 'ping' })
  })

  test('a service, or an incident event without an incident', () => {
    expect(readWebhook(body('service.updated', { id: 'PSVC', type: 'service' }))).toEqual({ kind: 'other' })
    expect(readWebhook(body('incident.task.created', { type: 'incident_task' }))).toEqual({ kind: 'other' })
    const undated = body('incident.resolved', INCIDENT, { occurred_at: 'yesterday' })
    expect(readWebhook(undated)).toEqual({ kind: 'other' })
  })

  test.each([null, 'text', 7, [], {}, { event: {} }, { messages: [{ event: 'incident.trigger' }] }])(
    '%j is no webhook v3',
    (given) => {
      expect(readWebhook(given)).toEqual({ kind: 'unreadable' })
    },
  )
})

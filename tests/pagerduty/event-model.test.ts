import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { buildAcknowledge, buildResolve, buildTrigger, shorten } from '../../src/pagerduty/event-model.ts'
import { dedupKeyOf } from '../../src/escalation/dedup-key.ts'
import { bareEvent, fitEvent, MAX_EVENT_BYTES } from '../../src/pagerduty/event-size.ts'
import { eventErrors } from '../../src/sandbox/pagerduty/event-rules.ts'
import { DATA_KEY } from '../sandbox/pagerduty/account.ts'

const KEY = dedupKeyOf('data-platform', 'INC-1')
const INPUT = {
  routingKey: DATA_KEY,
  dedupKey: KEY,
  summary: 'Executor lost',
  source: 'nightly_orders',
  severity: 'high',
}

describe('dedup key', () => {
  test('is the prefix and 64 hex digits, and the same for the same incident', () => {
    expect(KEY).toMatch(/^arrestor:[0-9a-f]{64}$/)
    expect(dedupKeyOf('data-platform', 'INC-1')).toBe(KEY)
  })

  test('differs by team and by incident, wherever the boundary between them lies', () => {
    expect(dedupKeyOf('ab', 'c')).not.toBe(dedupKeyOf('a', 'bc'))
  })

  test('is never made of nothing', () => {
    expect(() => dedupKeyOf('', 'INC-1')).toThrow('needs a team')
    expect(() => dedupKeyOf('data-platform', '')).toThrow('needs a team')
    expect(() => buildResolve(DATA_KEY, ' ')).toThrow('1 to 255')
    expect(() => buildAcknowledge(DATA_KEY, 'k'.repeat(256))).toThrow('1 to 255')
  })
})

describe('trigger', () => {
  test('carries what is known, and nothing that is not', () => {
    const at = new Date('2026-11-01T03:04:05.678Z')
    expect(
      buildTrigger({
        ...INPUT,
        at,
        component: 'yarn-prod',
        group: 'nightly',
        class: 'oom',
        details: { run: 'app-1' },
        url: 'https://example.slack.com/archives/C1/p1',
        links: [{ href: 'https://runbooks.example/oom', text: 'Runbook' }, { href: '' }],
        images: [{ src: 'https://charts.example/1.png' }, { src: 'http://plain.example/2.png' }],
      }),
    ).toEqual({
      routing_key: DATA_KEY,
      event_action: 'trigger',
      dedup_key: KEY,
      client: 'Arrestor',
      client_url: 'https://example.slack.com/archives/C1/p1',
      payload: {
        summary: 'Executor lost',
        source: 'nightly_orders',
        severity: 'error',
        timestamp: '2026-11-01T03:04:05.678Z',
        component: 'yarn-prod',
        group: 'nightly',
        class: 'oom',
        custom_details: { run: 'app-1' },
      },
      links: [{ href: 'https://runbooks.example/oom', text: 'Runbook' }],
      images: [{ src: 'https://charts.example/1.png' }],
    })
    expect(Object.keys(buildTrigger({ ...INPUT, component: '' }).payload)).toEqual([
      'summary',
      'source',
      'severity',
    ])
  })

  test.each([
    ['critical', 'critical'],
    ['HIGH', 'error'],
    ['medium', 'warning'],
    ['low', 'info'],
    ['page', 'warning'],
    ['', 'warning'],
  ])('severity %j becomes %s', (given, sent) => {
    expect(buildTrigger({ ...INPUT, severity: given }).payload.severity).toBe(sent)
  })

  test('whatever the texts are, PagerDuty would take the event', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3000 }),
      fc.string({ unit: 'grapheme', minLength: 1000, maxLength: 1100 }),
    )
    fc.assert(
      fc.property(text, text, fc.string(), (summary, source, severity) => {
        expect(eventErrors(buildTrigger({ ...INPUT, summary, source, severity }))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

describe('shortening', () => {
  test('cuts at code points, never through one', () => {
    expect(shorten('🔥'.repeat(1025), 1024)).toBe(`${'🔥'.repeat(1023)}…`)
    expect(shorten('🔥'.repeat(1024), 1024)).toBe('🔥'.repeat(1024))
    expect(shorten('plain', 1024)).toBe('plain')
  })
})

describe('size', () => {
  const long = 'é'.repeat(300_000)
  const bytes = (event: object): number => Buffer.byteLength(JSON.stringify(event))

  test('what fits is left alone', () => {
    const event = buildTrigger({ ...INPUT, details: { trace: 'x'.repeat(400_000) } })
    expect(fitEvent(event)).toEqual({ event, shortened: [] })
  })

  test('bytes are counted after encoding, not characters', () => {
    const event = buildTrigger({ ...INPUT, details: { trace: long } })
    const fitted = fitEvent(event)
    expect(fitted?.shortened).toEqual(['custom_details'])
    expect(fitted?.event).toMatchObject({
      payload: { custom_details: { error: expect.stringContaining('512,000') } },
    })
  })

  test('details go first, then links, then images, and no further than needed', () => {
    const details = { trace: 'x' }
    const links = [{ href: `https://example.com/${long}` }]
    const images = [{ src: `https://example.com/${long}` }]
    expect(fitEvent(buildTrigger({ ...INPUT, details, links }))?.shortened).toEqual([
      'custom_details',
      'links',
    ])
    const all = fitEvent(buildTrigger({ ...INPUT, details, links, images }))
    expect(all?.shortened).toEqual(['custom_details', 'links', 'images'])
    expect(bytes(all?.event ?? {})).toBeLessThan(MAX_EVENT_BYTES)
  })

  test('an event that is too large in its bones cannot be sent', () => {
    expect(fitEvent(buildTrigger({ ...INPUT, source: 'x'.repeat(MAX_EVENT_BYTES) }))).toBeUndefined()
  })

  test('the bare event keeps who, what and the key', () => {
    const event = buildTrigger({ ...INPUT, details: { a: 1 }, links: [{ href: 'https://example.com' }] })
    const bare = bareEvent(event)
    expect(bare.shortened).toEqual(['custom_details', 'links'])
    expect(bare.event).toMatchObject({ dedup_key: KEY, payload: { summary: 'Executor lost' } })
    expect(bareEvent(buildResolve(DATA_KEY, KEY)).shortened).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { addressesOf, pagerDutySchema, teamPagerDutySchema } from '../../src/pagerduty/config.ts'
import { createPacer } from '../../src/pagerduty/pacer.ts'
import { redactKeys } from '../../src/pagerduty/redact.ts'
import { retryAfterMs } from '../../src/pagerduty/retry-after.ts'
import type { Attempt } from '../../src/pagerduty/transport.ts'

describe('the account in arrestor.yml', () => {
  test('nothing given is the US region without a token', () => {
    const config = pagerDutySchema.parse({})
    expect(config).toEqual({ region: 'us', webhook_secrets: [] })
    expect(addressesOf(config)).toEqual({
      eventsUrl: 'https://events.pagerduty.com',
      apiUrl: 'https://api.pagerduty.com',
    })
  })

  test('the region decides both addresses, and a given address beats the region', () => {
    expect(addressesOf(pagerDutySchema.parse({ region: 'eu' }))).toEqual({
      eventsUrl: 'https://events.eu.pagerduty.com',
      apiUrl: 'https://api.eu.pagerduty.com',
    })
    const events_url = 'https://localhost:8443/'
    expect(addressesOf(pagerDutySchema.parse({ region: 'eu', events_url }))).toEqual({
      eventsUrl: 'https://localhost:8443',
      apiUrl: 'https://api.eu.pagerduty.com',
    })
  })

  test.each([
    { region: 'mars' },
    { events_url: 'events.pagerduty.com' },
    { api_url: 'ftp://x' },
    { routing: 1 },
  ])('%j is refused', (given) => {
    expect(pagerDutySchema.safeParse(given).success).toBe(false)
  })
})

describe('a team in arrestor.yml', () => {
  test('has a routing key, and perhaps the id of its service', () => {
    const team = { routing_key: 'R0'.repeat(16), service_id: 'PABC123' }
    expect(teamPagerDutySchema.parse(team)).toEqual(team)
  })

  test('a key of another shape is refused, without repeating it', () => {
    const { error } = teamPagerDutySchema.safeParse({ routing_key: 'e+23rschqsESqk9Q6_-g' })
    expect(error?.issues[0]?.message).toContain('32 letters and digits')
    expect(JSON.stringify(error)).not.toContain('e+23rschqs')
  })
})

describe('how long to wait', () => {
  const now = Date.parse('2026-11-01T00:00:00Z')
  test.each([
    [{ 'ratelimit-reset': '12' }, 12_000],
    [{ 'retry-after': '3' }, 3000],
    [{ 'ratelimit-reset': '12', 'retry-after': '3' }, 12_000],
    [{ 'ratelimit-reset': '', 'retry-after': '3' }, 3000],
    [{ 'retry-after': 'Sun, 01 Nov 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': '999999' }, 3_600_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', (headers, expected) => {
    expect(retryAfterMs(headers as Record<string, string>, now)).toBe(expected)
  })
})

describe('P12: redaction', () => {
  test('takes known keys, tokens in headers and routing keys in bodies out of a text', () => {
    expect(redactKeys('key abc and abc', ['abc', ''])).toBe('key [redacted] and [redacted]')
    expect(redactKeys('Authorization: Token token=u+abc, Bearer x.y', [])).toBe(
      'Authorization: Token token=[redacted], Bearer [redacted]',
    )
    expect(redactKeys('via http://bot:hunter2@proxy:3128/ failed', [])).toBe(
      'via http://[redacted]@proxy:3128/ failed',
    )
    expect(redactKeys('{"routing_key": "secret","a":1}', [])).toBe('{"routing_key": "[redacted]","a":1}')
  })
})

describe('the pace of one token', () => {
  const ok: Attempt = { kind: 'answered', status: 200, headers: {}, body: 1 }
  const limited = (headers: Record<string, string>): Attempt => ({
    kind: 'answered',
    status: 429,
    headers,
    body: 0,
  })

  test('after a 429 nothing is asked until the time it named, then everything again', async () => {
    let now = 1000
    let asked = 0
    const pacer = createPacer(() => now)
    const attempt = (answer: Attempt) => async (): Promise<Attempt> => {
      asked += 1
      return await Promise.resolve(answer)
    }
    await pacer(attempt(limited({ 'ratelimit-reset': '5' })))
    now = 5999
    expect(await pacer(attempt(ok))).toMatchObject({ status: 429, headers: { 'ratelimit-reset': '1' } })
    now = 6000
    expect(await pacer(attempt(ok))).toMatchObject({ status: 200 })
    expect(asked).toBe(2)
  })

  test('a 429 that names no time stops nothing', async () => {
    const pacer = createPacer()
    await pacer(async () => await Promise.resolve(limited({})))
    expect(await pacer(async () => await Promise.resolve(ok))).toMatchObject({ status: 200 })
  })

  test('an attempt that throws does not stop the next', async () => {
    const pacer = createPacer()
    await expect(pacer(async () => await Promise.reject(new Error('bug')))).rejects.toThrow('bug')
    expect(await pacer(async () => await Promise.resolve(ok))).toMatchObject({ status: 200 })
  })
})

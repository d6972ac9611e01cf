// The reader of Prometheus: what it asks, what it makes of every kind of answer, and what it says went wrong.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ArrestorError } from '../../../src/errors.ts'
import { createMetricsReader } from '../../../src/platforms/prometheus/reader.ts'
import { prometheusSchema } from '../../../src/platforms/prometheus/config.ts'
import type { MetricsReader } from '../../../src/ports.ts'
import {
  type FakePrometheus,
  type Reply,
  failure,
  matrix,
  startPrometheus,
  success,
  vector,
} from '../../support/prometheus.ts'
import { NEVER, deadUrl, platformOf } from '../support.ts'

const AT = new Date('2026-11-22T15:00:00.250Z')
const NOW = { promql: 'up', at: AT, range: null }
const HOUR = { promql: 'up', at: AT, range: { lastMs: 3_600_000, stepMs: 60_000 } }

let prometheus: FakePrometheus
beforeEach(async () => {
  prometheus = await startPrometheus()
})
afterEach(() => prometheus.close())

function reader(more: Record<string, unknown> = {}): MetricsReader {
  return createMetricsReader('prod', prometheusSchema.parse({ url: prometheus.url, ...more }))
}

async function problem(ask: Promise<unknown>): Promise<string> {
  const error = await ask.catch((thrown: unknown) => thrown)
  if (!(error instanceof ArrestorError)) throw new Error(`no error of the catalogue: ${String(error)}`)
  return error.message.split('\n')[0] ?? ''
}

describe('what it asks', () => {
  it('an instant: the query as a form, so that a long one fits', async () => {
    const promql = `up{a="${'x'.repeat(20_000)}"}`
    await reader().query({ ...NOW, promql }, NEVER)
    expect(prometheus.asked).toEqual([
      {
        method: 'POST',
        path: '/api/v1/query',
        form: { query: promql, time: '1795359600.250', timeout: '10000ms' },
        authorization: undefined,
      },
    ])
  })

  it('a span: from, to and step in seconds, below a prefix, with the credential', async () => {
    prometheus.reply = matrix([])
    const config = { url: `${prometheus.url}/prometheus/`, authorization: 'Bearer abc' }
    const answer = await reader(config).query(HOUR, NEVER)
    expect(prometheus.asked[0]).toMatchObject({
      path: '/prometheus/api/v1/query_range',
      form: { query: 'up', start: '1795356000.250', end: '1795359600.250', step: '60.000' },
      authorization: 'Bearer abc',
    })
    const link = new URL(answer.link)
    expect(link.pathname).toBe('/prometheus/graph')
    expect(Object.fromEntries(link.searchParams)).toEqual({
      'g0.expr': 'up',
      'g0.tab': '0',
      'g0.range_input': '3600s',
      'g0.end_input': '2026-11-22 15:00:00',
      'g0.step_input': '60',
    })
  })

  it('with GET where POST is not allowed, and from then on', async () => {
    prometheus.reply = (asked) =>
      asked.method === 'POST' ? { status: 405, body: '' } : vector([[{}, 1]])(asked)
    const one = reader()
    expect((await one.query(NOW, NEVER)).series).toHaveLength(1)
    await one.query(NOW, NEVER)
    expect(prometheus.asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET'])
    expect(prometheus.asked[2]?.form).toMatchObject({ query: 'up' })
  })

  it('P10: nothing but three paths that read, whatever the query says', async () => {
    const one = reader()
    for (const promql of ['up', '/api/v1/admin/tsdb/delete_series', '../../-/quit', 'a\r\nHost: evil'])
      await one.query({ ...NOW, promql }, NEVER)
    await one.query(HOUR, NEVER).catch(() => null)
    await one.check(NEVER).catch(() => null)
    const paths = new Set(prometheus.asked.map(({ path }) => path))
    expect([...paths].sort()).toEqual(['/api/v1/query', '/api/v1/query_range', '/api/v1/status/buildinfo'])
  })
})

describe('what it makes of answers', () => {
  it('a vector: a point a series', async () => {
    prometheus.reply = vector([
      [{ __name__: 'up', job: 'a' }, 1.5],
      [{ job: 'b' }, 'NaN'],
      [{ job: 'c' }, '+Inf'],
    ])
    const { series } = await reader().query(NOW, NEVER)
    expect(series).toEqual([
      { labels: { __name__: 'up', job: 'a' }, points: [{ at: AT, value: 1.5 }] },
      { labels: { job: 'b' }, points: [{ at: AT, value: null }] },
      { labels: { job: 'c' }, points: [{ at: AT, value: null }] },
    ])
  })

  it('a matrix: its points in time', async () => {
    prometheus.reply = matrix([[{ job: 'a' }, [1, 'NaN', 3]]])
    const [one] = (await reader().query(HOUR, NEVER)).series
    expect(one?.points.map(({ value }) => value)).toEqual([1, null, 3])
    expect(one?.points.at(-1)?.at).toEqual(AT)
  })

  it.each<[string, unknown, unknown[]]>([
    [
      'a scalar',
      { resultType: 'scalar', result: [1, '7'] },
      [{ labels: {}, points: [{ at: new Date(1000), value: 7 }] }],
    ],
    ['a string', { resultType: 'string', result: [1, '7'] }, []],
    ['nothing', { resultType: 'vector', result: [] }, []],
    [
      'a native histogram',
      { resultType: 'vector', result: [{ metric: { a: 'b' }, histogram: [1, {}] }] },
      [{ labels: { a: 'b' }, points: [] }],
    ],
    [
      'an empty value',
      { resultType: 'scalar', result: [1, ''] },
      [{ labels: {}, points: [{ at: new Date(1000), value: null }] }],
    ],
  ])('%s', async (_what, data, series) => {
    prometheus.reply = () => success(data)
    expect((await reader().query(NOW, NEVER)).series).toEqual(series)
  })

  it('keeps warnings, and not what is only a hint', async () => {
    prometheus.reply = () =>
      success(
        { resultType: 'vector', result: [] },
        { warnings: ['2 of 3 stores did not answer'], infos: ['might not be a counter'] },
      )
    expect((await reader().query(NOW, NEVER)).warnings).toEqual(['2 of 3 stores did not answer'])
  })
})

describe('what it says went wrong', () => {
  const HTML = { type: 'text/html', body: '<html>Sign in</html>' }
  it.each<[string, Reply, string]>([
    [
      'a bad query',
      failure('bad_data', '1:4: parse error: unexpected end of input.'),
      'ARR-504: The Prometheus of platform prod refuses the query: 1:4: parse error: unexpected end of input.',
    ],
    [
      'a query that cannot be carried out',
      failure('execution', 'many-to-many matching not allowed', 422),
      'ARR-504: The Prometheus of platform prod refuses the query: many-to-many matching not allowed.',
    ],
    [
      'a query that took too long',
      failure('timeout', 'query timed out in expression evaluation', 503),
      'ARR-501: Platform prod cannot be reached at URL/api/v1/query: timeout: query timed out in expression evaluation.',
    ],
    [
      'no credential',
      { status: 401, body: 'Unauthorized' },
      'ARR-505: The Prometheus of platform prod at URL/api/v1/query refuses us: it answers 401.',
    ],
    [
      'a wrong credential',
      { status: 403, ...HTML },
      'ARR-505: The Prometheus of platform prod at URL/api/v1/query refuses us: it answers 403.',
    ],
    [
      'nothing there',
      { status: 404, body: '{}' },
      'ARR-502: Platform prod answered something unexpected at URL/api/v1/query: there is no Prometheus at this address (404).',
    ],
    [
      'a login page',
      HTML,
      'ARR-502: Platform prod answered something unexpected at URL/api/v1/query: it answers text/html in place of JSON.',
    ],
    [
      'a redirect to one',
      { status: 302, location: 'https://user:pass@sso.example/login?next=x', body: '' },
      'ARR-502: Platform prod answered something unexpected at URL/api/v1/query: it redirects to https://sso.example/login: a login page, or another address.',
    ],
    [
      'a redirect to nowhere',
      { status: 302, body: '' },
      'ARR-502: Platform prod answered something unexpected at URL/api/v1/query: it redirects to nowhere: a login page, or another address.',
    ],
    [
      'half a body',
      { body: '{"status":"succ' },
      'ARR-502: Platform prod answered something unexpected at URL/api/v1/query: its JSON is broken.',
    ],
    [
      'other JSON',
      { body: '{"status":"success","data":{"resultType":"vector","result":{}}}' },
      'ARR-502: Platform prod answered something unexpected at URL/api/v1/query: data.result: ',
    ],
    [
      'a value that is no text',
      { body: '{"status":"success","data":{"resultType":"scalar","result":[1,2]}}' },
      'ARR-502: ',
    ],
    [
      'an overloaded server',
      { status: 503, ...HTML },
      'ARR-501: Platform prod cannot be reached at URL/api/v1/query: it answers 503.',
    ],
    [
      'a proxy without a server',
      { status: 502, ...HTML },
      'ARR-501: Platform prod cannot be reached at URL/api/v1/query: it answers 502.',
    ],
    [
      'being asked too often',
      { status: 429, body: '' },
      'ARR-501: Platform prod cannot be reached at URL/api/v1/query: it answers 429.',
    ],
    ['a connection that ends', 'destroy', 'ARR-501: Platform prod cannot be reached at URL/api/v1/query: '],
    [
      'an answer without end',
      { body: `{"status":"success","data":"${'x'.repeat(9 * 1024 * 1024)}"}` },
      'ARR-502: Platform prod answered something unexpected at URL/api/v1/query: the answer is larger than 8388608 bytes: ask for fewer series.',
    ],
  ])('%s', async (_what, reply, message) => {
    prometheus.reply = () => reply
    expect(await problem(reader().query(NOW, NEVER))).toContain(message.replaceAll('URL', prometheus.url))
  })

  it('no answer in time, and no time left', async () => {
    prometheus.reply = () => 'hang'
    expect(await problem(reader({ timeout_ms: 100 }).query(NOW, NEVER))).toContain(
      'it took the connection and did not answer in time',
    )
    expect(await problem(reader().query(NOW, AbortSignal.timeout(50)))).toContain('there was no time left')
  })

  it('nobody at the address', async () => {
    const dead = createMetricsReader('prod', prometheusSchema.parse({ url: await deadUrl() }))
    expect(await problem(dead.query(NOW, NEVER))).toContain('ARR-501')
  })

  it('P12: its credential is in none of it', async () => {
    const one = reader({ authorization: 'Bearer s3cret-of-prometheus' })
    for (const reply of [
      { status: 401, body: '' },
      'destroy',
      { status: 302, location: '/x', body: '' },
    ] as const) {
      prometheus.reply = () => reply
      const error = await one.query(NOW, NEVER).catch((thrown: unknown) => thrown)
      expect((error as Error).message).not.toContain('s3cret')
    }
  })
})

describe('doctor', () => {
  it('is told the version, once a query was answered', async () => {
    prometheus.reply = (asked) =>
      asked.path.endsWith('buildinfo') ? success({ version: '3.1.0' }) : vector([[{}, 1]])(asked)
    expect(await reader().check(NEVER)).toBe(`Prometheus 3.1.0 at ${prometheus.url} answers queries.`)
  })

  it('is told when the version may be read and queries may not', async () => {
    prometheus.reply = (asked) =>
      asked.path.endsWith('buildinfo') ? success({ version: '3.1.0' }) : { status: 403, body: '' }
    expect(await problem(reader().check(NEVER))).toContain('ARR-505')
  })
})

describe('in arrestor.yml', () => {
  it('every kind of platform may have one; then and only then its reader can tell metrics', () => {
    const base = { master_url: 'http://spark:8080' }
    const without = platformOf(base).reader
    expect([without.capabilities.has('metrics'), without.metrics]).toEqual([false, undefined])
    const beside = platformOf({ ...base, prometheus: { url: prometheus.url } }).reader
    expect(beside.capabilities.has('metrics')).toBe(true)
    expect(beside.metrics).toBeDefined()
    expect(beside.capabilities.has('executors')).toBe(true)
  })

  it.each([
    [{ url: 'ftp://prometheus' }, 'http'],
    [{ url: 'http://user:secret@prometheus:9090' }, 'credential'],
    [{ url: 'http://prometheus:9090', ca: '/etc/ca.pem' }, 'PEM'],
    [{ url: 'http://prometheus:9090', token: 'x' }, 'token'],
    [{ url: 'http://prometheus:9090', timeout_ms: 1 }, '100'],
    [{}, 'url'],
  ])('%j is refused', (config, why) => {
    const { error } = prometheusSchema.safeParse(config)
    expect(JSON.stringify(error?.issues)).toContain(why)
    expect(JSON.stringify(error?.issues)).not.toContain('secret')
  })
})

it('refuses an address that is none, and one that holds a credential, without failing itself', () => {
  for (const url of ['prometheus:9090', 'nothing', 'ftp://p', 'http://user:pw@p:9090', ''])
    expect(prometheusSchema.safeParse({ url }).success, url).toBe(false)
})

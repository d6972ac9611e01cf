// The read client says what went wrong at the other end, and asks for nothing but reads.
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type ReadClientOptions, createReadClient } from '../../../src/platforms/spark-rest/client.ts'
import { NEVER, type Reply, type Stage, deadUrl, stage } from '../support.ts'

const VERSION = z.object({ spark: z.string() })
const open: Stage[] = []

async function serve(reply: (method: string, url: URL) => Reply): Promise<Stage> {
  const served = await stage(reply)
  open.push(served)
  return served
}

function clientOf(
  baseUrl: string,
  more: Partial<ReadClientOptions> = {},
): ReturnType<typeof createReadClient> {
  return createReadClient({ platform: 'batch', baseUrl, ...more })
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe('what comes back', () => {
  it('is the JSON, checked', async () => {
    const { url } = await serve(() => ({ body: '{"spark":"4.3.0","more":1}' }))
    expect(await clientOf(url).json('/api/v1/version', VERSION, NEVER)).toEqual({ spark: '4.3.0' })
  })

  it('is null where Spark says in plain text that it has no such thing', async () => {
    const { url } = await serve(() => ({ status: 404, type: 'text/plain', body: 'unknown app: x' }))
    expect(await clientOf(url).json('/api/v1/applications/x', VERSION, NEVER)).toBeNull()
  })

  it.each<[string, Reply, RegExp]>([
    ['a login page with 200', { type: 'text/html', body: '<form>' }, /ARR-502.*text\/html in place of JSON/],
    [
      'a 404 that is not Spark',
      { status: 404, type: 'text/html', body: '<h1>' },
      /ARR-502.*nothing of Spark/,
    ],
    ['a 401', { status: 401 }, /ARR-506.*it answers 401 to a request without a credential/],
    ['a 403', { status: 403, type: 'text/html' }, /ARR-506.*it answers 403/],
    ['broken JSON', { body: '{"spark":' }, /ARR-502.*JSON is broken/],
    ['JSON of another shape', { body: '{"spark":4}' }, /ARR-502.*spark: .*string/],
    ['a 500', { status: 500 }, /ARR-501.*it answers 500/],
    ['a 503', { status: 503 }, /ARR-501.*it answers 503/],
    ['a connection that breaks', 'destroy', /ARR-501/],
  ])('names %s', async (_what, reply, error) => {
    const { url } = await serve(() => reply)
    await expect(clientOf(url).json('/api/v1/version', VERSION, NEVER)).rejects.toThrow(error)
  })

  it('names an address where nothing listens', async () => {
    const url = await deadUrl()
    await expect(clientOf(url).json('/api/v1/version', VERSION, NEVER)).rejects.toThrow(
      /ARR-501.*ECONNREFUSED/,
    )
  })

  it('is refused when it is larger than the bound', async () => {
    const { url } = await serve(() => ({ body: JSON.stringify({ spark: 'x'.repeat(5000) }) }))
    await expect(clientOf(url, { maxBytes: 1000 }).json('/api/v1/version', VERSION, NEVER)).rejects.toThrow(
      /ARR-502.*larger than 1000 bytes/,
    )
  })

  it('is not waited for beyond the limit or the signal', async () => {
    const silent = await stageThatNeverAnswers()
    await expect(clientOf(silent, { timeoutMs: 50 }).json('/api/v1/version', VERSION, NEVER)).rejects.toThrow(
      /ARR-501.*did not answer in time \(0\.05 s\)/,
    )
    await expect(clientOf(silent).json('/api/v1/version', VERSION, AbortSignal.abort())).rejects.toThrow(
      /ARR-501.*no time left/,
    )
  })

  it('tells no secret of the request in its errors', async () => {
    const { url } = await serve(() => ({ status: 403 }))
    const client = clientOf(url, { headers: () => ({ authorization: 'Bearer s3cret' }) })
    await expect(
      client.json('/api/v1/applications', z.unknown(), NEVER, { q: 's3cret' }),
    ).rejects.not.toThrow(/s3cret/)
  })
})

describe('P10: what is asked', () => {
  it('is GET, with the headers that were configured', async () => {
    const served = await serve(() => ({ body: '{"spark":"3.5.9"}' }))
    await clientOf(served.url, { headers: () => ({ authorization: 'Bearer x' }) }).json(
      '/api/v1/version',
      VERSION,
      NEVER,
    )
    expect(served.asked).toEqual(['GET /api/v1/version'])
    expect(served.headers[0]?.authorization).toBe('Bearer x')
  })

  it('is nothing at all for a path that acts', async () => {
    const served = await serve(() => ({ body: '{}' }))
    await expect(clientOf(served.url).json('/jobs/job/kill/', VERSION, NEVER)).rejects.toThrow(/^ARR-503/)
    await expect(clientOf(served.url).page('/app/kill/', NEVER)).rejects.toThrow(/^ARR-503/)
    expect(served.asked).toEqual([])
  })

  it.each([
    '/jobs/job/kill/?id=0',
    '/jobs/',
    '/api/v1/../../app/kill/',
    '//127.0.0.1:1/api/v1/version',
    'javascript:x',
  ])('does not follow a redirect to %s', async (location) => {
    const served = await serve(() => ({ status: 302, location }))
    await expect(clientOf(served.url).json('/api/v1/version', VERSION, NEVER)).rejects.toThrow(
      /ARR-502.*redirects/,
    )
    expect(served.asked).toEqual(['GET /api/v1/version'])
  })

  it('follows a redirect to another read, and not in circles', async () => {
    const served = await serve((_method, url) =>
      url.pathname === '/json' ? { status: 302, location: '/json/' } : { body: '{"spark":"3.5.9"}' },
    )
    expect(await clientOf(served.url).json('/json', VERSION, NEVER)).toEqual({ spark: '3.5.9' })
    const circle = await serve(() => ({ status: 302, location: '/json/' }))
    await expect(clientOf(circle.url).json('/json/', VERSION, NEVER)).rejects.toThrow(/ARR-502/)
    expect(circle.asked).toHaveLength(3)
  })
})

async function stageThatNeverAnswers(): Promise<string> {
  const { createServer } = await import('node:http')
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  open.push({ url: '', asked: [], headers: [], close: async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  } }) // prettier-ignore
  return `http://127.0.0.1:${port}`
}

// One way out for all reads: what passes by itself is asked again, what may be shared is, and what is late is given up.
import { Agent, type Server, createServer } from 'node:http'
import { type Socket, connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createGate } from '../../../src/platforms/http/gate.ts'
import { refusalWords } from '../../../src/platforms/http/refusal.ts'
import {
  type Read,
  type RequestOptions,
  createRequest,
  statusWords,
} from '../../../src/platforms/http/request.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { NEVER, type Reply, deadUrl, stage } from '../support.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.close()))))

async function serve(...replies: Reply[]): ReturnType<typeof stage> {
  let turn = 0
  const served = await stage(() => replies[Math.min(turn++, replies.length - 1)]!)
  open.push(served)
  return served
}

/** Connections that come to nothing, as a firewall makes them. */
class Nowhere extends Agent {
  override createConnection(): Socket {
    return connect({ host: 'driver', port: 4040, lookup: () => {} })
  }
}

/** Answers with headers and a body, in whatever way `answer` has. */
async function raw(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

const read = (url: string, more: Partial<Read> = {}): Read => ({
  method: 'GET',
  url: new URL('/api/v1/version', url),
  headers: {},
  ...more,
})
const requestOf = (more: Partial<RequestOptions> = {}): ReturnType<typeof createRequest> =>
  createRequest({ platform: 'batch', timeoutMs: 5000, maxBytes: 1000, ...more })

describe('what passes by itself', () => {
  it.each<[string, Reply]>([
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['429', { status: 429 }],
    ['a connection that breaks', 'destroy'],
  ])('is asked for again: %s', async (_what, trouble) => {
    const served = await serve(trouble, trouble, { body: 'well' })
    const answer = await requestOf()(read(served.url), NEVER)
    expect([answer.status, answer.body.toString()]).toEqual([200, 'well'])
    expect(served.asked).toHaveLength(3)
  })

  it('is given up after the third time', async () => {
    const served = await serve({ status: 503 })
    expect((await requestOf()(read(served.url), NEVER)).status).toBe(503)
    expect(served.asked).toHaveLength(3)
    const broken = await serve('destroy')
    await expect(requestOf()(read(broken.url), NEVER)).rejects.toThrow(/ARR-501.*socket hang up/)
    expect(broken.asked).toHaveLength(3)
  })

  it.each<[string, Reply]>([
    ['500', { status: 500 }],
    ['404', { status: 404 }],
    ['403', { status: 403 }],
    ['302', { status: 302, location: '/' }],
  ])('is not %s', async (_what, reply) => {
    const served = await serve(reply)
    await requestOf()(read(served.url), NEVER)
    expect(served.asked).toHaveLength(1)
  })

  it('is not an address where nobody listens, nor an answer that is late', async () => {
    await expect(requestOf()(read(await deadUrl()), NEVER)).rejects.toThrow(/ARR-501.*ECONNREFUSED/)
    let asked = 0
    const silent = await raw(() => void (asked += 1))
    await expect(requestOf({ timeoutMs: 500 })(read(silent), NEVER)).rejects.toThrow(
      /it took the connection and did not answer in time \(0\.5 s\)/,
    )
    expect(asked).toBe(1)
  })

  it('is told apart: nobody takes the connection, or whoever has taken it is silent', async () => {
    const late = requestOf({ timeoutMs: 60, httpAgent: new Nowhere() })
    await expect(late(read('http://10.0.0.1:4040'), NEVER)).rejects.toThrow(/: it did not answer in time \(/)
    let asked = 0
    const url = await raw((_request, response) => {
      asked += 1
      if (asked === 1) response.end('well')
    })
    const agent = new Agent({ keepAlive: true })
    const again = requestOf({ timeoutMs: 500, httpAgent: agent })
    expect((await again(read(url), NEVER)).status).toBe(200)
    // On the connection that it has kept.
    await expect(again(read(url), NEVER)).rejects.toThrow(/it took the connection and did not answer in time/)
    agent.destroy()
  })

  it('waits as long as the platform asks, where that is short, and believes it where it is long', async () => {
    let asked = 0
    const url = await raw((_request, response) => {
      asked += 1
      if (asked === 1) response.writeHead(503, { 'retry-after': '0' }).end()
      else response.end('well')
    })
    expect((await requestOf()(read(url), NEVER)).status).toBe(200)
    let again = 0
    const busy = await raw((_request, response) => {
      again += 1
      response.writeHead(503, { 'retry-after': '30' }).end()
    })
    expect(statusWords(await requestOf()(read(busy), NEVER))).toBe('it answers 503 and asks to wait 30 s')
    expect(again).toBe(1)
  })

  it('is not waited for beyond the deadline', async () => {
    const url = await raw((_request, response) => void response.writeHead(503, { 'retry-after': '2' }).end())
    await expect(requestOf()(read(url), AbortSignal.timeout(60))).rejects.toThrow(/ARR-501.*no time left/)
  })
})

describe('a body', () => {
  it('that breaks off is told as such', async () => {
    const url = await raw((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    await expect(requestOf()(read(url), NEVER)).rejects.toThrow(/ARR-501.*breaks off in the middle/)
  })

  it('that drips is given up in time, though it is never silent', async () => {
    const url = await raw((_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write('.'), 10)
      response.on('close', () => clearInterval(drip))
    })
    await expect(requestOf({ timeoutMs: 80 })(read(url), NEVER)).rejects.toThrow(
      /: it did not answer in time \(0\.08 s\)/,
    )
  })

  it('that is too large is not read', async () => {
    let sent = 0
    const url = await raw((_request, response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(64 * 1024)
      const more = (): void => {
        while (sent < 100 * 1024 * 1024) {
          sent += chunk.length
          if (!response.write(chunk)) return
        }
        response.end()
      }
      response.on('drain', more)
      more()
    })
    await expect(requestOf({ tooLarge: 'ask for less' })(read(url), NEVER)).rejects.toThrow(
      /ARR-502.*larger than 1000 bytes: ask for less/,
    )
    expect(sent).toBeLessThan(10 * 1024 * 1024)
  })
})

describe('P12: no error holds the credential', () => {
  it('nor its cause', async () => {
    const url = (await deadUrl()).replace('http://', 'http://user:s3cret@')
    const error = await requestOf()(read(url, { headers: { authorization: 'Bearer s3cret' } }), NEVER).catch(
      (thrown: unknown) => thrown,
    )
    expect(String(error)).not.toContain('s3cret')
    expect(JSON.stringify(error)).not.toContain('s3cret')
    expect(JSON.stringify((error as Error).cause)).not.toContain('s3cret')
  })
})

describe('through a gate', () => {
  it('the same is asked once, other headers are another question, and a failure is not kept', async () => {
    const metrics = createMetrics({ processMetrics: false })
    const gate = createGate('batch', { concurrency: 4, perSecond: 1000, renewMs: 0 }, metrics)
    const request = requestOf({ gate })
    const served = await serve({ body: 'a' })
    await Promise.all(Array.from({ length: 40 }, () => request(read(served.url), NEVER)))
    await request(read(served.url), NEVER)
    expect(served.asked).toHaveLength(1)
    await request(read(served.url, { headers: { authorization: 'Bearer other' } }), NEVER)
    await request(read(served.url, { unshared: true }), NEVER)
    expect(served.asked).toHaveLength(3)
    const ill = await serve({ status: 500 }, { body: 'b' })
    await request(read(ill.url), NEVER)
    expect((await request(read(ill.url), NEVER)).body.toString()).toBe('b')
    expect(await metrics.registry.metrics()).toContain('arrestor_platform_shared_total{platform="batch"} 40')
  })

  it('what decides something is asked anew', async () => {
    const gate = createGate('batch', { concurrency: 4, perSecond: 1000, renewMs: 0 })
    const served = await serve({ body: 'before' }, { body: 'after' })
    expect((await requestOf({ gate })(read(served.url), NEVER)).body.toString()).toBe('before')
    expect((await requestOf({ gate })(read(served.url), NEVER)).body.toString()).toBe('before')
    expect((await requestOf({ gate: gate.fresh() })(read(served.url), NEVER)).body.toString()).toBe('after')
  })

  it('who finds all places taken until its time is up says so', async () => {
    const metrics = createMetrics({ processMetrics: false })
    const gate = createGate('batch', { concurrency: 1, perSecond: 1000, renewMs: 0 }, metrics)
    const request = requestOf({ gate })
    const silent = await raw(() => undefined)
    const hold = new AbortController()
    const first = request(read(silent), hold.signal).catch((error: unknown) => error)
    await expect(
      request(read(`${silent}/other`, { unshared: true }), AbortSignal.timeout(40)),
    ).rejects.toThrow(/ARR-501.*there was no time left, the platform's budget was taken/)
    hold.abort()
    expect(String(await first)).toMatch(/ARR-501.*no time left/)
    expect(await metrics.registry.metrics()).toContain(
      'arrestor_platform_wait_seconds_count{platform="batch"} 1',
    )
    // The place is free again.
    const served = await serve({ body: 'well' })
    expect((await request(read(served.url), NEVER)).status).toBe(200)
  })
})

describe('what is said of a refusal', () => {
  const answer = (
    status: number,
    headers: Record<string, unknown>,
    body = '',
  ): Parameters<typeof refusalWords>[0] => ({
    status,
    headers,
    body: Buffer.from(body),
  })

  it.each([
    [{}, {}, '', 'it answers 401 to a request without a credential'],
    [
      { authorization: 'Basic dTpw' },
      { 'www-authenticate': 'Negotiate' },
      '',
      'it answers 401 to our Basic credential; it asks for Kerberos (`auth: { type: kerberos, ... }`)',
    ],
    [
      { accept: 'x', 'x-hadoop-delegation-token': 'abc' },
      { 'www-authenticate': 'Basic realm="hadoop, inc", charset="UTF-8"' },
      '<html><head><title>Error 401 Token expired</title>',
      'it answers 401 to a delegation token; it says "Token expired"; it asks for a name and password (`auth: { type: basic, ... }`)',
    ],
    [{ authorization: 'xyz' }, {}, '', 'it answers 401 to our Authorization header'],
    [{ 'x-api-key': 'abc' }, {}, 'Go\naway', 'it answers 401 to our header x-api-key; it says "Go away"'],
    [{}, {}, '{"a":1}', 'it answers 401 to a request without a credential'],
    [
      { authorization: 'Bearer x' },
      {},
      '{\n"url":"http://h/",\n"status":"403",\n"message":"JWT Validate Fail"}',
      'it answers 401 to our Bearer credential; it says "JWT Validate Fail"',
    ],
  ])('%j, asked %j', (sent, headers, body, said) => {
    expect(refusalWords(answer(401, headers, body), sent as Record<string, string>)).toBe(said)
  })
})

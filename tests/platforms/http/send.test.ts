// Kerberos on the wire (RFC 4559): a token for each request and server that asks for one, good there and once.
import { afterEach, describe, expect, it } from 'vitest'
import { createGate } from '../../../src/platforms/http/gate.ts'
import { createRequest } from '../../../src/platforms/http/request.ts'
import { createSend } from '../../../src/platforms/http/send.ts'
import type { Send } from '../../../src/send.ts'
import { writeOnce } from '../../../src/write-once.ts'
import type { Made, TokenAsk, Tokens } from '../../../src/platforms/kerberos/token-ask.ts'
import type { Platform } from '../../../src/platforms/platform.ts'
import { DEPS, NEVER, type Reply, type Stage, platformOf, runOf, stage } from '../support.ts'

const open: Stage[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.close()))))

const APP = 'application_1795372654672_0001'
const AUTH = { type: 'kerberos', principal: 'arrestor@EXAMPLE.COM', keytab: '/k/arrestor.keytab' } as const

/** A realm: hands out tokens, and a server of it takes each once, if it is for its service. */
interface Realm {
  readonly tokens: Tokens
  readonly asks: TokenAsk[]
  /** Asks for a token, takes it, and answers `reply`. */
  server(service: string, reply: (method: string, url: URL) => Reply): Promise<Stage>
}

function realmOf(made?: Made): Realm {
  const asks: TokenAsk[] = []
  const valid = new Map<string, string>()
  return {
    asks,
    tokens(ask) {
      asks.push(ask)
      const token = Buffer.from(`token ${asks.length} of the test`).toString('base64')
      valid.set(`Negotiate ${token}`, ask.service)
      return Promise.resolve(made ?? { token })
    },
    async server(service, reply) {
      const served = await stage((method, url, _body, { authorization }) => {
        if (authorization === undefined) return { status: 401, type: 'text/html', asks: 'Negotiate' }
        if (valid.get(authorization) !== service)
          return { status: 403, type: 'text/html', body: `<title>Error 403 GSSException: ${authorization}</title>` }
        valid.delete(authorization)
        return reply(method, url)
      }) // prettier-ignore
      open.push(served)
      return served
    },
  }
}

const named = (url: string): string => url.replace('127.0.0.1', 'localhost')
const sendOf = (tokens: Tokens, services: Record<string, string> = {}): Send =>
  createSend('batch', { auth: { ...AUTH, services } }, tokens)
const requestOf = (send: Send, more = {}): ReturnType<typeof createRequest> =>
  createRequest({ platform: 'batch', timeoutMs: 5000, maxBytes: 1000, send, ...more })
const get = (url: string): Parameters<ReturnType<typeof createRequest>>[0] => ({
  method: 'GET',
  url: new URL(url),
  headers: {},
})

describe('a server that asks for Kerberos', () => {
  it('is told once it has asked, and with every request from then on, each time anew', async () => {
    const realm = realmOf()
    const server = await realm.server('HTTP/localhost', () => ({ body: 'well' }))
    const request = requestOf(sendOf(realm.tokens))
    for (const turn of [1, 2, 3])
      expect((await request(get(`${named(server.url)}/${turn}`), NEVER)).status).toBe(200)
    expect(server.asked).toEqual(['GET /1', 'GET /1', 'GET /2', 'GET /3'])
    expect(realm.asks).toEqual(
      Array.from({ length: 3 }, () => ({
        principal: 'arrestor@EXAMPLE.COM',
        keytab: '/k/arrestor.keytab',
        service: 'HTTP/localhost',
      })),
    )
    expect(new Set(server.headers.map(({ authorization }) => authorization)).size).toBe(4)
  })

  it('is a service by the name in its address, or by the one that is configured', async () => {
    const realm = realmOf()
    const server = await realm.server('HTTP/rm1@EXAMPLE.COM', () => ({ body: 'well' }))
    const request = requestOf(sendOf(realm.tokens, { '127.0.0.1': 'HTTP/rm1@EXAMPLE.COM' }))
    expect((await request(get(server.url), NEVER)).status).toBe(200)
    expect((await request(get(named(server.url)), NEVER)).status).toBe(403)
    expect(realm.asks.map(({ service }) => service)).toEqual(['HTTP/rm1@EXAMPLE.COM', 'HTTP/localhost'])
  })

  it('answers that several may share are asked for once, though no token is like another', async () => {
    const realm = realmOf()
    const server = await realm.server('HTTP/localhost', () => ({ body: 'well' }))
    const gate = createGate('batch', { concurrency: 4, perSecond: 100, renewMs: 0 })
    const request = requestOf(sendOf(realm.tokens), { gate })
    await request(get(named(server.url)), NEVER)
    await Promise.all([request(get(named(server.url)), NEVER), request(get(named(server.url)), NEVER)])
    expect(realm.asks).toHaveLength(1)
  })

  it('takes a write once, and is told at once where it has asked before', async () => {
    const realm = realmOf()
    const server = await realm.server('HTTP/localhost', (method) => ({ status: method === 'PUT' ? 202 : 200 }))
    const send = sendOf(realm.tokens)
    const write = { method: 'PUT', url: named(server.url), body: '{}', headers: {}, timeoutMs: 5000, send } as const
    const meaning = { outcome: ({ status }: { status: number }) => ({ kind: 'accepted', detail: String(status) }) as const, neverSent: '', lost: '' }
    expect((await writeOnce(write, meaning, NEVER)).detail).toBe('202')
    expect((await writeOnce(write, meaning, NEVER)).detail).toBe('202')
    expect(server.headers.filter(({ authorization }) => authorization !== undefined)).toHaveLength(2)
    expect(server.asked).toHaveLength(3)
  }) // prettier-ignore

  it('P12: a token that it repeats in its refusal goes no further', async () => {
    const realm = realmOf()
    const server = await realm.server('HTTP/elsewhere', () => ({}))
    const answer = await requestOf(sendOf(realm.tokens))(get(server.url), NEVER)
    expect(answer.status).toBe(403)
    expect(answer.negotiated).toBe(true)
    expect(answer.body.toString()).toContain('GSSException: [redacted]')
  })
})

describe('who is told nothing', () => {
  it.each<[string, Reply]>([
    ['a server that does not ask', { body: 'well' }],
    ['one that asks for something else', { status: 401, asks: 'Basic realm="x"' }],
    ['one that refuses without asking', { status: 403, asks: 'Negotiate' }],
  ])('%s', async (_what, reply) => {
    const realm = realmOf()
    const server = await stage(() => reply)
    open.push(server)
    await requestOf(sendOf(realm.tokens))(get(server.url), NEVER)
    expect(realm.asks).toEqual([])
    expect(server.asked).toHaveLength(1)
    expect(server.headers[0]).not.toHaveProperty('authorization')
  })

  it('P10: where a redirect leads to another address', async () => {
    const realm = realmOf()
    const stranger = await realm.server('HTTP/127.0.0.1', () => ({ body: '{}' }))
    const rm = await realm.server('HTTP/localhost', () => ({ status: 307, location: stranger.url }))
    const { reader } = yarnOf(realm, named(rm.url))
    await expect(reader.run(runOf({ runId: APP }), NEVER)).rejects.toMatchObject({ code: 'ARR-502' })
    expect(stranger.asked).toEqual([])
    expect(realm.asks.map(({ service }) => service)).toEqual(['HTTP/localhost'])
  })
})

function yarnOf(realm: Realm, url: string): Platform {
  const config = { kind: 'yarn', rm_urls: [url], auth: AUTH, actions: ['application.kill'] }
  return platformOf(config, { ...DEPS, kerberos: realm.tokens })
}

describe('every kind of web interface speaks it', () => {
  it.each([
    ['spark-standalone', (url: string) => ({ master_url: url, history_url: url })],
    ['yarn', (url: string) => ({ rm_urls: [url], history_url: url })],
    ['livy', (url: string) => ({ livy_url: url, history_url: url })],
  ])('%s, for reads and for writes', async (kind, addresses) => {
    const realm = realmOf()
    const server = await realm.server('HTTP/localhost', () => ({ status: 403, type: 'text/plain', body: 'Not you' }))
    const config = { kind, ...addresses(named(server.url)), auth: AUTH, actions: ['application.kill'] }
    const { reader, writer } = platformOf(config, { ...DEPS, kerberos: realm.tokens })
    await expect(reader.check(NEVER)).rejects.toThrow(/^ARR-506.*it answers 403 to our Kerberos token; it says "Not you"; /s)
    const read = realm.asks.length
    expect(await writer?.kill(kind === 'yarn' ? APP : 'batch-1', NEVER)).toMatchObject({ kind: 'refused' })
    expect(realm.asks.length).toBeGreaterThan(read)
  }) // prettier-ignore
})

describe('without a token', () => {
  it.each<[Made, RegExp]>([
    [
      { failed: 'refused', why: 'the keytab is old' },
      /^ARR-507: Platform batch asks for Kerberos, and there is no token for HTTP\/localhost as arrestor@EXAMPLE\.COM: the keytab is old\.\n.*platforms\.batch/,
    ],
    [{ failed: 'unreachable', why: 'no KDC answers' }, /^ARR-501: .*no KDC answers\./],
    [{ failed: 'absent', why: 'koffi is not installed' }, /^ARR-508: .*koffi is not installed\.\n.*Install/],
  ])('the check says why: %j', async (made, says) => {
    const realm = realmOf(made)
    const server = await realm.server('HTTP/localhost', () => ({}))
    const { reader, writer } = yarnOf(realm, named(server.url))
    await expect(reader.check(NEVER)).rejects.toThrow(says)
    expect(await writer?.kill(APP, NEVER)).toMatchObject({ kind: 'refused' })
    expect(server.asked.every((one) => one.startsWith('GET '))).toBe(true)
  })

  it('P7: a write that got no token was surely not done', async () => {
    const realm = realmOf({ failed: 'unreachable', why: 'no KDC answers' })
    const server = await realm.server('HTTP/localhost', () => ({}))
    const outcome = await writeOnce(
      {
        method: 'PUT',
        url: named(server.url),
        headers: {},
        timeoutMs: 5000,
        send: sendOf(realm.tokens),
      },
      {
        outcome: () => ({ kind: 'accepted', detail: '' }),
        neverSent: 'It was not sent',
        lost: 'Lost',
      },
      NEVER,
    )
    expect(outcome).toMatchObject({
      kind: 'refused',
      detail: expect.stringMatching(/^It was not sent \(ARR-501.*no KDC answers\.\)\.$/) as string,
    })
  })

  it('a KDC that does not answer is waited for no longer than a request may take', async () => {
    const server = await realmOf().server('HTTP/localhost', () => ({}))
    const never: Tokens = (_ask, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('The time is over')), { once: true }),
      )
    await expect(requestOf(sendOf(never), { timeoutMs: 100 })(get(named(server.url)), NEVER)).rejects.toThrow(
      /^ARR-501.*there was no time left for a Kerberos token of arrestor@EXAMPLE\.COM; does a KDC of EXAMPLE\.COM answer\?/,
    )
  })
})

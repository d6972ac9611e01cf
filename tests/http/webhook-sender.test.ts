// Webhooks that actions send: signed as documented, once, to one address; what each answer means (P7, P12, P13).
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, type ServerResponse, createServer, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createWebhooks } from '../../src/http/webhook-sender.ts'
import { type Connection, createConnection } from '../../src/pagerduty/transport.ts'
import type { Webhook, WebhookRequest, WriteOutcome } from '../../src/ports.ts'
import { ensureCertificates } from '../../src/sandbox/tls.ts'
import { aboutFor } from '../support/deployments.ts'
import { type Pipeline, startPipeline } from '../support/pipeline.ts'

const SIGNAL = new AbortController().signal
const agents = { http: new HttpAgent(), https: new HttpsAgent() }
const webhookOf = (url: string, secret: string, timeout_s = 5): Webhook =>
  createWebhooks({ pipeline: { url, secret, timeout_s } }, agents)[0]!
const requestOf = (id: string, at = new Date()): WebhookRequest => ({
  id,
  type: 'rollback.requested.v1',
  at,
  data: { ...aboutFor('nightly-orders'), from: 'v2', to: 'v1', reason: null, deployed: null, previous: null },
})

let pipeline: Pipeline
beforeEach(async () => {
  pipeline = await startPipeline({ now: () => new Date() })
})
afterEach(() => pipeline.close())
const sent = (id = 'act-1'): Promise<WriteOutcome> =>
  webhookOf(pipeline.url, pipeline.secret).send(requestOf(id), SIGNAL)

describe('a webhook of an action', () => {
  it('is taken by a strict receiver, whose own words and link are told, without the query', async () => {
    expect(await sent()).toEqual({
      kind: 'accepted',
      detail: 'Webhook pipeline took it (202): run 17 will go back https://ci.example/runs/17',
    })
    expect(pipeline.taken.map(({ id, data }) => [id, data.to])).toEqual([['act-1', 'v1']])
  })

  it('bears one id however often it is sent, so that the receiver acts once', async () => {
    await sent()
    await sent()
    expect([pipeline.posts, pipeline.taken.length]).toEqual([2, 1])
  })

  it('is refused where the secret is another, and says so in the receiver’s words', async () => {
    expect(await webhookOf(pipeline.url, 'another-secret-entirely').send(requestOf('act-1'), SIGNAL)).toEqual(
      {
        kind: 'refused',
        detail: 'Webhook pipeline refused it (401): the signature is not right',
      },
    )
    expect(pipeline.taken).toEqual([])
  })

  it('is refused by who looks at its age', async () => {
    const old = requestOf('act-1', new Date(Date.now() - 6 * 60_000))
    const outcome = await webhookOf(pipeline.url, pipeline.secret).send(old, SIGNAL)
    expect(outcome).toMatchObject({ kind: 'refused', detail: expect.stringContaining('too old') })
  })

  type Answer = (response: ServerResponse) => void
  const huge: Answer = (response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024)));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }
  const hostile: readonly (readonly [string, WriteOutcome['kind'], string, Answer])[] = [
    ['sends on after a form', 'unknown', 'not followed', (r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['sends the body on', 'refused', 'not followed', (r) => r.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()],
    ['answers without end', 'unknown', 'gave no answer', huge],
    ['answers with a page', 'unknown', 'with a page', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in')],
    ['answers with a form in plain text', 'unknown', 'with a page', (r) => r.writeHead(200, { 'content-type': 'text/plain' }).end('<form action="/login">')],
    ['answers 408', 'unknown', 'may have taken', (r) => r.writeHead(408).end('took too long')],
    ['answers 499', 'unknown', 'may have taken', (r) => r.writeHead(499).end()],
    ['answers 503', 'unknown', 'may have taken', (r) => r.writeHead(503).end('busy')],
    ['hangs up', 'unknown', 'gave no answer', (r) => void r.destroy()],
    ['does not answer', 'unknown', 'gave no answer', () => {}],
    ['answers 404', 'refused', 'refused it (404): no such job', (r) => r.writeHead(404).end('no such\njob')],
  ] // prettier-ignore
  it.each(hostile)('P7: to one that %s is %s, and is not sent again', async (_what, kind, words, answer) => {
    pipeline.answerNext(answer)
    const outcome = await webhookOf(pipeline.url, pipeline.secret, 1).send(requestOf('act-1'), SIGNAL)
    expect(outcome.kind).toBe(kind)
    expect(outcome.detail).toContain(words)
    expect(pipeline.posts).toBe(1)
  })

  it('P12: tells neither secret, signature nor address, even where the receiver repeats them', async () => {
    pipeline.answerNext((response, request) =>
      response.writeHead(400).end(`${String(request.headers['x-arrestor-signature'])} ${pipeline.secret} ${pipeline.url}`),
    ) // prettier-ignore
    const { detail } = await sent()
    expect(detail).toMatch(/\(400\): .*\[redacted\]/)
    expect(detail).not.toMatch(/v1=[0-9a-f]/)
    for (const secret of [pipeline.secret, pipeline.url]) expect(detail).not.toContain(secret)
  })

  it.each([
    ['query', '/rollback?token=a-token-of-the-address&pw=Tr0ub%20dour', ['a-token-of-the-address', 'Tr0ub dour']],
    ['path', '/hooks/T0AB12/x7Kd92mQpLw04ZtRsVbN', ['x7Kd92mQpLw04ZtRsVbN']],
  ])('P12: tells no credential in the %s of its address, where the receiver repeats it', async (_where, path, secrets) => {
    pipeline.answerNext((response, request) =>
      response.writeHead(404).end(`Cannot POST ${request.url}, token ${secrets.join(' or ')}`),
    )
    const { detail } = await webhookOf(new URL(path, pipeline.url).href, pipeline.secret).send(requestOf('act-1'), SIGNAL)
    expect(detail).toContain('(404): Cannot POST ')
    for (const secret of [...secrets, ...path.split(/[?&=]/).slice(1).filter((part) => part.length > 6)])
      expect(detail).not.toContain(secret)
  }) // prettier-ignore

  it('was surely not sent where nobody listens', async () => {
    const { url, secret } = pipeline
    await pipeline.close()
    expect((await webhookOf(url, secret).send(requestOf('act-1'), SIGNAL)).kind).toBe('refused')
    await expect(webhookOf(url, secret).check(SIGNAL)).rejects.toThrow(/cannot be reached/)
    pipeline = await startPipeline({ now: () => new Date() })
  })

  it('P13: is checked without setting anything off', async () => {
    expect(await webhookOf(pipeline.url, pipeline.secret).check(SIGNAL)).toContain('405 to OPTIONS')
    expect(pipeline.posts).toBe(0)
  })
})

describe('a proxy', () => {
  /** One of our own, which opens tunnels to and hands on to what `onward` names, and says what was asked of it. */
  const startProxy = async (onward: string): Promise<{ url: string; asked: string[] }> => {
    const asked: string[] = []
    const { port } = new URL(onward)
    const proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      const { method = 'GET', headers } = request
      const further = httpRequest({ host: '127.0.0.1', port, path: new URL(request.url ?? '').pathname, method, headers })
      further.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      request.pipe(further)
    })
    proxy.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`)
      if (request.url?.startsWith('forbidden.') === true) {
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
        return
      }
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        upstream.pipe(socket)
        socket.pipe(upstream)
      })
      upstream.on('error', () => socket.destroy())
      socket.on('error', () => upstream.destroy())
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    onTestFinished(() => {
      proxy.closeAllConnections()
      proxy.close()
    })
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked }
  }
  const secret = 'a-secret-of-the-pipeline'
  const through = (url: string, connection: Connection): Webhook =>
    createWebhooks({ pipeline: { url, secret, timeout_s: 5 } }, connection)[0]!

  it('is gone through to a name that it alone knows, by what is sent and by what is checked', async () => {
    const proxy = await startProxy(pipeline.url)
    const webhook = through('http://ci.internal/rollback', createConnection({ proxy: proxy.url }))
    expect(await webhook.send(requestOf('act-1'), SIGNAL)).toMatchObject({ kind: 'accepted' })
    expect(await webhook.check(SIGNAL)).toContain('405 to OPTIONS')
    expect(pipeline.taken).toHaveLength(1)
    expect(proxy.asked).toEqual([
      'POST http://ci.internal/rollback',
      'OPTIONS http://ci.internal/rollback',
    ])
  })

  it('opens a tunnel to an https address, whose body it does not see', async () => {
    const { ca, key, cert } = await ensureCertificates()
    let taken = 0
    const secure = createSecureServer({ key, cert }, (request, response) => {
      if (request.method === 'POST') taken += 1
      response.writeHead(202).end()
    }).listen(0, '127.0.0.1')
    await once(secure, 'listening')
    onTestFinished(() => void secure.close())
    const proxy = await startProxy(`https://127.0.0.1:${(secure.address() as AddressInfo).port}`)
    // The one name of the sandbox's certificate that no machine resolves to itself.
    const webhook = through('https://api.pagerduty.com/rollback', createConnection({ ca, proxy: proxy.url }))
    expect(await webhook.send(requestOf('act-1'), SIGNAL)).toMatchObject({ kind: 'accepted' })
    expect(await webhook.check(SIGNAL)).toContain('202 to OPTIONS')
    expect([taken, ...proxy.asked]).toEqual([1, 'CONNECT api.pagerduty.com:443', 'CONNECT api.pagerduty.com:443'])
  })

  it('is not gone through to what is excepted', async () => {
    const proxy = await startProxy(pipeline.url)
    const connection = createConnection({ proxy: proxy.url, noProxy: '.internal,127.0.0.1' })
    expect(await through(pipeline.url, connection).send(requestOf('act-1'), SIGNAL)).toMatchObject({ kind: 'accepted' })
    expect(await through(pipeline.url, connection).check(SIGNAL)).toContain('405 to OPTIONS')
    expect(proxy.asked).toEqual([])
  })

  it('P7, P12: that opens no tunnel has sent nothing on, and is told without its credentials', async () => {
    const proxy = await startProxy(pipeline.url)
    const connection = createConnection({ proxy: proxy.url.replace('//', '//bot:hunter2@') })
    const webhook = through('https://forbidden.internal/rollback', connection)
    const outcome = await webhook.send(requestOf('act-1'), SIGNAL)
    expect(outcome).toMatchObject({ kind: 'refused', detail: expect.stringContaining('nothing was asked for') })
    expect(outcome.detail).toContain('403')
    expect(outcome.detail).not.toContain('hunter2')
    await expect(webhook.check(SIGNAL)).rejects.toThrow(/cannot be reached \(.*403/)
    expect(proxy.asked).toHaveLength(2)
  })
}) // prettier-ignore

describe('TLS that cannot be trusted, or is none', () => {
  it('P7: has sent nothing: refused, and never a rollback that may have been taken', async () => {
    const { key, cert } = await ensureCertificates()
    let requests = 0
    const secure = createSecureServer({ key, cert }, (_, response) => {
      requests += 1
      response.end()
    }).listen(0, '127.0.0.1')
    await once(secure, 'listening')
    onTestFinished(() => void secure.close())
    const untrusted = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/rollback`
    const plain = pipeline.url.replace('http:', 'https:')
    for (const url of [untrusted, plain]) {
      const outcome = await webhookOf(url, pipeline.secret).send(requestOf('act-1'), SIGNAL)
      expect(outcome).toMatchObject({ kind: 'refused', detail: expect.stringContaining('could not be reached') })
    }
    expect([requests, pipeline.posts]).toEqual([0, 0])
  })
}) // prettier-ignore

describe('the receiver of docs/rollback.md', () => {
  it('takes what is sent, once, and refuses what is not signed', async () => {
    const page = readFileSync('docs/rollback.md', 'utf8')
    const source = /```js receiver\n(.*?)```/s.exec(page)![1]!
    const announced = source.replace(
      '.listen(',
      '.on("listening", function () { console.log(this.address().port) }).listen(',
    )
    const receiver = spawn(process.execPath, ['--input-type=module', '-e', announced], {
      env: { ...process.env, PORT: '0', ROLLBACK_SECRET: 'a-secret-of-the-page' },
    })
    onTestFinished(() => void receiver.kill())
    const lines: string[] = []
    receiver.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')))
    await once(receiver.stdout, 'data')
    const url = `http://127.0.0.1:${lines[0]}/`
    const webhook = webhookOf(url, 'a-secret-of-the-page')
    for (let times = 0; times < 2; times += 1)
      expect(await webhook.send(requestOf('act-1'), SIGNAL)).toEqual({
        kind: 'accepted',
        detail: 'Webhook pipeline took it (202): nightly-orders goes back to v1',
      })
    expect(await webhookOf(url, 'another-secret-entirely').send(requestOf('act-2'), SIGNAL)).toMatchObject({
      kind: 'refused',
    })
    const forged = createHmac('sha256', 'a-secret-of-the-page').update('{}').digest('hex')
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-arrestor-signature': `v1=${forged}` },
      body: '{ "id": 1 }',
    })
    expect(answer.status).toBe(401)
    const { port } = new URL(url)
    const cutOff = connect(Number(port), '127.0.0.1').end(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
    )
    await once(cutOff.resume(), 'close')
    const endless = await fetch(url, { method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) }).catch(() => null)
    expect([400, undefined]).toContain(endless?.status)
    expect(await webhook.send(requestOf('act-3'), SIGNAL)).toMatchObject({ kind: 'accepted' })
    await vi.waitFor(() =>
      expect(lines.slice(1)).toEqual(['nightly-orders: back to v1', 'nightly-orders: back to v1']),
    )
    expect(receiver.exitCode).toBeNull()
  })
})

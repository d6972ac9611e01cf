// The pipeline of the sandbox: it takes what is signed, fresh and says to what; deploys once, and announces it.
import { createHmac } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type PipelineServer, createPipelineServer } from '../../src/sandbox/pipeline/server.ts'

const SECRET = 'a-secret-of-the-test'
const NOW = Date.parse('2026-11-23T03:00:00Z')
let pipeline: PipelineServer
let markers: { authorization: string | undefined; body: unknown }[]
let refuse: number
let closeService: () => Promise<void>
let start: (deployMs?: number) => Promise<PipelineServer>
let stateFile: string

beforeEach(async () => {
  markers = []
  refuse = 0
  const take = async (request: IncomingMessage): Promise<number> => {
    const body = await json(request)
    refuse -= 1
    if (refuse >= 0) return 503
    markers.push({ authorization: request.headers.authorization, body })
    return 200
  }
  const service = createServer((request, response) => {
    void take(request).then((status) => response.writeHead(status).end('{}'))
  })
  await new Promise<void>((resolve) => void service.listen(0, '127.0.0.1', resolve))
  closeService = () => new Promise((resolve) => void service.close(() => resolve()))
  stateFile = path.join(mkdtempSync(path.join(tmpdir(), 'arrestor-pipeline-')), 'pipeline.json')
  start = (deployMs = 0) =>
    createPipelineServer({
      port: 0,
      secret: SECRET,
      serviceUrl: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      webhookToken: 'sandbox',
      deployMs,
      stateFile,
      now: () => NOW,
    })
  pipeline = await start()
})
afterEach(async () => {
  await pipeline.close()
  await closeService()
  rmSync(path.dirname(stateFile), { recursive: true })
})

const request = (more: object = {}, data: object = {}): object => ({
  id: 'act_1',
  type: 'rollback.requested.v1',
  at: new Date(NOW).toISOString(),
  data: {
    run: { job_name: 'invoices-daily', platform: 'sandbox' },
    from: '2.4.0',
    to: '2.3.1',
    incident: { team: 'data-platform' },
    requested_by: { name: 'Bob' },
    ...data,
  },
  ...more,
})
async function post(body: object | string, secret = SECRET): Promise<{ status: number; message: string }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const signature = `v1=${createHmac('sha256', secret).update(text).digest('hex')}`
  const headers = { 'content-type': 'application/json', 'x-arrestor-signature': signature }
  const response = await fetch(pipeline.rollbackUrl, { method: 'POST', headers, body: text })
  return { status: response.status, ...((await response.json()) as { message: string }) }
}

it('takes a request, deploys the older version and announces it as a rollback', async () => {
  expect(await post(request())).toEqual({ status: 202, message: 'invoices-daily goes back to 2.3.1' })
  await expect.poll(() => markers).toHaveLength(1)
  expect(markers[0]).toEqual({
    authorization: 'Bearer sandbox',
    body: {
      id: 'rollback-act_1',
      what: 'rollback',
      job_names: ['invoices-daily'],
      team: 'data-platform',
      platform: 'sandbox',
      version: '2.3.1',
      by: 'Bob',
      at: new Date(NOW).toISOString(),
    },
  })
})

it('does a request that comes again once', async () => {
  await post(request())
  expect((await post(request())).status).toBe(202)
  await post(request({ id: 'act_2' }, { to: '2.3.0' }))
  await expect.poll(() => markers).toHaveLength(2)
  expect(pipeline.rollbacks().map(({ id, to }) => [id, to])).toEqual([
    ['act_1', '2.3.1'],
    ['act_2', '2.3.0'],
  ])
})

it('announces until the service takes it', async () => {
  refuse = 1
  await post(request())
  await expect.poll(() => markers, { timeout: 10_000 }).toHaveLength(1)
})

it.each([
  ['what another secret has signed', 401, request(), 'another-secret-of-the-test'],
  ['an old request', 400, request({ at: new Date(NOW - 301_000).toISOString() }), SECRET],
  ['one that does not say to what', 422, request({}, { to: null }), SECRET],
  ['another type', 422, request({ type: 'kill.requested.v1' }), SECRET],
  ['what is no JSON', 422, '{', SECRET],
])('refuses %s', async (_what, status, body, secret) => {
  expect((await post(body, secret)).status).toBe(status)
  expect(pipeline.rollbacks()).toEqual([])
})

it('refuses what is not signed at all, and answers OPTIONS with 405', async () => {
  const bare = await fetch(pipeline.rollbackUrl, { method: 'POST', body: JSON.stringify(request()) })
  expect(bare.status).toBe(401)
  expect((await fetch(pipeline.rollbackUrl, { method: 'OPTIONS' })).status).toBe(405)
})

it('after a restart it knows what it has rolled back, and does and announces none of it again', async () => {
  await post(request())
  await expect.poll(() => readFileSync(stateFile, 'utf8')).toContain('"announced":true')
  const before = pipeline.rollbacks()
  expect(before).toEqual([{ id: 'act_1', job: 'invoices-daily', to: '2.3.1', deployedAt: NOW }])
  await pipeline.close()
  pipeline = await start()
  expect(pipeline.rollbacks()).toEqual(before)
  expect((await post(request())).status).toBe(202)
  await post(request({ id: 'act_2' }, { to: '2.3.0' }))
  await expect.poll(() => markers).toHaveLength(2)
  expect(markers.map(({ body }) => (body as { id: string }).id)).toEqual(['rollback-act_1', 'rollback-act_2'])
})

it('what it has taken and not deployed when it stops, it deploys when it starts again', async () => {
  await pipeline.close()
  pipeline = await start(60 * 60_000)
  await post(request())
  expect(pipeline.rollbacks()).toEqual([{ id: 'act_1', job: 'invoices-daily', to: '2.3.1' }])
  await pipeline.close()
  expect(markers).toEqual([])
  pipeline = await start()
  await expect.poll(() => markers).toHaveLength(1)
  expect(pipeline.rollbacks()[0]).toMatchObject({ to: '2.3.1', deployedAt: NOW })
})

it('takes nothing that it cannot keep, and the same request once it can', async () => {
  mkdirSync(`${stateFile}.new`)
  expect(await post(request())).toEqual({ status: 503, message: 'it cannot be kept now' })
  expect(pipeline.rollbacks()).toEqual([])
  rmSync(`${stateFile}.new`, { recursive: true })
  expect((await post(request())).status).toBe(202)
  await expect.poll(() => markers).toHaveLength(1)
  expect(pipeline.rollbacks()).toMatchObject([{ id: 'act_1', deployedAt: NOW }])
})

it('leaves a file that is not its own as it is, and says so', async () => {
  await pipeline.close()
  writeFileSync(stateFile, '{"applications":[]}')
  await expect(start()).rejects.toThrow('does not hold the state of a sandbox pipeline')
  expect(readFileSync(stateFile, 'utf8')).toBe('{"applications":[]}')
})

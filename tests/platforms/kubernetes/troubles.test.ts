// An API server that is down, slow, lies, breaks off, refuses, redirects or never ends: said as what it is, in time.
import { afterEach, expect, it } from 'vitest'
import type { PlatformReader } from '../../../src/ports.ts'
import { NEVER, runOf } from '../support.ts'
import { type Bench, bench, driverPod } from './bench.ts'
import { type StandIn, status } from './stand-in.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.cluster.close()
  open = null
})

const RUN = runOf({ runId: 'spark-3f1a' })

async function troubled(interfere: StandIn['interfere'], timeout_ms = 20_000): Promise<PlatformReader> {
  open = await bench()
  open.cluster.pods.push(driverPod())
  open.cluster.interfere = interfere
  return open.platformWith({ timeout_ms, operator: 'none' }).reader
}

const answering =
  (code: number, type: string, body: string, more: Record<string, string> = {}): StandIn['interfere'] =>
  (_request, response) => {
    response.writeHead(code, { 'content-type': type, ...more }).end(body)
    return true
  }
const said = ({ status: code, type, text }: ReturnType<typeof status>): StandIn['interfere'] =>
  answering(code, type, text)

const TROUBLES: readonly (readonly [string, StandIn['interfere'], string, RegExp])[] = [
  ['down', ({ socket }) => { socket.destroy(); return true }, 'ARR-501', /hang up|reset|socket/i],
  ['slow', () => true, 'ARR-501', /did not answer in time/],
  ['a web page with 200', answering(200, 'text/html', '<html>It works</html>'), 'ARR-502', /text\/html in place of JSON/],
  ['another JSON', answering(200, 'application/json', '{"items":[{"metadata":{}}]}'), 'ARR-502', /items\.0\.metadata\.name/],
  ['half a body', (_request, response) => { response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }); response.write('{"items":['); response.socket?.end(); return true }, 'ARR-501', /breaks off|aborted|reset/],
  ['half an answer that says it is whole', answering(200, 'application/json', '{"items":['), 'ARR-502', /JSON is broken/],
  ['401', said(status(401, 'Unauthorized', 'Unauthorized')), 'ARR-506', /401: Unauthorized/],
  ['403 of RBAC', said(status(403, 'Forbidden', 'pods is forbidden: User "x" cannot list resource "pods"')), 'ARR-506', /cannot list resource "pods"/],
  ['403 of a proxy in front', answering(403, 'text/html', '<html><title>Blocked</title>'), 'ARR-506', /403/],
  ['404 of another server', answering(404, 'text/html', '<html>nginx</html>'), 'ARR-502', /404/],
  ['overload', said(status(429, 'TooManyRequests', 'Too many requests, please try again later.')), 'ARR-501', /429: Too many requests/],
  ['etcd is gone', said(status(500, 'InternalError', 'etcdserver: leader changed')), 'ARR-501', /leader changed/],
  ['redirect to a login page', answering(302, 'text/html', '', { location: 'https://login.example.com/' }), 'ARR-502', /redirects to https:\/\/login\.example\.com/],
  ['redirect to what is no read', answering(307, 'text/html', '', { location: '/api/v1/namespaces/etl/secrets' }), 'ARR-502', /redirects to/],
  ['100 MB', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const chunk = 'x'.repeat(1024 * 1024)
    const more = (left: number): void => { if (left > 0 && !response.destroyed) response.write(chunk, () => more(left - 1)) }
    more(100)
    return true
  }, 'ARR-502', /larger than/],
] // prettier-ignore

it.each(TROUBLES)('%s', async (what, interfere, code, message) => {
  const reader = await troubled(interfere, what === 'slow' ? 200 : 20_000)
  await expect(reader.run(RUN, NEVER)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
  if (what === '100 MB') return
  await expect(reader.locate(RUN, NEVER)).rejects.toMatchObject({ code })
  await expect(reader.check(NEVER)).rejects.toMatchObject({ code })
})

it('a run is told though its events and quotas are refused, and what is missing is said', async () => {
  open = await bench()
  const { cluster } = open
  cluster.pods.push(driverPod())
  cluster.denied.add('list events').add('list resourcequotas')
  const run = await open.platform.reader.run(RUN, NEVER)
  expect(run).toMatchObject({ state: 'running' })
  expect(run?.unreached).toEqual([
    expect.stringMatching(/^events: .*cannot list resource "events"/),
    expect.stringMatching(/^resource quotas: .*cannot list resource "resourcequotas"/),
  ])
})

it('what passes by itself is asked for again', async () => {
  let asked = 0
  const reader = await troubled((request, response) => {
    asked += 1
    if (asked > 1) return false
    return said(status(503, 'ServiceUnavailable', 'apiserver is shutting down'))(request, response)
  })
  expect(await reader.log(RUN, 100, NEVER)).toBeNull()
})

it('a log that is a web page is no log', async () => {
  const reader = await troubled((request, response) =>
    request.url?.includes('/log') === true
      ? answering(200, 'text/html', '<!DOCTYPE html><html>')(request, response)
      : false,
  )
  await expect(reader.log(RUN, 100, NEVER)).rejects.toMatchObject({ code: 'ARR-502', message: /web page/ })
})

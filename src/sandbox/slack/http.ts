// The HTTP side: Web API calls, response_urls and files, with faults and rate limits before any effect.
import type { IncomingMessage, ServerResponse } from 'node:http'

import { type FaultBook, loseReply, meetFaults } from '../faults.ts'
import { argsOf, readArgs, readBody } from './args.ts'
import { contentOf, mayRead, receiveUpload } from './files/bytes.ts'
import { METHODS } from './methods/index.ts'
import type { RateLimiter } from './rate.ts'
import { Refusal } from './refusal.ts'
import { answerResponseUrl } from './response-urls.ts'
import type { JsonObject } from './types.ts'
import type { Method, World } from './world.ts'

const FAULT_BODIES = {
  rateLimited: { ok: false, error: 'ratelimited' },
  serverError: { ok: false, error: 'internal_error' },
}

interface Result {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

function json(status: number, body: JsonObject): Result {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) }
}

/** The token of a call, from its header or its arguments. */
function authorise(
  world: World,
  method: Method,
  header: string | undefined,
  argument: string | undefined,
): void {
  if (method.token === 'none') return
  const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? argument
  if (token === undefined || token === '') throw new Refusal('not_authed')
  const { botToken, appToken } = world.store.seed
  if (token !== (method.token === 'app' ? appToken : botToken))
    throw new Refusal(token === botToken || token === appToken ? 'not_allowed_token_type' : 'invalid_auth')
  const { scopes } = world.store.seed
  if (scopes === undefined || method.scopes === undefined) return
  if (!method.scopes.some((scope) => scopes.includes(scope)))
    throw new Refusal('missing_scope', [], { needed: method.scopes.join(','), provided: scopes.join(',') })
}

/** Runs one Web API call: its reply's body, `ok` included. */
function call(world: World, name: string, request: IncomingMessage, url: URL, body: Buffer): JsonObject {
  try {
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
    if (method === undefined) throw new Refusal('unknown_method')
    const args = argsOf(readArgs(url, request.headers['content-type'] ?? '', body))
    authorise(world, method, request.headers.authorization, args.text('token'))
    return { ok: true, ...method.run({ world, args }) }
  } catch (error) {
    if (!(error instanceof Refusal)) {
      // Slack's own word for a failure of its own; anything but 200 would be retried for half an hour.
      world.store.warn(`${name} failed in the sandbox itself: ${String(error)}`)
      return { ok: false, error: 'fatal_error' }
    }
    if (error.messages.length > 0) world.store.warn(`${name}: ${error.code}: ${error.messages.join('; ')}`)
    return error.body()
  }
}

/** The status of a refused answer is not documented by Slack; Bolt's `respond` fails on anything but 2xx. */
function answer(world: World, id: string, body: Buffer): Result {
  try {
    answerResponseUrl(world, id, readArgs(new URL('http://sandbox'), 'application/json', body))
    return json(200, { ok: true })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    world.store.warn(`response_url: ${[error.code, ...error.messages].join(': ')}`)
    const gone = error.code === 'expired_url' || error.code === 'used_url'
    return json(gone ? 404 : 400, error.body())
  }
}

/** A file's bytes. Slack leads whoever is not signed in to a page that asks for it: a 302 and no error. */
function download(world: World, id: string, request: IncomingMessage, url: URL): Result {
  if (!mayRead(world, request.headers)) {
    const location = `${world.origin()}/signin?redir=${encodeURIComponent(url.pathname)}`
    return { status: 302, type: 'text/html; charset=utf-8', body: '', headers: { location } }
  }
  const found = contentOf(world, id)
  if (found === undefined) return json(404, { ok: false, error: 'file_not_found' })
  // A file is somebody's text: no browser may take it for a page of this address.
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    // Chromium takes two ports of an address without a name for two sites; who may read is decided above.
    'cross-origin-resource-policy': 'cross-origin',
  }
  if (url.searchParams.has('download') || found.file.mimetype === 'text/markdown')
    headers['content-disposition'] = `attachment; filename*=UTF-8''${encodeURIComponent(found.file.name)}`
  return { status: 200, type: found.file.mimetype, body: found.bytes, headers }
}

/** The bytes of an upload; Slack answers in plain text here, since the address is no method. */
async function upload(world: World, id: string, contentType: string, body: Buffer): Promise<Result> {
  const taken = await receiveUpload(world, id, contentType, body)
  if ('taken' in taken) return { status: 200, type: 'text/plain', body: `OK - ${taken.taken}` }
  return { status: taken.status, type: 'text/plain', body: taken.error }
}

async function serve(world: World, request: IncomingMessage, url: URL, body: Buffer): Promise<Result> {
  const [, room, name = ''] = url.pathname.split('/')
  if (room === 'api') return json(200, call(world, name, request, url, body))
  if (room === 'response') return answer(world, name, body)
  if (room === 'files') return download(world, name, request, url)
  if (room === 'upload' && request.method === 'POST')
    return await upload(world, name, request.headers['content-type'] ?? '', body)
  if (room === 'signin')
    return { status: 200, type: 'text/html; charset=utf-8', body: '<title>Sign in | Slack</title>Sign in' }
  return json(404, { ok: false, error: 'not_found' })
}

/** The channel that a post is limited by; a body that cannot be read is refused later. */
function channelOf(url: URL, request: IncomingMessage, body: Buffer): string | undefined {
  try {
    return argsOf(readArgs(url, request.headers['content-type'] ?? '', body)).text('channel')
  } catch {
    return undefined
  }
}

/** Seconds that this call has to wait, 0 when it need not. */
function waitFor(rates: RateLimiter, request: IncomingMessage, url: URL, body: Buffer): number {
  const [, room, name = ''] = url.pathname.split('/')
  const tier = room === 'api' ? METHODS[name]?.tier : undefined
  return tier === undefined ? 0 : rates.take(name, tier, channelOf(url, request, body))
}

/** The request listener of the server. */
export function createListener(
  world: World,
  faults: FaultBook,
  rates: RateLimiter | undefined,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const [, room = '', name = ''] = url.pathname.split('/')
    const body = await readBody(request)
    if (room === 'api') {
      const { calls } = world.store.kept
      calls[name] = (calls[name] ?? 0) + 1
      world.store.changed('call')
    }
    const fate = await meetFaults(faults, [name, room, url.pathname], request, response, FAULT_BODIES)
    if (fate === 'answered') return
    const wait = rates === undefined ? 0 : waitFor(rates, request, url, body)
    const result = wait > 0 ? json(429, FAULT_BODIES.rateLimited) : await serve(world, request, url, body)
    if (fate === 'withhold_reply') return
    if (fate === 'lose_reply') {
      loseReply(response)
      return
    }
    response.writeHead(result.status, {
      'content-type': result.type,
      ...result.headers,
      ...(wait > 0 ? { 'retry-after': String(wait) } : {}),
    })
    response.end(result.body)
  }
}

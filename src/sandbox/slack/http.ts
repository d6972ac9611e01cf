// The HTTP side: Web API calls and response_urls, with faults and rate limits before any effect.
import type { IncomingMessage, ServerResponse } from 'node:http'

import { type FaultBook, loseReply, meetFaults } from '../faults.ts'
import { argsOf, readArgs, readBody } from './args.ts'
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

function reply(
  response: ServerResponse,
  status: number,
  body: JsonObject,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
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
  if (token === (method.token === 'app' ? appToken : botToken)) return
  throw new Refusal(token === botToken || token === appToken ? 'not_allowed_token_type' : 'invalid_auth')
}

/** Runs one Web API call: its reply's body, `ok` included. */
function call(world: World, name: string, request: IncomingMessage, url: URL, body: Buffer): JsonObject {
  try {
    const method = METHODS[name]
    if (method === undefined) throw new Refusal('unknown_method')
    const args = argsOf(readArgs(url, request.headers['content-type'] ?? '', body))
    authorise(world, method, request.headers.authorization, args.text('token'))
    return { ok: true, ...method.run({ world, args }) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.messages.length > 0) world.store.warn(`${name}: ${error.code}: ${error.messages.join('; ')}`)
    return error.body()
  }
}

/** The channel that a post is limited by; a body that cannot be read is refused later. */
function channelOf(url: URL, request: IncomingMessage, body: Buffer): string | undefined {
  try {
    return argsOf(readArgs(url, request.headers['content-type'] ?? '', body)).text('channel')
  } catch {
    return undefined
  }
}

function answer(world: World, id: string, body: Buffer): { status: number; body: JsonObject } {
  try {
    answerResponseUrl(world, id, readArgs(new URL('http://sandbox'), 'application/json', body))
    return { status: 200, body: { ok: true } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    world.store.warn(`response_url: ${error.code}${error.messages.map((message) => `: ${message}`).join('')}`)
    const gone = error.code === 'expired_url' || error.code === 'used_url'
    return { status: gone ? 404 : 400, body: error.body() }
  }
}

/** The request listener of the server. */
export function createListener(
  world: World,
  faults: FaultBook,
  rates: RateLimiter | undefined,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const [, room, name = ''] = url.pathname.split('/')
    const body = await readBody(request)
    if (room === 'api') {
      world.store.kept.calls[name] = (world.store.kept.calls[name] ?? 0) + 1
      world.store.changed('call')
    }
    const fate = await meetFaults(faults, [name, room ?? '', url.pathname], request, response, FAULT_BODIES)
    if (fate === 'answered') return
    const tier = METHODS[name]?.tier
    const wait =
      room === 'api' && tier !== undefined ? (rates?.take(name, tier, channelOf(url, request, body)) ?? 0) : 0
    if (wait > 0) {
      reply(response, 429, FAULT_BODIES.rateLimited, { 'retry-after': String(wait) })
      return
    }
    const result =
      room === 'api'
        ? { status: 200, body: call(world, name, request, url, body) }
        : room === 'response'
          ? answer(world, name, body)
          : { status: 404, body: { ok: false, error: 'not_found' } }
    if (fate === 'lose_reply') loseReply(response)
    else reply(response, result.status, result.body)
  }
}

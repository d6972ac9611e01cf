// One attempt over @pagerduty/pdjs: what goes out, what came back, and nothing else that pdjs does.
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createSecureContext, getCACertificates } from 'node:tls'
import { api, event } from '@pagerduty/pdjs'
import { reasonOf } from '../errors.ts'

/** How to reach PagerDuty and the webhooks of actions: agents carry a private CA and a proxy. Made once, by `createConnection`. */
export type Connection = { https: HttpsAgent; http: HttpAgent; timeoutMs: number }

/** What came back. `body` is undefined when it was no JSON. `headers` are in lower case. */
export type Attempt =
  | { kind: 'answered'; status: number; headers: Record<string, string>; body: unknown }
  | { kind: 'failed'; reason: 'timeout' | 'network'; detail: string }

export type RestCall = {
  url: string
  method: 'GET' | 'PUT' | 'POST'
  token: string
  /** The e-mail address of the person who acts. */
  from?: string
  query?: Record<string, string | string[]>
  data?: object
}

/** What pdjs takes and gives in truth; its own declarations lack `agent` and `client`, and are `any`. */
type PdjsOptions = {
  signal: AbortSignal
  agent: HttpAgent
  headers: Record<string, string>
  requestTimeout: 0
  retryTimeout: number
  redirect: 'manual'
  size: number
}
type PdjsAnswer = { status: number; data: unknown }
type Pdjs = {
  event: (options: PdjsOptions & { data: object; server: string }) => Promise<PdjsAnswer>
  api: (
    options: PdjsOptions & {
      url: string
      method: string
      token: string
      data?: object
      queryParameters?: Record<string, string | string[]>
    },
  ) => Promise<PdjsAnswer>
}
const pdjs = { event, api } as unknown as Pdjs

const USER_AGENT = 'arrestor'
/** Bytes of a reply. A page of 100 incidents is well under 1 MB. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024
/** PagerDuty answers within a second; longer than this and one hung page holds up those behind it. */
const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Agents that open a connection for each request: on a kept one a page would fail whenever the other end
 * has just closed it, and there are too few requests for the handshake to matter. `ca` (PEM) is trusted
 * beside Node's own authorities. `proxy` is an http(s) address; without it none is used, whatever the
 * environment says. `timeoutMs` bounds one attempt, from the first byte out to the last byte in.
 */
export function createConnection(options: {
  ca?: string | string[]
  proxy?: string
  /** Hosts that are reached directly, in the syntax of NO_PROXY. */
  noProxy?: string
  timeoutMs?: number
}): Connection {
  const { proxy, noProxy } = options
  const through = proxy === undefined ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy }
  const proxyEnv = { ...through, ...(noProxy === undefined ? {} : { NO_PROXY: noProxy }) }
  // An agent's own list replaces the default one, which a private authority must not. Read once: some 150 certificates
  // for each connection took 20 ms of every page.
  const trust =
    options.ca === undefined
      ? {}
      : { secureContext: createSecureContext({ ca: [...getCACertificates('default'), options.ca].flat() }) }
  return {
    https: new HttpsAgent({ keepAlive: false, proxyEnv, ...trust }),
    http: new HttpAgent({ keepAlive: false, proxyEnv }),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  }
}

/** Ends what is still connected; for the drain. */
export function closeConnection(connection: Connection): void {
  connection.https.destroy()
  connection.http.destroy()
}

/**
 * Posts one event to `{eventsUrl}/v2/enqueue`. pdjs knows only https for events, so a plain http address
 * (a relay on the same machine) goes the way of `api`, without a token.
 */
export async function postEvent(connection: Connection, eventsUrl: string, data: object): Promise<Attempt> {
  const url = new URL(eventsUrl)
  const base = `${url.host}${url.pathname.replace(/\/+$/, '')}`
  if (url.protocol === 'https:')
    return await attempt(connection, connection.https, {}, async (options) => {
      return await pdjs.event({ ...options, data, server: base })
    })
  const plain = `http://${base}/v2/enqueue`
  // An `Authorization` of the caller's takes the place of the one that `api` makes of its token.
  return await attempt(connection, connection.http, { Authorization: '' }, async (options) => {
    return await pdjs.api({ ...options, url: plain, method: 'POST', token: '', data })
  })
}

/** One REST request. Never a retry, never a second page. */
export async function callRest(connection: Connection, call: RestCall): Promise<Attempt> {
  const agent = call.url.startsWith('https:') ? connection.https : connection.http
  const headers: Record<string, string> = call.from === undefined ? {} : { From: call.from }
  return await attempt(connection, agent, headers, async (options) => {
    return await pdjs.api({
      ...options,
      url: call.url,
      method: call.method,
      token: call.token,
      ...(call.data === undefined ? {} : { data: call.data }),
      ...(call.query === undefined ? {} : { queryParameters: call.query }),
    })
  })
}

/**
 * Runs one pdjs call under our deadline. pdjs repeats a 429 by itself every 20 s, loses the status of
 * replies that are no JSON, and its own timeout does nothing; so the first reply's head is read at the
 * socket, a 429 ends the call there, and aborting afterwards keeps pdjs from trying again.
 */
async function attempt(
  connection: Connection,
  agent: HttpAgent,
  headers: Record<string, string>,
  call: (options: PdjsOptions) => Promise<PdjsAnswer>,
): Promise<Attempt> {
  const abort = new AbortController()
  const deadline = AbortSignal.timeout(connection.timeoutMs)
  let head: { status: number; headers: Record<string, string> } | undefined
  let limited: (() => void) | undefined
  const rateLimited = new Promise<undefined>((resolve) => {
    limited = () => resolve(undefined)
  })
  const watched = watchAgent(agent, (response) => {
    head = { status: response.statusCode ?? 0, headers: flatten(response) }
    if (head.status === 429) limited?.()
  })
  const options: PdjsOptions = {
    signal: AbortSignal.any([abort.signal, deadline]),
    agent: watched,
    headers: { 'User-Agent': USER_AGENT, 'X-PagerDuty-Client': 'arrestor', ...headers },
    requestTimeout: 0,
    retryTimeout: 1,
    redirect: 'manual',
    size: MAX_REPLY_BYTES,
  }
  try {
    const answer = await Promise.race([call(options), rateLimited])
    return { kind: 'answered', status: 429, headers: {}, ...head, body: answer?.data }
  } catch (error) {
    if (deadline.aborted)
      return { kind: 'failed', reason: 'timeout', detail: `no answer within ${connection.timeoutMs} ms` }
    if (head !== undefined && !isSuccess(head.status)) return { kind: 'answered', ...head, body: undefined }
    return { kind: 'failed', reason: 'network', detail: describe(error) }
  } finally {
    abort.abort()
  }
}

/** The agent itself, but telling of the first response on each request. Node takes any agent-like object. */
function watchAgent(agent: HttpAgent, tell: (response: IncomingMessage) => void): HttpAgent {
  const inner = agent as HttpAgent & { addRequest: (request: ClientRequest, ...rest: unknown[]) => void }
  const watched = Object.create(inner) as typeof inner
  watched.addRequest = (request, ...rest) => {
    request.once('response', tell)
    inner.addRequest(request, ...rest)
  }
  return watched
}

function flatten(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
  return Object.fromEntries(entries) as Record<string, string>
}

/** 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** pdjs rejects with a Response where the body was no JSON; printing that would say nothing. */
function describe(error: unknown): string {
  return error instanceof Error ? reasonOf(error) : 'the reply was not JSON'
}

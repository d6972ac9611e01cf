// The page's HTTP server: guard first, then assets, state, events and actions.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import { createBreaker } from '../break/breaker.ts'
import { createActions } from './actions.ts'
import { findAsset } from './assets.ts'
import { createEventStream } from './events.ts'
import { refuse, securityHeaders } from './guard.ts'
import type { Memory } from './memory.ts'
import type { Parts } from './parts.ts'
import { plainState, uiState } from './views.ts'

export type PageServerOptions = {
  /** 0 = any free port of 127.0.0.1. */
  port: number
  parts: Parts
  memory: Memory
  serviceUrl: string
  webhookToken: string
  /** When the pipeline last took a job back, in milliseconds since 1970; undefined where it never did. */
  rolledBackAt?: (job: string) => number | undefined
  now: () => number
}

export type PageServer = { url: string; changed: () => void; close: () => Promise<void> }

/** The longest body that a person's press can have: a modal of a hundred full inputs is below it. */
const BODY_LIMIT = 1024 * 1024

/** Starts the page's server. Errors: the port is taken. */
export async function createPageServer(options: PageServerOptions): Promise<PageServer> {
  const { parts, memory } = options
  const events = createEventStream()
  const breaker = createBreaker({
    serviceUrl: options.serviceUrl.replace(/\/+$/, ''),
    webhookToken: options.webhookToken,
    startApplication: parts.spark.start,
    isRunning: (appId) =>
      parts.spark.applications().some((app) => app.id === appId && app.state.toUpperCase() !== 'KILLED'),
    setWorkersAlive: parts.spark.setWorkersAlive,
    burning: () => memory.get().burning,
    keep: (burning) => memory.set({ burning }),
    rolledBackAt: options.rolledBackAt ?? (() => undefined),
    now: options.now,
  })
  const actions = createActions(parts, breaker, memory, events.changed)
  const headers = securityHeaders(new URL(parts.slack.apiUrl).origin)

  const reply = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(body))
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = refuse(request, (server.address() as AddressInfo).port)
    if (refused !== undefined) return reply(response, refused.status, { ok: false, error: refused.error })
    const { pathname } = new URL(request.url ?? '/', 'http://sandbox')
    if (request.method === 'POST') return reply(response, ...(await act(pathname, request)))
    if (pathname === '/api/ui') return reply(response, 200, uiState(parts, memory.get(), options.serviceUrl))
    if (pathname === '/api/state') return reply(response, 200, plainState(parts))
    if (pathname === '/api/events') return events.open(response, headers)
    const asset = await findAsset(pathname)
    if (asset === undefined) return reply(response, 404, { ok: false, error: 'There is nothing here.' })
    response.writeHead(200, { ...headers, 'content-type': asset.type })
    response.end(asset.body)
  }
  async function act(pathname: string, request: IncomingMessage): Promise<[number, unknown]> {
    const name = pathname.replace(/^\/api\//, '')
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (action === undefined) return [404, { ok: false, error: 'There is no such action.' }]
    const body = await readJson(request)
    if (body === undefined) return [400, { ok: false, error: 'The body is no JSON, or longer than 1 MiB.' }]
    try {
      return [200, await action(body.value)]
    } catch (error) {
      if (error instanceof z.ZodError) return [400, { ok: false, error: z.prettifyError(error) }]
      throw error
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else reply(response, 500, { ok: false, error: `The sandbox failed: ${String(error)}` })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    changed: events.changed,
    async close() {
      events.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

async function readJson(request: IncomingMessage): Promise<{ value: unknown } | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) return undefined
    chunks.push(chunk)
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
  } catch {
    return undefined
  }
}

// A PagerDuty account on this machine: Events API v2, REST API v2 and webhooks v3 over real TLS.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createFaults, loseReply, meetFaults, refuseConnections, type Faults } from '../faults.ts'
import { createAccount } from './account.ts'
import { answerEvent, EVENTS_PER_MINUTE } from './events-api.ts'
import { send, type Reply } from './http.ts'
import { createRateWindow } from './rate-window.ts'
import { answerRest, findRoute, REST_PER_MINUTE } from './rest-api.ts'
import { createStateFile, readState, type StateFile } from './state-file.ts'
import type { EventRecord, PdIncident, PdService, PdUser, PersonResult, RejectedEvent } from './types.ts'
import { createWebhookSender, type WebhookOptions, type WebhookSender } from './webhooks.ts'

export type PagerDutyOptions = {
  /** 0 takes any free port. */
  port: number
  /** PEM; `ca` is handed on to clients. */
  tls: { key: string; cert: string; ca?: string }
  services: PdService[]
  users: PdUser[]
  apiToken: string
  webhook?: WebhookOptions
  stateFile?: string
  /** Answer 429 above the real limits (120 events a minute and key, 960 REST calls a minute and token). */
  enforceRateLimits?: boolean
  now?: () => number
}

export type PagerDutyState = {
  events: EventRecord[]
  rejected: RejectedEvent[]
  incidents: PdIncident[]
  /** Requests by route, as `POST /v2/enqueue`; those that met a fault included. */
  calls: Record<string, number>
}

export type PagerDutyServer = {
  /** `https://localhost:PORT` */
  baseUrl: string
  /** PEM of the authority that signed the certificate. */
  ca: string
  state: () => PagerDutyState
  subscribe: (listener: (change: string) => void) => () => void
  acknowledge: (incidentId: string, userId: string) => PersonResult
  resolve: (incidentId: string, userId: string) => PersonResult
  addNote: (incidentId: string, userId: string, text: string) => PersonResult
  webhooks: Pick<WebhookSender, 'counts' | 'idle'> | undefined
  faults: Faults
  reset: () => void
  close: () => Promise<void>
}

const FAULT_BODIES = {
  rateLimited: { error: { message: 'Rate Limit Exceeded', code: 2020 } },
  serverError: { error: { message: 'Internal Server Error', code: 2000 } },
}

/** Starts the account; the state file, if any, is read first and kept up to date. */
export async function createPagerDutyServer(options: PagerDutyOptions): Promise<PagerDutyServer> {
  const now = options.now ?? Date.now
  const listeners = new Set<(change: string) => void>()
  const calls: Record<string, number> = {}
  const faults = createFaults()
  const sender = options.webhook === undefined ? undefined : createWebhookSender(options.webhook)
  let stateFile: StateFile | undefined
  const changed = (change: string): void => {
    stateFile?.changed()
    for (const listener of listeners) listener(change)
  }
  const account = createAccount(
    {
      services: options.services,
      users: options.users,
      now,
      onChange: changed,
      onFact: (fact) => {
        const incident = account.incident(fact.incident_id)
        if (incident !== undefined) sender?.send(fact, account.serviceOf(incident))
      },
    },
    options.stateFile === undefined ? undefined : readState(options.stateFile),
  )
  if (options.stateFile !== undefined) stateFile = createStateFile(options.stateFile, () => account.data)
  const limits = options.enforceRateLimits === true
  const eventRate = limits ? createRateWindow(EVENTS_PER_MINUTE, now) : undefined
  const restRate = limits ? createRateWindow(REST_PER_MINUTE, now) : undefined

  async function answer(request: IncomingMessage, url: URL): Promise<Reply> {
    if (request.method === 'POST' && url.pathname === '/v2/enqueue')
      return await answerEvent(request, 'enqueue', account, eventRate)
    if (request.method === 'POST' && url.pathname === '/v2/change/enqueue')
      return await answerEvent(request, 'change', account, eventRate)
    return await answerRest(request, url, account, options.apiToken, restRate)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET'
    const url = new URL(request.url ?? '/', 'https://localhost')
    const route = findRoute(method, url.pathname)
    const name = route?.name ?? `${method} ${url.pathname}`
    calls[name] = (calls[name] ?? 0) + 1
    const names = [name, url.pathname, `${method} ${url.pathname}`]
    if (route !== undefined) names.push(route.pattern)
    const met = await meetFaults(faults, names, request, response, FAULT_BODIES)
    if (met === 'answered') return
    const reply = await answer(request, url)
    if (met === 'withhold_reply') return
    if (met === 'lose_reply') loseReply(response)
    else send(response, reply)
  }

  const server = createServer({ key: options.tls.key, cert: options.tls.cert }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      // The client may have gone away while it was read; if it has not, it learns that we broke.
      if (!response.headersSent && !response.destroyed) send(response, { status: 500, body: String(error) })
    })
  })
  refuseConnections(server, faults)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  function asPerson(
    incidentId: string,
    userId: string,
    act: (incident: PdIncident, user: PdUser) => void,
  ): PersonResult {
    const incident = account.incident(incidentId)
    if (incident === undefined) return { ok: false, error: 'incident_not_found' }
    const user = account.user(userId)
    if (user === undefined) return { ok: false, error: 'user_not_found' }
    act(incident, user)
    return { ok: true }
  }

  return {
    baseUrl: `https://localhost:${port}`,
    ca: options.tls.ca ?? options.tls.cert,
    state: () =>
      structuredClone({
        events: account.data.events,
        rejected: account.data.rejected,
        incidents: account.data.incidents,
        calls,
      }),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    acknowledge: (incidentId, userId) =>
      asPerson(incidentId, userId, (incident, user) => {
        account.setStatus(incident, 'acknowledged', { kind: 'user', user })
      }),
    resolve: (incidentId, userId) =>
      asPerson(incidentId, userId, (incident, user) => {
        account.setStatus(incident, 'resolved', { kind: 'user', user })
      }),
    addNote: (incidentId, userId, text) =>
      asPerson(incidentId, userId, (incident, user) => {
        account.addNote(incident, user, text)
      }),
    webhooks: sender,
    faults,
    reset() {
      for (const name of Object.keys(calls)) delete calls[name]
      faults.clear()
      account.reset()
    },
    async close() {
      await sender?.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      stateFile?.flush()
    },
  }
}

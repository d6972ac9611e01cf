// Socket Mode: envelopes out over the app's WebSockets in turn, acknowledgements back, pings kept up.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import { WebSocket, WebSocketServer } from 'ws'

import type { FaultBook } from '../faults.ts'
import { isObject } from './blocks/schema.ts'
import type { Store } from './store.ts'
import type { JsonObject } from './types.ts'

export type Delivery = { kind: 'acked'; payload: JsonObject } | { kind: 'no_socket' } | { kind: 'timeout' }

export interface SocketHub {
  /** The address for one connection, as `apps.connections.open` gives it. */
  openUrl(origin: string): string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  count(): number
  /** Sends a payload to one socket and waits for its acknowledgement. */
  deliver(type: 'interactive' | 'slash_commands', payload: JsonObject): Promise<Delivery>
  /** Sends an event; unacknowledged ones are sent again. Without a socket it is lost. */
  emit(event: JsonObject): void
  disconnect(reason: string): void
  /** Ends every connection without a word. */
  drop(): void
  close(): Promise<void>
}

/** Slack allows ten connections per app. */
const MAX_SOCKETS = 10

/** Clients arm a 30 s watchdog at the first ping of the server, so that pings must then go on. */
const PING_MS = 10_000

/** Slack sends an unacknowledged event again at once, after one minute and after five. */
const RETRY_MS = [0, 60_000, 300_000]

function read(data: Buffer): JsonObject | undefined {
  try {
    const frame: unknown = JSON.parse(data.toString('utf8'))
    return isObject(frame) ? frame : undefined
  } catch {
    return undefined
  }
}

/** The app's sockets. `socket_loss` faults end them and refuse so many new ones. */
export function createSocketHub(store: Store, faults: FaultBook, ackTimeoutMs: number): SocketHub {
  const server = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const ready: WebSocket[] = []
  const waiting = new Map<string, (delivery: Delivery) => void>()
  const timers = new Set<NodeJS.Timeout>()
  let turn = 0

  function later(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
    timer.unref()
    return timer
  }

  function stopTimer(timer: NodeJS.Timeout): void {
    clearTimeout(timer)
    timers.delete(timer)
  }

  function onMessage(data: Buffer): void {
    const frame = read(data)
    if (frame === undefined) {
      store.warn('The app sent a frame that is no JSON object')
      return
    }
    const id = String(frame['envelope_id'])
    const settle = waiting.get(id)
    if (settle === undefined) {
      store.warn(`The app acknowledged an envelope that waits for nothing (${id}): twice, or too late`)
      return
    }
    waiting.delete(id)
    settle({ kind: 'acked', payload: (frame['payload'] ?? {}) as JsonObject })
  }

  function leave(socket: WebSocket): void {
    const at = ready.indexOf(socket)
    if (at >= 0) ready.splice(at, 1)
    store.changed('sockets')
  }

  function welcome(socket: WebSocket): void {
    if (ready.length >= MAX_SOCKETS) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: {} }))
      socket.close()
      return
    }
    ready.push(socket)
    socket.on('message', onMessage)
    socket.on('close', () => leave(socket))
    // A peer that vanishes is an event of life here, followed by `close`.
    socket.on('error', () => undefined)
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: ready.length,
        debug_info: { host: 'sandbox', build_number: 1, approximate_connection_time: 3600 },
        connection_info: { app_id: store.appId },
      }),
    )
    store.changed('sockets')
  }

  const ping = setInterval(() => {
    for (const socket of ready) socket.ping()
  }, PING_MS)
  ping.unref()

  async function send(type: string, payload: JsonObject, extra: JsonObject): Promise<Delivery> {
    const open = ready.filter((socket) => socket.readyState === WebSocket.OPEN)
    turn += 1
    const socket = open[turn % open.length]
    if (socket === undefined) return { kind: 'no_socket' }
    const envelope_id = randomUUID()
    return await new Promise((resolve) => {
      const timer = later(ackTimeoutMs, () => {
        waiting.delete(envelope_id)
        resolve({ kind: 'timeout' })
      })
      waiting.set(envelope_id, (delivery) => {
        stopTimer(timer)
        resolve(delivery)
      })
      socket.send(JSON.stringify({ type, envelope_id, ...extra, payload }))
    })
  }

  async function sendEvent(payload: JsonObject, attempt: number): Promise<void> {
    const delivery = await send('events_api', payload, {
      accepts_response_payload: false,
      retry_attempt: attempt,
      retry_reason: attempt === 0 ? '' : 'timeout',
    })
    const wait = RETRY_MS[attempt]
    if (delivery.kind === 'timeout' && wait !== undefined)
      later(wait, () => void sendEvent(payload, attempt + 1))
  }

  return {
    openUrl(origin) {
      const ticket = randomUUID()
      tickets.add(ticket)
      return `${origin.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${store.appId}`
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://sandbox').searchParams.get('ticket') ?? ''
      if (faults.strike(['socket_loss'], []) !== undefined || !tickets.delete(ticket)) {
        socket.destroy()
        return
      }
      server.handleUpgrade(request, socket, head, welcome)
    },
    count: () => ready.length,
    deliver: async (type, payload) => await send(type, payload, { accepts_response_payload: true }),
    emit(event) {
      const authorization = {
        enterprise_id: null,
        team_id: store.seed.team.id,
        user_id: store.seed.botUser.id,
        is_bot: true,
        is_enterprise_install: false,
      }
      const payload = {
        token: 'sandbox-verification-token',
        team_id: store.seed.team.id,
        api_app_id: store.appId,
        event,
        type: 'event_callback',
        event_id: store.mintId('Ev'),
        event_time: Math.floor(store.now() / 1000),
        authorizations: [authorization],
        is_ext_shared_channel: false,
      }
      void sendEvent(payload, 0)
    },
    disconnect(reason) {
      for (const socket of ready.slice()) {
        // A warned socket still carries payloads; a refreshed one is closed by the client.
        if (reason !== 'warning') leave(socket)
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }))
      }
    },
    drop() {
      for (const socket of ready.slice()) socket.terminate()
    },
    async close() {
      clearInterval(ping)
      for (const timer of timers) clearTimeout(timer)
      for (const socket of server.clients) socket.terminate()
      for (const settle of waiting.values()) settle({ kind: 'no_socket' })
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

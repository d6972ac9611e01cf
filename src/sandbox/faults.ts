// Faults: what a person or a test may break in a sandbox server, and how one strikes a Node request.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/**
 * What can go wrong on purpose. `socket_loss` concerns the Slack server's WebSockets alone. `swallow` and
 * `withhold_reply` leave the client waiting for ever, before the effect and after it: it can be killed meanwhile.
 */
export const FAULT_KINDS = [
  'lost_reply',
  'rate_limited',
  'server_error',
  'slow',
  'drop_connection',
  'refuse',
  'socket_loss',
  'swallow',
  'withhold_reply',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** One fault: `match` is a method name or path (default: everything), `count` how often (default 1, 0 = until cleared). */
export interface Fault {
  readonly kind: FaultKind
  readonly match?: string
  readonly count?: number
  /** Milliseconds that `slow` waits before anything happens (default 1000). */
  readonly delayMs?: number
  /** Seconds in the Retry-After header of `rate_limited` (default 1). */
  readonly retryAfter?: number
}

export interface Faults {
  /** Arms a fault; returns its id. */
  add(fault: Fault): string
  /** The faults still armed, `count` being what is left of them. */
  list(): Fault[]
  clear(): void
}

/** What a server needs beyond the public part: striking consumes one use of the fault. */
export interface FaultBook extends Faults {
  /** The first armed fault of these kinds that concerns one of the names, one use of it consumed. */
  strike(kinds: readonly FaultKind[], names: readonly string[]): Fault | undefined
  onChange(listener: (fault: Fault | undefined) => void): void
}

/** An empty book of faults. */
export function createFaults(): FaultBook {
  let serial = 0
  let armed: { id: string; fault: Fault; left: number }[] = []
  const listeners: ((fault: Fault | undefined) => void)[] = []
  const tell = (fault: Fault | undefined): void => {
    for (const listener of listeners) listener(fault)
  }
  return {
    add(fault) {
      serial += 1
      const id = `fault-${serial}`
      const count = fault.count ?? 1
      armed.push({ id, fault, left: count === 0 ? Number.POSITIVE_INFINITY : count })
      tell(fault)
      return id
    },
    list: () => armed.map(({ fault, left }) => ({ ...fault, count: Number.isFinite(left) ? left : 0 })),
    clear() {
      armed = []
      tell(undefined)
    },
    strike(kinds, names) {
      const hit = armed.find(
        ({ fault }) =>
          kinds.includes(fault.kind) && (fault.match === undefined || names.includes(fault.match)),
      )
      if (hit === undefined) return undefined
      hit.left -= 1
      armed = armed.filter(({ left }) => left > 0)
      return hit.fault
    },
    onChange: (listener) => void listeners.push(listener),
  }
}

/** How a server words its own refusals; the status and Retry-After are given by the fault. */
export interface FaultBodies {
  readonly rateLimited: unknown
  readonly serverError: unknown
}

/**
 * Applies what is armed for this request, before any effect. `'answered'`: the request is over, do nothing.
 * `'lose_reply'`: carry out the effect, then call `loseReply` in place of replying. `'withhold_reply'`: carry it out
 * and never reply. `'go'`: nothing armed. A `slow` fault waits first and may be followed by another one.
 */
export async function meetFaults(
  faults: FaultBook,
  names: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
  bodies: FaultBodies,
): Promise<'go' | 'answered' | 'lose_reply' | 'withhold_reply'> {
  const slow = faults.strike(['slow'], names)
  if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow.delayMs ?? 1000))
  const fault = faults.strike(
    ['drop_connection', 'refuse', 'rate_limited', 'server_error', 'lost_reply', 'swallow', 'withhold_reply'],
    names,
  )
  if (fault === undefined) return 'go'
  if (fault.kind === 'lost_reply') return 'lose_reply'
  if (fault.kind === 'withhold_reply') return 'withhold_reply'
  if (fault.kind === 'swallow') return 'answered'
  if (fault.kind === 'drop_connection' || fault.kind === 'refuse') {
    request.socket.destroy()
    return 'answered'
  }
  const limited = fault.kind === 'rate_limited'
  response.writeHead(limited ? 429 : 500, {
    'content-type': 'application/json; charset=utf-8',
    ...(limited ? { 'retry-after': String(fault.retryAfter ?? 1) } : {}),
  })
  response.end(JSON.stringify(limited ? bodies.rateLimited : bodies.serverError))
  return 'answered'
}

/** Ends the connection without a byte of reply: the other end cannot know that the effect happened. */
export function loseReply(response: ServerResponse): void {
  response.socket?.destroy()
}

/** New connections are destroyed as they arrive while a `refuse` without a `match` is armed. */
export function refuseConnections(server: Pick<Server, 'on'>, faults: FaultBook): void {
  server.on('connection', (socket: { destroy(): void }) => {
    const everything = faults.list().some((fault) => fault.kind === 'refuse' && fault.match === undefined)
    if (everything && faults.strike(['refuse'], []) !== undefined) socket.destroy()
  })
}

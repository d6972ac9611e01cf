// The other end of a notifier: a server that does as it is told and remembers what it was asked and what it did.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** `fine`: as it does on a good day. `lost`: it happens, and nobody hears of it. `echo`: a status with the request in the body. */
export type Mood = 'fine' | 'lost' | Answer | { readonly echo: number }

export interface OtherEnd {
  readonly url: string
  /** Every request for an effect, whatever came of it. */
  readonly asked: Asked[]
  /** The effects that took place. */
  readonly happened: Asked[]
  /** How effects are answered from now on. */
  be(mood: Mood): void
  reset(): void
  /** Closes; `listen` opens it again at the same address. */
  close(): Promise<void>
  listen(): Promise<void>
}

export interface OtherEndOptions {
  /** Whether a request asks for an effect; the others are always answered as on a good day. */
  readonly isEffect: (asked: Asked) => boolean
  readonly fine: (asked: Asked, happened: readonly Asked[]) => Answer
}

export async function createOtherEnd(options: OtherEndOptions): Promise<OtherEnd> {
  let mood: Mood = 'fine'
  const asked: Asked[] = []
  const happened: Asked[] = []

  function meet(one: Asked, response: ServerResponse): void {
    if (!options.isEffect(one)) return send(response, options.fine(one, happened))
    asked.push(one)
    if (typeof mood === 'object' && 'echo' in mood)
      return send(response, {
        status: mood.echo,
        headers: { 'content-type': 'text/html' },
        body: `<html>${mood.echo} ${JSON.stringify(one)}</html>`,
      })
    if (typeof mood === 'object') return send(response, mood)
    happened.push(one)
    if (mood === 'lost') return void response.socket?.destroy()
    return send(response, options.fine(one, happened))
  }

  const server = createServer((request, response) => {
    void read(request).then((one) => meet(one, response))
  })
  const listenAt = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, '127.0.0.1', resolve)
    })
  await listenAt(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    happened,
    be: (next) => {
      mood = next
    },
    reset: () => {
      mood = 'fine'
      asked.length = 0
      happened.length = 0
    },
    listen: () => listenAt(port),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return {
    method: request.method ?? '',
    path: new URL(request.url ?? '/', 'http://other-end').pathname,
    headers: request.headers as Record<string, string>,
    body,
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body ?? '{}')
}

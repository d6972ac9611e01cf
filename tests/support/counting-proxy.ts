// A proxy that counts: in front of a server, it says what was asked of it, how many bytes came, and how much at a time.
import { type IncomingMessage, createServer, request } from 'node:http'

export interface CountingProxy {
  readonly url: string
  /** Path (below the prefix) and query of every request, in order. */
  readonly asked: string[]
  /** Bytes of all answers' bodies, as they were sent. */
  bytes(): number
  /** The most requests that were under way at once. */
  most(): number
  reset(): void
  close(): Promise<void>
}

/** Hands everything on to `target`, whose own path is kept as a prefix. An answer is held for `holdMs`, so that requests overlap. */
export async function countingProxy(target: string, holdMs = 0): Promise<CountingProxy> {
  const prefix = new URL(target).pathname.replace(/\/+$/, '')
  const asked: string[] = []
  let [bytes, under, most] = [0, 0, 0]
  const server = createServer((incoming: IncomingMessage, outgoing) => {
    asked.push((incoming.url ?? '').slice(prefix.length))
    under += 1
    most = Math.max(most, under)
    outgoing.on('close', () => (under -= 1))
    const { host: _host, connection: _connection, ...headers } = incoming.headers
    const onward = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method ?? 'GET', headers },
      (answer) => {
        const body: Buffer[] = []
        answer.on('data', (chunk: Buffer) => body.push(chunk))
        answer.on('end', () => {
          bytes += body.reduce((sum, chunk) => sum + chunk.length, 0)
          setTimeout(() => {
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
            outgoing.end(Buffer.concat(body))
          }, holdMs)
        })
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}${prefix}`,
    asked,
    bytes: () => bytes,
    most: () => most,
    reset() {
      asked.length = 0
      bytes = 0
      most = under
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

// Reading requests and writing replies: the little HTTP that both APIs of the sandbox's PagerDuty share.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The whole body, or undefined when it is longer than `limit` bytes (the rest is read and thrown away). */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
  }
  return size > limit ? undefined : Buffer.concat(chunks)
}

/** The JSON of a body; undefined when it is none. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

export type Reply = { status: number; body: unknown; headers?: Record<string, string> }

/** Strings go out as plain text (as a proxy in front of the real service answers), all else as JSON. */
export function send(response: ServerResponse, reply: Reply): void {
  const text = typeof reply.body === 'string'
  response.writeHead(reply.status, {
    'content-type': text ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    ...reply.headers,
  })
  response.end(text ? reply.body : JSON.stringify(reply.body))
}

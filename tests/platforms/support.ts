// A web server of a few lines on a free port, and a platform that reads it: what platform tests begin with.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { Run } from '../../src/alerts/model.ts'
import { type Platform, type PlatformDeps } from '../../src/platforms/platform.ts'
import { createPlatform, platformConfigSchema } from '../../src/platforms/registry.ts'

export interface Stage {
  readonly url: string
  /** `GET /path?query` of every request, in order. */
  readonly asked: string[]
  /** Headers of every request, in order. */
  readonly headers: IncomingMessage['headers'][]
  close(): Promise<void>
}

/** Answers with what `reply` returns; `asks` is a WWW-Authenticate, `destroy` ends the connection without an answer. */
export type Reply =
  { status?: number; type?: string; body?: string; location?: string; asks?: string } | 'destroy'

export async function stage(
  reply: (method: string, url: URL, body: string, headers: IncomingMessage['headers']) => Reply,
): Promise<Stage> {
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stage')
      asked.push(`${request.method} ${url.pathname}${url.search}`)
      headers.push(request.headers)
      const answer = reply(request.method ?? '', url, body, request.headers)
      if (answer === 'destroy') {
        request.socket.destroy()
        return
      }
      const { status = 200, type = 'application/json', location, asks } = answer
      response.writeHead(status, {
        'content-type': type,
        ...(location === undefined ? {} : { location }),
        ...(asks === undefined ? {} : { 'www-authenticate': asks }),
      })
      response.end(answer.body ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    headers,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A port on which nothing listens. */
export async function deadUrl(): Promise<string> {
  const gone = await stage(() => ({}))
  await gone.close()
  return gone.url
}

export const NEVER = new AbortController().signal

/** The names of jobs carry a date that changes from run to run. */
export const DEPS: PlatformDeps = { normaliseJobName: (name) => name.replace(/-\d{4}-\d{2}-\d{2}$/, '') }

export function platformOf(config: Record<string, unknown>, deps: PlatformDeps = DEPS): Platform {
  return createPlatform('batch', platformConfigSchema.parse({ kind: 'spark-standalone', ...config }), deps)
}

export function runOf(run: Partial<Run>): Run {
  return {
    platform: 'batch',
    cluster: null,
    jobName: null,
    runId: null,
    attempt: null,
    retriesLeft: null,
    ...run,
  }
}

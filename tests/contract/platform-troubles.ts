// What goes wrong in front of a platform, for every kind: probes say it in words that help, in time, and nothing breaks.
import { type Server, createServer } from 'node:http'
import { type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CATALOGUE, type ErrorCode } from '../../src/errors.ts'
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import { createPlatforms } from '../../src/platforms/create.ts'
import { platformConfigSchema } from '../../src/platforms/registry.ts'
import { DEPS, runOf } from '../platforms/support.ts'
import type { Run } from '../../src/alerts/model.ts'

/** How a kind of platform is brought into trouble. */
export interface Troubled {
  /** Configured so that all that it asks is at `url`, with the credential SECRET and this limit for a request. */
  config(url: string, timeoutMs: number): Record<string, unknown>
  /** Probes that ask the platform first of all, with their parameters. */
  readonly probes: readonly (readonly [use: string, params?: object])[]
  readonly run: Partial<Run>
  /** Where its words differ from those of most: a code and what is said. */
  readonly says?: Partial<Record<Trouble, readonly [ErrorCode, RegExp]>>
  /** What the wire of this kind needs beside its address: a credential in the environment, for one. */
  readonly setUp?: () => void
}

/** In every configuration, and in nothing that is said. */
export const SECRET = 'hush-hush-0451'

const SAYS = {
  down: ['ARR-501', /ECONNREFUSED/],
  slow: ['ARR-501', /did not answer in time/],
  late: ['ARR-501', /no answer within 0\.15 s .*there was no time left/],
  drip: ['ARR-501', /did not answer in time/],
  'half a body': ['ARR-501', /breaks off in the middle/],
  'half of its JSON': ['ARR-502', /JSON is broken/],
  'HTML with 200': ['ARR-502', /text\/html in place of JSON/],
  'no body': ['ARR-502', /JSON is broken/],
  '401': ['ARR-506', /it answers 401/],
  '403': ['ARR-506', /it answers 403/],
  '404': ['ARR-502', /at this address \(404\)/],
  '500': ['ARR-501', /it answers 500/],
  '503': ['ARR-501', /it answers 503/],
  login: ['ARR-502', /redirects to http:\/\/127\.0\.0\.1:\d+\/login.*login page/],
  '100 MB': ['ARR-502', /larger than \d+ bytes/],
} as const satisfies Record<string, readonly [ErrorCode, RegExp]>
export type Trouble = keyof typeof SAYS

const LARGE = 100 * 1024 * 1024
/** More than any client reads of one answer, and what lies in the buffers of two sockets. */
const READ_AT_MOST = 32 * 1024 * 1024

interface TroubleServer {
  readonly url: string
  trouble: Trouble
  /** Bytes that were taken of a large body, the most of any. */
  sent: number
  close(): Promise<void>
}

async function troubleServer(): Promise<TroubleServer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((request, response) => {
    request.resume()
    const json = { 'content-type': 'application/json' }
    const html = { 'content-type': 'text/html;charset=utf-8' }
    switch (self.trouble) {
      case 'down':
      case 'slow':
      case 'late':
        return
      case 'drip': {
        response.writeHead(200, json)
        const drip = setInterval(() => response.write(' '), 10)
        response.on('close', () => clearInterval(drip))
        return
      }
      case 'half a body':
        response.writeHead(200, { ...json, 'content-length': '1000' })
        response.write('{"status":', () => response.destroy())
        return
      case 'half of its JSON':
        response.writeHead(200, json).end('{"status":')
        return
      case 'HTML with 200':
        response.writeHead(200, html).end('<html><form action="/login">')
        return
      case 'no body':
        response.writeHead(200, json).end()
        return
      case 'login':
        response.writeHead(302, { location: `/login?token=${SECRET}` }).end()
        return
      case '100 MB': {
        response.writeHead(200, json)
        const chunk = Buffer.alloc(256 * 1024, ' ')
        let own = 0
        const more = (): void => {
          while (own < LARGE) {
            own += chunk.length
            self.sent = Math.max(self.sent, own)
            if (!response.write(chunk)) return
          }
          response.end()
        }
        response.on('drain', more)
        more()
        return
      }
      default:
        response.writeHead(Number(self.trouble), html).end('<html><h1>Oops</h1>')
    }
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const self: TroubleServer = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    trouble: 'slow',
    sent: 0,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

/** Declares the suite for one kind. A kind without HTTP of its own brings in `says` what its client says instead. */
export function platformTroubles(kind: string, troubled: Troubled): void {
  describe(`platform troubles: ${kind}`, () => {
    let server: TroubleServer
    beforeAll(async () => {
      troubled.setUp?.()
      server = await troubleServer()
    })
    afterAll(() => server.close())

    it.each(Object.keys(SAYS))('%s', async (name) => {
      const trouble = name as Trouble
      const [code, words] = { ...SAYS, ...troubled.says }[trouble]
      server.trouble = trouble
      server.sent = 0
      const url = trouble === 'down' ? await downUrl() : server.url
      const late = trouble === 'late'
      const timeoutMs = late ? 5000 : ['slow', 'drip'].includes(trouble) ? 100 : 20_000
      const config = platformConfigSchema.parse(troubled.config(url, timeoutMs))
      const reader = createPlatforms({ batch: config }, DEPS.normaliseJobName).readers.get('batch')!
      const steps = troubled.probes.map(([use, params], index) => ({
        id: `s${index}`,
        use,
        heading: use,
        params: params ?? {},
      }))
      const results = await runProbes(
        steps,
        {
          run: runOf(troubled.run),
          labels: {},
          reader,
          now: new Date(),
          signal: AbortSignal.timeout(60_000),
        },
        { deadlineMs: late ? 150 : 30_000, concurrency: steps.length },
      )
      for (const [index, { findings }] of results.entries()) {
        const [use] = troubled.probes[index]!
        const told = findings.map(({ sentence }) => sentence).join('\n')
        expect(told, use).toContain(code)
        expect(told, use).toContain('batch')
        expect(told, use).toContain(url)
        expect(told, use).toMatch(words)
        expect(told, use).toContain(CATALOGUE[code].mend.replaceAll('{platform}', 'batch'))
        expect(JSON.stringify(findings)).not.toContain(SECRET)
        expect(findings.every(({ severity }) => severity === 'none')).toBe(true)
        expect(findings.some(({ unreached }) => unreached.length > 0)).toBe(true)
      }
      expect(server.sent).toBeLessThan(READ_AT_MOST)
    })
  })
}

/** Of a server that has gone. */
async function downUrl(): Promise<string> {
  const gone = await troubleServer()
  await gone.close()
  return gone.url
}

// A deployment pipeline: takes signed requests to roll a job back, deploys the older version, and announces it.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type RollbackRequest as Request, requestSchema } from './request.ts'
import { type KeptRollback, readKept, writeKept } from './state-file.ts'

export type PipelineOptions = {
  /** 0 = any free port of 127.0.0.1. */
  port: number
  /** The key of the signatures that it takes. */
  secret: string
  /** The base URL of the service, without a slash at its end, and the token of its deploy webhook. */
  serviceUrl: string
  webhookToken: string
  /** How long a deployment takes, in milliseconds. */
  deployMs?: number
  /** Keeps what was asked for across restarts; what was not deployed or announced then is when it starts again. */
  stateFile?: string
  now: () => number
}

export type PipelineServer = {
  /** Where it takes requests to roll back. */
  rollbackUrl: string
  /** What it was asked for and did, oldest first. */
  rollbacks: () => readonly Rollback[]
  close: () => Promise<void>
}

/** `deployedAt` (milliseconds since 1970) once it is done. */
export type Rollback = { id: string; job: string; to: string; deployedAt?: number }

const DEPLOY_MS = 3000
const TOO_OLD_MS = 5 * 60_000
const BODY_LIMIT = 1024 * 1024
/** Before each further attempt to announce, the last one repeating: the service may be starting again. */
const ANNOUNCE_AGAIN_MS = [500, 2000, 5000]

/** Starts it. Errors: the port is taken, or a state file that is not a pipeline's. */
export async function createPipelineServer(options: PipelineOptions): Promise<PipelineServer> {
  const { stateFile } = options
  const kept = stateFile === undefined ? [] : readKept(stateFile)
  const rollbacks = new Map<string, KeptRollback>(kept.map((one) => [one.asked.id, one]))
  const stop = new AbortController()

  /**
   * Kept before anybody is told: what was answered with 202 is done even if we die in between. On disk first: what could not
   * be written (it throws) is not known, and is taken when it is asked for again.
   */
  function keep(one: KeptRollback): void {
    const next = new Map(rollbacks).set(one.asked.id, one)
    if (stateFile !== undefined) writeKept(stateFile, [...next.values()])
    rollbacks.set(one.asked.id, one)
  }

  /** Whether it was kept. */
  function take(one: KeptRollback): boolean {
    try {
      keep(one)
      return true
    } catch {
      return false
    }
  }

  async function answer(request: IncomingMessage): Promise<[number, string]> {
    if (request.method !== 'POST') return [405, 'POST only']
    const body = await read(request)
    if (body === undefined) return [413, 'a body of more than 1 MiB']
    if (!isSigned(body, request.headers['x-arrestor-signature'], options.secret)) return [401, 'not signed by the secret'] // prettier-ignore
    const asked = parse(body)
    if (asked === undefined) return [422, 'no rollback.requested.v1']
    if (Math.abs(options.now() - Date.parse(asked.at)) > TOO_OLD_MS) return [400, 'too old']
    const { to, run } = asked.data
    if (to === null) return [422, `nothing says what ${run.job_name} is to go back to`]
    if (!rollbacks.has(asked.id)) {
      if (!take({ asked, to })) return [503, 'it cannot be kept now']
      void deploy({ asked, to })
    }
    return [202, `${run.job_name} goes back to ${to}`]
  }

  async function deploy({ asked, to, deployedAt: before }: KeptRollback): Promise<void> {
    try {
      if (before === undefined) await wait(options.deployMs ?? DEPLOY_MS, undefined, { signal: stop.signal })
      const deployedAt = before ?? options.now()
      keep({ asked, to, deployedAt })
      const marker = markerOf(asked, to, new Date(deployedAt))
      for (let tried = 0; !(await announce(marker)); tried += 1)
        await wait(ANNOUNCE_AGAIN_MS[Math.min(tried, ANNOUNCE_AGAIN_MS.length - 1)], undefined, {
          signal: stop.signal,
        })
      keep({ asked, to, deployedAt, announced: true })
    } catch {
      // Closed meanwhile: a pipeline that is gone announces nothing, until it is started again.
    }
  }

  /** Whether the service has taken it. */
  async function announce(marker: unknown): Promise<boolean> {
    try {
      const response = await fetch(`${options.serviceUrl}/webhooks/deploy`, {
        method: 'POST',
        headers: { authorization: `Bearer ${options.webhookToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(marker),
        signal: stop.signal,
      })
      await response.arrayBuffer()
      return response.ok
    } catch {
      return false
    }
  }

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, message] = await answer(request).catch((): [number, string] => [400, 'it was cut off'])
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify({ message }))
  }

  const server = createServer((request, response) => {
    void reply(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  for (const one of kept) if (one.announced !== true) void deploy(one)
  return {
    rollbackUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/rollback`,
    rollbacks: () => [...rollbacks.values()].map(publicOf),
    async close() {
      stop.abort()
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function publicOf({ asked, to, deployedAt }: KeptRollback): Rollback {
  const one = { id: asked.id, job: asked.data.run.job_name, to }
  return deployedAt === undefined ? one : { ...one, deployedAt }
}

function markerOf({ id, data }: Request, to: string, at: Date): Record<string, unknown> {
  return {
    id: `rollback-${id}`,
    what: 'rollback',
    job_names: [data.run.job_name],
    team: data.incident.team,
    ...(data.run.platform === null ? {} : { platform: data.run.platform }),
    version: to,
    by: data.requested_by.name,
    at: at.toISOString(),
  }
}

/** `v1=` and the hex HMAC-SHA256 of the raw body. */
function isSigned(body: Buffer, given: unknown, secret: string): boolean {
  const right = Buffer.from(`v1=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const said = Buffer.from(typeof given === 'string' ? given : '')
  return said.length === right.length && timingSafeEqual(said, right)
}

function parse(body: Buffer): Request | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(body.toString('utf8'))).data
  } catch {
    return undefined
  }
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

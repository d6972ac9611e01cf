// A deployment pipeline that takes signed webhooks: strict about signature, age and form, deaf to what it has had.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as z from 'zod'

const deployment = z
  .strictObject({
    what: z.enum(['deploy', 'rollback', 'config']),
    version: z.string().nullable(),
    image: z.string().nullable(),
    commit: z.string().nullable(),
    summary: z.string().nullable(),
    by: z.string().nullable(),
    url: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .nullable()

/** What is taken: nothing that is not known may stand in it. */
const requestSchema = z.strictObject({
  id: z.string().min(3),
  type: z.literal('rollback.requested.v1'),
  at: z.iso.datetime(),
  data: z.strictObject({
    incident: z.strictObject({
      id: z.string(),
      number: z.int(),
      team: z.string(),
      title: z.string(),
      severity: z.string(),
      link: z.url().nullable(),
    }),
    run: z.strictObject({
      platform: z.string().nullable(),
      cluster: z.string().nullable(),
      job_name: z.string(),
      run_id: z.string().nullable(),
      attempt: z.int().nullable(),
    }),
    requested_by: z.strictObject({
      kind: z.literal('person'),
      id: z.string(),
      name: z.string(),
    }),
    requested_at: z.iso.datetime(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    reason: z.string().nullable(),
    deployed: deployment,
    previous: deployment,
  }),
})
export type RollbackRequest = z.output<typeof requestSchema>

const MAX_AGE_MS = 5 * 60_000

export interface Pipeline {
  readonly url: string
  readonly secret: string
  /** Requests that were taken, each once. */
  readonly taken: readonly RollbackRequest[]
  /** Every POST that came, taken or not. */
  readonly posts: number
  /** Answers the next POST in this way, after (`lost`) or in place of taking it. */
  answerNext(answer: (response: ServerResponse, request: IncomingMessage) => void, taking?: boolean): void
  close(): Promise<void>
}

export interface PipelineOptions {
  readonly secret?: string
  readonly now: () => Date
  /** Jobs that it knows; null: every job. */
  readonly jobs?: readonly string[]
  /** Told of each request that is taken; the pipeline does its work here. */
  readonly onTaken?: (request: RollbackRequest) => void | Promise<void>
}

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const secret = options.secret ?? 'a-secret-of-the-pipeline'
  const taken: RollbackRequest[] = []
  let posts = 0
  let next: { answer: (response: ServerResponse, request: IncomingMessage) => void; taking: boolean } | null =
    null

  const refusalOf = (request: IncomingMessage, body: string): [number, string] | RollbackRequest => {
    const given = /^v1=([0-9a-f]{64})$/.exec(String(request.headers['x-arrestor-signature']))?.[1]
    const expected = createHmac('sha256', secret).update(body).digest()
    if (given === undefined || !timingSafeEqual(Buffer.from(given, 'hex'), expected))
      return [401, 'the signature is not right']
    const read = requestSchema.safeParse(JSON.parse(body))
    if (!read.success) return [400, z.prettifyError(read.error)]
    const { id, type, at, data } = read.data
    if (request.headers['x-arrestor-delivery'] !== id || request.headers['x-arrestor-event'] !== type)
      return [400, 'the headers are of another request']
    if (Math.abs(options.now().getTime() - Date.parse(at)) > MAX_AGE_MS) return [400, 'it is too old']
    if (options.jobs !== undefined && !options.jobs.includes(data.run.job_name))
      return [404, `nothing is known of ${data.run.job_name}`]
    return read.data
  }

  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request)
      if (request.method !== 'POST') {
        response.writeHead(405).end()
        return
      }
      posts += 1
      const planned = next
      next = null
      if (planned !== null && !planned.taking) {
        planned.answer(response, request)
        return
      }
      const read = refusalOf(request, body)
      if (Array.isArray(read)) {
        response.writeHead(read[0], { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: read[1] }))
        return
      }
      if (!taken.some(({ id }) => id === read.id)) {
        taken.push(read)
        await options.onTaken?.(read)
      }
      if (planned !== null) {
        planned.answer(response, request)
        return
      }
      response.writeHead(202, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ message: `run 17 will go back`, url: 'https://ci.example/runs/17?token=x' }),
      )
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rollback`,
    secret,
    taken,
    get posts() {
      return posts
    },
    answerNext(answer, taking = false) {
      next = { answer, taking }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

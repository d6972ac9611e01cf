// A project of Google Cloud to test against: the giver of tokens, Dataproc and Cloud Storage, strict, with faults.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import * as z from 'zod'

export type Json = Record<string, unknown>

export const PROJECT = 'acme-data-42'
export const REGION = 'europe-west1'

export interface Fault {
  readonly status: number
  readonly type?: string
  readonly body?: string
  readonly location?: string
  /** The connection ends without an answer. */
  readonly destroy?: boolean
}

export interface StandIn {
  readonly url: string
  readonly jobs: Json[]
  readonly batches: Json[]
  readonly clusters: Json[]
  /** Objects by `bucket/name`. */
  readonly objects: Record<string, Buffer>
  /** `GET /v1/...` in order, without queries; tokens are not among them. */
  readonly asked: string[]
  /** Jobs that were submitted, by the id of the request. */
  readonly submitted: Map<string, Json>
  /** Tokens that were given. */
  tokensGiven: number
  /** Seconds that the next tokens live. */
  tokenLife: number
  /** Whoever asks for a token gets no answer. */
  tokensHang: boolean
  /** Takes back every token that was given. */
  revoke(): void
  fault(path: RegExp, fault: Fault, times?: number): void
  close(): Promise<void>
}

const state = z.enum(['PENDING', 'SETUP_DONE', 'RUNNING', 'CANCEL_PENDING', 'CANCEL_STARTED', 'CANCELLED', 'DONE', 'ERROR', 'ATTEMPT_FAILURE']) // prettier-ignore
const status = z.strictObject({ state, details: z.string().optional(), stateStartTime: z.iso.datetime(), substate: z.enum(['UNSPECIFIED', 'SUBMITTED', 'QUEUED', 'STALE_STATUS']).optional() }) // prettier-ignore
const strings = z.record(z.string(), z.string())
const work = {
  mainClass: z.string().optional(),
  mainJarFileUri: z.string().optional(),
  args: z.array(z.string()).optional(),
  jarFileUris: z.array(z.string()).optional(),
  properties: strings.optional(),
}
/** google.cloud.dataproc.v1.Job, the members that Spark jobs have. */
const job = z.strictObject({
  reference: z.strictObject({ projectId: z.string(), jobId: z.string() }),
  placement: z.strictObject({ clusterName: z.string(), clusterUuid: z.string().optional() }),
  sparkJob: z.strictObject(work).optional(),
  pysparkJob: z.strictObject({ ...work, mainPythonFileUri: z.string(), pythonFileUris: z.array(z.string()).optional() }).optional(), // prettier-ignore
  status,
  statusHistory: z.array(status).optional(),
  yarnApplications: z.array(z.strictObject({ name: z.string(), state: z.enum(['NEW', 'SUBMITTED', 'ACCEPTED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED']), progress: z.number(), trackingUrl: z.url() })).optional(), // prettier-ignore
  driverOutputResourceUri: z.string().startsWith('gs://').optional(),
  driverControlFilesUri: z.string().startsWith('gs://').optional(),
  labels: strings.optional(),
  scheduling: z.strictObject({ maxFailuresPerHour: z.int().max(10).optional(), maxFailuresTotal: z.int().max(240).optional() }).optional(), // prettier-ignore
  jobUuid: z.string().optional(),
  done: z.boolean().optional(),
})
/** What one may say of a job that is to be; the rest is Google's. */
const submitSchema = z.strictObject({
  requestId: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  job: job
    .omit({
      reference: true,
      status: true,
      statusHistory: true,
      yarnApplications: true,
      driverOutputResourceUri: true,
      driverControlFilesUri: true,
      jobUuid: true,
      done: true,
    })
    .extend({
      reference: z.strictObject({ jobId: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/) }).optional(),
      placement: z.strictObject({ clusterName: z.string() }),
      labels: z
        .record(z.string().regex(/^(?!goog-)[a-z]/), z.string().regex(/^[a-z0-9_-]{0,63}$/))
        .optional(),
    }),
})
const batchState = z.enum(['PENDING', 'RUNNING', 'CANCELLING', 'CANCELLED', 'SUCCEEDED', 'FAILED'])
/** google.cloud.dataproc.v1.Batch. */
const batch = z.strictObject({
  name: z.string().regex(/^projects\/[^/]+\/locations\/[^/]+\/batches\/[^/]+$/),
  uuid: z.string().optional(),
  createTime: z.iso.datetime(),
  pysparkBatch: z.strictObject({ mainPythonFileUri: z.string(), args: z.array(z.string()).optional() }).optional(), // prettier-ignore
  runtimeInfo: z.strictObject({ endpoints: strings.optional(), outputUri: z.string().optional(), diagnosticOutputUri: z.string().optional() }).optional(), // prettier-ignore
  state: batchState,
  stateMessage: z.string().optional(),
  stateTime: z.iso.datetime(),
  creator: z.string().optional(),
  labels: strings.optional(),
  runtimeConfig: z.strictObject({ version: z.string().optional(), containerImage: z.string().optional(), properties: strings.optional() }).optional(), // prettier-ignore
  operation: z.string().optional(),
  stateHistory: z.array(z.strictObject({ state: batchState, stateMessage: z.string().optional(), stateStartTime: z.iso.datetime() })).optional(), // prettier-ignore
})
const instances = z.strictObject({ numInstances: z.int(), machineTypeUri: z.string() })
/** google.cloud.dataproc.v1.Cluster, as much of it as is laid down here. */
const cluster = z.strictObject({
  projectId: z.string(),
  clusterName: z.string(),
  status: z.strictObject({ state: z.enum(['CREATING', 'RUNNING', 'ERROR', 'ERROR_DUE_TO_UPDATE', 'DELETING', 'UPDATING', 'STOPPED']), detail: z.string().optional(), stateStartTime: z.iso.datetime(), substate: z.enum(['UNSPECIFIED', 'UNHEALTHY', 'STALE_STATUS']).optional() }), // prettier-ignore
  config: z.strictObject({ masterConfig: instances, workerConfig: instances, secondaryWorkerConfig: instances.optional(), softwareConfig: z.strictObject({ imageVersion: z.string(), properties: strings }) }), // prettier-ignore
})

class Refusal extends Error {
  readonly code: number
  readonly status: string
  constructor(code: number, word: string, message: string) {
    super(message)
    this.code = code
    this.status = word
  }
}

export async function startGoogle(
  has: Partial<Pick<StandIn, 'jobs' | 'batches' | 'clusters' | 'objects'>>,
): Promise<StandIn> {
  const good = new Set<string>()
  let faults: { path: RegExp; fault: Fault; left: number }[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request)
    const url = new URL(request.url ?? '/', 'http://stand-in')
    if (url.pathname === '/token') {
      if (self.tokensHang) return
      return give(request, body, response)
    }
    self.asked.push(`${request.method} ${decodeURIComponent(url.pathname)}`)
    const found = faults.find(({ path, left }) => left > 0 && path.test(url.pathname))
    if (found !== undefined) {
      found.left -= 1
      return misbehave(found.fault, response)
    }
    try {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
      if (token === undefined || !good.has(token))
        throw new Refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
      if (url.pathname.startsWith('/storage/v1/')) return storage(request, url, response)
      send(response, 200, dataproc(request.method ?? '', url, body))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { code, status: word, message } = error
      send(response, code, { error: { code, message, status: word } })
    }
  }

  /** The exchange of a federated identity, RFC 8693. */
  function give(request: IncomingMessage, body: string, response: ServerResponse): void {
    const form = new URLSearchParams(body)
    const right =
      request.method === 'POST' &&
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:token-exchange' &&
      form.get('scope') === 'https://www.googleapis.com/auth/cloud-platform' &&
      form.get('subject_token') === 'what-the-cluster-says-we-are'
    if (!right) return send(response, 400, { error: 'invalid_grant', error_description: 'not this one' })
    self.tokensGiven += 1
    const token = `ya29.token-${self.tokensGiven}`
    good.add(token)
    send(response, 200, { access_token: token, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'Bearer', expires_in: self.tokenLife }) // prettier-ignore
  }

  function dataproc(method: string, url: URL, body: string): Json {
    const words = url.pathname.slice(1).split('/').map(decodeURIComponent)
    const [v, , project, places, region, kind, id] = words
    if (v !== 'v1' || project !== PROJECT || region !== REGION)
      throw new Refusal(403, 'PERMISSION_DENIED', `Not authorized to requested resource: ${url.pathname}`)
    const known =
      (places === 'regions' &&
        (kind === 'jobs' || kind === 'jobs:submit' || kind === 'clusters' || kind === 'operations')) ||
      (places === 'locations' && kind === 'batches')
    if (!known || words.length > 7) throw new Refusal(404, 'NOT_FOUND', 'Requested entity was not found.')
    if (method === 'POST' && kind === 'jobs:submit' && id === undefined) return submit(body)
    const post = /^(.+):cancel$/.exec(id ?? '')?.[1]
    if (method === 'POST' && post !== undefined) return cancel(kind ?? '', post, body)
    if (method !== 'GET') throw new Refusal(405, 'INVALID_ARGUMENT', 'no such method')
    const schema: z.ZodType<Json> = kind === 'jobs' ? job : kind === 'batches' ? batch : cluster
    const all = kind === 'jobs' ? self.jobs : kind === 'batches' ? self.batches : self.clusters
    if (id === undefined) return page(kind ?? '', all, schema, url)
    const found = all.find((one) => idOf(one) === id)
    if (found === undefined) throw new Refusal(404, 'NOT_FOUND', `Not found: ${kind} ${id}`)
    return schema.parse(found)
  }

  function page(kind: string, all: readonly Json[], schema: z.ZodType<Json>, url: URL): Json {
    const allowed = kind === 'batches' ? ['pageSize', 'pageToken', 'orderBy', 'filter'] : ['pageSize', 'pageToken', 'filter', 'clusterName', 'jobStateMatcher'] // prettier-ignore
    for (const name of url.searchParams.keys())
      if (!allowed.includes(name))
        throw new Refusal(400, 'INVALID_ARGUMENT', `Unknown name "${name}": Cannot bind query parameter.`)
    const from = Number(url.searchParams.get('pageToken')?.slice(1) ?? 0)
    const to = from + Number(url.searchParams.get('pageSize') ?? 50)
    const part = all.slice(from, to).map((one) => schema.parse(one))
    // What is empty is left out.
    return {
      ...(part.length === 0 ? {} : { [kind]: part }),
      ...(to < all.length ? { nextPageToken: `t${to}` } : {}),
    }
  }

  /** `SubmitJobRequest`; a request id that was seen answers with the job that it made. */
  function submit(body: string): Json {
    const asked = submitSchema.safeParse(JSON.parse(body))
    if (!asked.success)
      throw new Refusal(400, 'INVALID_ARGUMENT', `Invalid JSON payload received. ${asked.error.message}`)
    const { job: made, requestId } = asked.data
    const before = self.submitted.get(requestId)
    if (before !== undefined) return job.parse(before)
    if (!self.clusters.some(({ clusterName }) => clusterName === made.placement.clusterName))
      throw new Refusal(404, 'NOT_FOUND', `Not found: Cluster ${made.placement.clusterName}`)
    const id = made.reference?.jobId ?? `5f0c-${self.submitted.size + 1}`
    if (self.jobs.some((other) => idOf(other) === id))
      throw new Refusal(409, 'ALREADY_EXISTS', `Already exists: Job ${id}`)
    const one: Json = {
      ...made,
      reference: { projectId: PROJECT, jobId: id },
      placement: { ...made.placement, clusterUuid: '0d9c' },
      status: { state: 'PENDING', stateStartTime: new Date().toISOString() },
      jobUuid: 'a7',
    }
    self.submitted.set(requestId, one)
    self.jobs.unshift(one)
    return job.parse(one)
  }

  function cancel(kind: string, id: string, body: string): Json {
    if (body !== '{}') throw new Refusal(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received.')
    if (kind === 'operations') {
      const found = self.batches.find((one) => String(one['operation']).endsWith(`/${id}`))
      if (found === undefined) throw new Refusal(404, 'NOT_FOUND', 'no such operation')
      Object.assign(found, { state: 'CANCELLED', stateTime: new Date().toISOString() })
      return {}
    }
    const found = self.jobs.find((one) => idOf(one) === id)
    if (found === undefined) throw new Refusal(404, 'NOT_FOUND', `Not found: Job ${id}`)
    Object.assign(found, { status: { state: 'CANCELLED', stateStartTime: new Date().toISOString() } })
    return job.parse(found)
  }

  function storage(request: IncomingMessage, url: URL, response: ServerResponse): void {
    if (request.method !== 'GET') throw new Refusal(403, 'PERMISSION_DENIED', 'read only')
    const [, bucket, object] = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(url.pathname) ?? []
    if (bucket === undefined) throw new Refusal(404, 'NOT_FOUND', 'Not Found')
    if (!Object.keys(self.objects).some((key) => key.startsWith(`${bucket}/`)))
      throw new Refusal(404, 'NOT_FOUND', 'The specified bucket does not exist.')
    if (object === undefined) return send(response, 200, listed(bucket, url))
    const bytes = self.objects[`${bucket}/${decodeURIComponent(object)}`]
    if (bytes === undefined) throw new Refusal(404, 'NOT_FOUND', `No such object: ${object}`)
    if (url.searchParams.get('alt') !== 'media') throw new Refusal(400, 'INVALID_ARGUMENT', 'only media here')
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const from = Number(range?.[1] ?? 0)
    if (from >= bytes.length && range !== null) {
      response.writeHead(416, { 'content-type': 'text/html' }).end('Requested range not satisfiable')
      return
    }
    response.writeHead(range === null ? 200 : 206, { 'content-type': 'application/octet-stream' })
    response.end(bytes.subarray(from, Number(range?.[2] ?? bytes.length - 1) + 1))
  }

  function listed(bucket: string, url: URL): Json {
    const prefix = url.searchParams.get('prefix') ?? ''
    const names = Object.keys(self.objects)
      .filter((key) => key.startsWith(`${bucket}/${prefix}`))
      .map((key) => key.slice(bucket.length + 1))
    const deeper = names.filter((name) => name.slice(prefix.length).includes('/'))
    const prefixes = [
      ...new Set(deeper.map((name) => prefix + name.slice(prefix.length).split('/')[0] + '/')),
    ]
    const items = names.filter((name) => !name.slice(prefix.length).includes('/'))
    return {
      kind: 'storage#objects',
      ...(prefixes.length === 0 ? {} : { prefixes }),
      ...(items.length === 0
        ? {}
        : {
            items: items.map((name) => ({
              name,
              // 64 bits, as text.
              size: String(self.objects[`${bucket}/${name}`]?.length),
              updated: '2026-11-22T10:59:00.000Z',
            })),
          }),
    }
  }

  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as { port: number }
  const self: StandIn = {
    url: `http://127.0.0.1:${port}`,
    jobs: has.jobs ?? [],
    batches: has.batches ?? [],
    clusters: has.clusters ?? [],
    objects: has.objects ?? {},
    asked: [],
    submitted: new Map(),
    tokensGiven: 0,
    tokenLife: 3600,
    tokensHang: false,
    revoke: () => good.clear(),
    fault(path, fault, times = Infinity) {
      faults = [{ path, fault, left: times }, ...faults]
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
  return self
}

function idOf(one: Json): string {
  const reference = one['reference'] as { jobId?: string } | undefined
  return (
    reference?.jobId ??
    (one['clusterName'] as string | undefined) ??
    String(one['name']).split('/').at(-1) ??
    ''
  )
}

function misbehave(
  { status: code, type = 'application/json', body = '{}', location, destroy }: Fault,
  response: ServerResponse,
): void {
  // prettier-ignore
  if (destroy === true) {
    response.destroy()
    return
  }
  response
    .writeHead(code, { 'content-type': type, ...(location === undefined ? {} : { location }) })
    .end(body)
}

function send(response: ServerResponse, code: number, body: Json): void {
  response.writeHead(code, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

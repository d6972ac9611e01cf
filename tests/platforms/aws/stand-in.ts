// An AWS account to test against: EMR, EMR Serverless, EMR on EKS and S3 as their protocols have it, strict, with faults.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { CONTAINERS, EMR, type Operation, SERVERLESS } from './shapes.ts'
import { type Identity, wrongWith } from './signature.ts'

export type Json = Record<string, unknown>
type Handler = (input: Json) => Json

export interface Account {
  readonly identity: Identity
  readonly region: string
  /** Calls by service and name; what is not here is refused as AWS refuses what one may not. */
  readonly emr?: Readonly<Record<string, Handler>>
  readonly serverless?: Readonly<Record<string, Handler>>
  readonly containers?: Readonly<Record<string, Handler>>
  /** Objects by `bucket/key`. */
  readonly objects?: Record<string, Buffer>
}

export type Fault =
  | { kind: 'destroy' | 'hang' | 'html' | 'half' | 'login' | 'huge' | 'empty' | 'wrong' | 'html-404' }
  | { kind: 'refusal'; status: number; code: string; message?: string }

export interface StandIn {
  readonly url: string
  readonly account: Account
  /** `DescribeStep`, `GetJobRun`, `ListObjectsV2 bucket/prefix`, `GetObject bucket/key` in order. */
  readonly asked: string[]
  /** What was wrong with requests: of shape or signature. */
  readonly wrongs: string[]
  fault(call: RegExp, fault: Fault, times?: number): void
  close(): Promise<void>
}

/** Thrown by handlers: AWS's exceptions. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

type Protocol = 'emr' | 'rest' | 's3'
interface Call {
  readonly service: string
  readonly protocol: Protocol
  readonly name: string
  readonly shown: string
  readonly operation: Operation | null
  readonly input: Json
  readonly handle: Handler | undefined
}

export async function startAws(account: Account): Promise<StandIn> {
  const asked: string[] = []
  const wrongs: string[] = []
  let faults: { call: RegExp; fault: Fault; left: number }[] = []

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const call = callOf(request, body, account)
    asked.push(call.shown)
    const found = faults.find(({ call: of, left }) => left > 0 && of.test(call.shown))
    if (found !== undefined) {
      found.left -= 1
      misbehave(found.fault, call, response)
      return
    }
    try {
      const wrong = wrongWith(request, body, call.service, account.region, account.identity)
      if (wrong !== null) throw new Refusal(403, wrong, 'the signature is no good')
      if (call.protocol === 's3') {
        objectOf(call, request, response, account.objects ?? {})
        return
      }
      if (call.operation === null || call.handle === undefined)
        throw new Refusal(400, 'AccessDeniedException', `not authorized to perform ${call.name}`)
      call.operation.input(call.input, call.name)
      const output = call.handle(call.input)
      call.operation.output(output, `${call.name}, its answer`)
      send(response, 200, call, JSON.stringify(output))
    } catch (error) {
      if (!(error instanceof Refusal)) wrongs.push((error as Error).message)
      else if (/Signature|Token|UnrecognizedClient/.test(error.code)) wrongs.push(error.code)
      const of = error instanceof Refusal ? error : new Refusal(400, 'ValidationException', (error as Error).message) // prettier-ignore
      refuse(response, call, of)
    }
  }

  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => answer(request, response, body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    account,
    asked,
    wrongs,
    fault: (call, fault, times = Infinity) => void faults.push({ call, fault, left: times }),
    async close() {
      faults = []
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function callOf(request: IncomingMessage, body: string, account: Account): Call {
  const url = new URL(request.url ?? '/', 'http://aws')
  const target = /^ElasticMapReduce\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? ''))
  if (target !== null && request.method === 'POST' && url.pathname === '/') {
    const name = target[1] ?? ''
    if (request.headers['content-type'] !== 'application/x-amz-json-1.1') throw new Error('not JSON 1.1')
    const input = JSON.parse(body) as Json
    return { service: 'elasticmapreduce', protocol: 'emr', name, shown: name, operation: EMR(name), input, handle: account.emr?.[name] } // prettier-ignore
  }
  for (const [service, operations, handlers] of [
    ['emr-serverless', SERVERLESS, account.serverless],
    ['emr-containers', CONTAINERS, account.containers],
  ] as const)
    for (const name of Object.keys(handlers ?? {})) {
      const operation = operations(name)
      const labels = operation?.http?.method === request.method ? labelsOf(operation?.http?.path ?? '', url.pathname) : null // prettier-ignore
      if (operation === null || labels === null) continue
      const query = Object.fromEntries([...url.searchParams].map(([key, value]) => [key, /^\d+$/.test(value) ? Number(value) : value])) // prettier-ignore
      return { service, protocol: 'rest', name, shown: name, operation, input: { ...query, ...labels, ...bodyOf(body) }, handle: handlers?.[name] } // prettier-ignore
    }
  const path = decodeURIComponent(url.pathname).slice(1)
  const listing = url.searchParams.get('list-type') === '2'
  const input = { path, ...Object.fromEntries(url.searchParams) }
  const name = listing ? 'ListObjectsV2' : request.method === 'GET' ? 'GetObject' : `${request.method} of S3`
  const shown = `${name} ${path.replace(/\/$/, '')}${listing ? `/${url.searchParams.get('prefix') ?? ''}` : ''}` // prettier-ignore
  return { service: 's3', protocol: 's3', name, shown, operation: null, input, handle: undefined }
}

function bodyOf(body: string): Json {
  return body === '' ? {} : (JSON.parse(body) as Json)
}

function labelsOf(template: string, path: string): Json | null {
  const wanted = template.split('/')
  const given = path.replace(/\/$/, '').split('/')
  if (wanted.length !== given.length) return null
  const labels: Json = {}
  for (const [index, word] of wanted.entries()) {
    const label = /^\{(\w+)\}$/.exec(word)?.[1]
    if (label === undefined && word !== given[index]) return null
    if (label !== undefined) labels[label] = decodeURIComponent(given[index] ?? '')
  }
  return labels
}

const QUERY: ReadonlySet<string> = new Set(['path', 'list-type', 'prefix', 'delimiter', 'continuation-token', 'x-id']) // prettier-ignore
const A_PAGE = 1000

function objectOf(
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
  objects: Record<string, Buffer>,
): void {
  // prettier-ignore
  const unknown = Object.keys(call.input).find((key) => !QUERY.has(key))
  if (unknown !== undefined) throw new Error(`S3 knows no ${unknown}`)
  const path = String(call.input['path']).replace(/\/$/, '')
  if (call.name === 'ListObjectsV2') {
    if (!Object.keys(objects).some((key) => key.startsWith(`${path}/`)))
      throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist')
    send(response, 200, call, listed(path, call.input, objects))
    return
  }
  if (call.name !== 'GetObject') throw new Refusal(405, 'MethodNotAllowed', 'not allowed')
  const bytes = objects[path]
  if (bytes === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.')
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (from === '') throw new Error('an object is asked for without a range')
  if (Number(from) >= bytes.length) throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable') // prettier-ignore
  const part = bytes.subarray(Number(from), Number(to) + 1)
  response.writeHead(206, {
    'content-type': 'binary/octet-stream',
    'content-length': part.length,
    'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`,
    'x-amz-request-id': 'REQUEST',
  })
  response.end(part)
}

function listed(bucket: string, input: Json, objects: Record<string, Buffer>): string {
  const prefix = (input['prefix'] as string | undefined) ?? ''
  const names = new Map<string, number | null>()
  for (const [path, bytes] of Object.entries(objects)) {
    const key = path.startsWith(`${bucket}/`) ? path.slice(bucket.length + 1) : null
    if (key === null || !key.startsWith(prefix)) continue
    const slash = input['delimiter'] === '/' ? key.indexOf('/', prefix.length) : -1
    names.set(slash === -1 ? key : key.slice(0, slash + 1), slash === -1 ? bytes.length : null)
  }
  const sorted = [...names].sort(([a], [b]) => (a < b ? -1 : 1))
  const from = Number(input['continuation-token'] ?? 0)
  const page = sorted.slice(from, from + A_PAGE)
  const more = from + A_PAGE < sorted.length
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${prefix}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${A_PAGE}</MaxKeys><Delimiter>/</Delimiter><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${from + A_PAGE}</NextContinuationToken>` : ''}${page
    .map(([key, size]) =>
      size === null
        ? `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${key}</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified><ETag>"e"</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    )
    .join('')}</ListBucketResult>`
}

const TYPES: Readonly<Record<Protocol, string>> = {
  emr: 'application/x-amz-json-1.1',
  rest: 'application/json',
  s3: 'application/xml',
}

function send(response: ServerResponse, status: number, call: Call, body: string, more: Json = {}): void {
  response.writeHead(status, { 'content-type': TYPES[call.protocol], 'x-amzn-requestid': 'REQUEST', ...more } as Record<string, string>) // prettier-ignore
  response.end(body)
}

/** As each protocol says no. */
function refuse(response: ServerResponse, call: Call, { status, code, message }: Refusal): void {
  if (call.protocol === 's3')
    send(response, status, call, `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>R</RequestId></Error>`) // prettier-ignore
  else if (call.protocol === 'emr')
    send(response, status, call, JSON.stringify({ __type: code, Message: message, message }))
  else send(response, status, call, JSON.stringify({ message }), { 'x-amzn-errortype': code })
}

const PAGE = '<!doctype html><html><body>Sign in</body></html>'

function misbehave(fault: Fault, call: Call, response: ServerResponse): void {
  switch (fault.kind) {
    case 'refusal':
      refuse(response, call, new Refusal(fault.status, fault.code, fault.message ?? 'no'))
      return
    case 'destroy':
      response.destroy()
      return
    case 'hang':
      return
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(PAGE)
      return
    case 'html-404':
      response.writeHead(404, { 'content-type': 'text/html' })
      response.end(PAGE)
      return
    case 'login':
      response.writeHead(302, { location: '/login.html', 'content-type': 'text/html' })
      response.end(PAGE)
      return
    case 'half':
      response.writeHead(200, { 'content-type': TYPES[call.protocol], 'content-length': 1000 })
      response.write('{"Cluster": {"Id": "j-')
      setImmediate(() => response.destroy())
      return
    case 'empty':
      send(response, 200, call, '')
      return
    case 'wrong':
      send(response, 200, call, call.protocol === 's3' ? '<Other/>' : '{"other": 1}')
      return
    case 'huge': {
      response.writeHead(200, { 'content-type': TYPES[call.protocol] })
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      let left = 100
      const more = (): void => {
        while (left > 0 && response.write(chunk)) left -= 1
        if (left > 0) response.once('drain', more)
        else response.end('{}')
      }
      more()
    }
  }
}

// A Databricks workspace of this process: as strict as its published schemas, over a few runs, clusters and files.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'

type Json = Record<string, unknown>

/** What the workspace holds; tests change it under way. Ids may be bigint, as the real ones are 64-bit. */
export interface Workspace {
  clientId: string
  clientSecret: string
  /** Personal access tokens, by what they may do. */
  tokens: Record<string, { userName: string; mayRead: boolean; mayManage: boolean }>
  tokenLifeS: number
  jobs: Json[]
  /** As jobs/runs/get gives them, whole. */
  runs: Json[]
  outputs: Record<string, Json>
  clusters: Json[]
  events: Json[]
  /** Files of DBFS (`/cluster-logs/...`) and of volumes (`/Volumes/...`). */
  files: Record<string, Buffer>
  tasksAPage: number
}

/** A bad answer in place of the right one. */
export type Fault =
  | { kind: 'destroy' | 'hang' | 'html' | 'half' | 'login' | 'huge' | 'empty' | 'wrong' | 'html-404' }
  | { kind: 'status'; status: number; retryAfter?: string; body?: Json }

export interface StandIn {
  readonly url: string
  readonly workspace: Workspace
  /** `METHOD /path?query` in order, the token endpoint among them. */
  readonly asked: string[]
  readonly bodies: string[]
  readonly cancelled: string[]
  /** Runs that were repaired, in order. */
  readonly repaired: string[]
  readonly tokensGiven: string[]
  /** Answers paths that fit with the fault, `times` often (default: for ever). */
  fault(path: RegExp, fault: Fault, times?: number): void
  mend(): void
  /** The next request of such a path takes effect, and its reply does not arrive. */
  loseNextReply(path: RegExp): void
  /** Tokens that were given are good no more. */
  revoke(): void
  close(): Promise<void>
}

class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_PARAMETER_VALUE', message)

/** Parameters of each read, all that the published schema has; others are refused. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  '/api/2.2/jobs/get': ['job_id', 'page_token'],
  '/api/2.2/jobs/list': ['expand_tasks', 'limit', 'name', 'offset', 'page_token'],
  '/api/2.2/jobs/runs/get': ['include_history', 'include_resolved_values', 'page_token', 'run_id'],
  '/api/2.2/jobs/runs/get-output': ['run_id'],
  '/api/2.2/jobs/runs/list': [
    'active_only',
    'completed_only',
    'expand_tasks',
    'job_id',
    'limit',
    'offset',
    'page_token',
    'run_type',
    'start_time_from',
    'start_time_to',
  ],
  '/api/2.1/clusters/get': ['cluster_id'],
  '/api/2.0/dbfs/list': ['path'],
  '/api/2.0/dbfs/read': ['path', 'offset', 'length'],
  '/api/2.0/preview/scim/v2/Me': [],
}
const EVENT_FIELDS = [
  'cluster_id',
  'end_time',
  'event_types',
  'limit',
  'offset',
  'order',
  'page_size',
  'page_token',
  'start_time',
]
/** EventType of the Clusters API. */
const EVENT_TYPES = new Set(
  (
    'ADD_NODES_FAILED AUTOMATIC_CLUSTER_UPDATE AUTOSCALING_BACKOFF AUTOSCALING_FAILED AUTOSCALING_STATS_REPORT ' +
    'CLUSTER_MIGRATED CREATING DBFS_DOWN DECOMMISSION_ENDED DECOMMISSION_STARTED DEFERRED_POLICY_ENFORCEMENT_FAILED ' +
    'DEFERRED_POLICY_ENFORCEMENT_SCHEDULED DID_NOT_EXPAND_DISK DRIVER_HEALTHY DRIVER_NOT_RESPONDING ' +
    'DRIVER_UNAVAILABLE EDITED EXPANDED_DISK FAILED_TO_EXPAND_DISK INIT_SCRIPTS_FINISHED INIT_SCRIPTS_STARTED ' +
    'METASTORE_DOWN NODES_LOST NODE_BLACKLISTED NODE_EXCLUDED_DECOMMISSIONED PINNED RESIZING RESTARTING RUNNING ' +
    'SPARK_EXCEPTION STARTING TERMINATING UC_VOLUME_MISCONFIGURED UNPINNED UPSIZE_COMPLETED'
  ).split(' '),
)
const MAX_DBFS_READ = 1024 * 1024

export async function startDatabricks(workspace: Workspace): Promise<StandIn> {
  const asked: string[] = []
  const bodies: string[] = []
  const cancelled: string[] = []
  const repaired: string[] = []
  const tokensGiven: string[] = []
  const good = new Map<string, number>()
  let faults: { path: RegExp; fault: Fault; left: number }[] = []
  let lost: RegExp | null = null
  let url = ''

  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const target = new URL(request.url ?? '/', 'http://databricks')
      asked.push(`${request.method} ${target.pathname}${target.search}`)
      bodies.push(body)
      const found = faults.find(({ path, left }) => left > 0 && path.test(target.pathname))
      if (found !== undefined) {
        found.left -= 1
        misbehave(found.fault, request, response)
        return
      }
      try {
        if (lost?.test(target.pathname) === true) {
          lost = null
          response.end = () => response.destroy()
        }
        answer(request, target, body, response)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        json(response, error.status, { error_code: error.code, message: error.message })
      }
    })
  })

  function answer(request: IncomingMessage, target: URL, body: string, response: ServerResponse): void {
    const { method } = request
    const { pathname } = target
    if (pathname === '/oidc/v1/token') return giveToken(request, body, response)
    const user = userOf(request)
    const query = target.searchParams
    if (method === 'GET' && pathname.startsWith('/api/2.0/fs/')) return volume(request, target, response)
    const allowed = PARAMETERS[pathname]
    if (method === 'GET' && allowed !== undefined) {
      for (const name of query.keys())
        if (!allowed.includes(name)) throw invalid(`Unknown parameter ${name} of ${pathname}.`)
      if (!user.mayRead && pathname !== '/api/2.0/preview/scim/v2/Me')
        throw new Refusal(
          403,
          'PERMISSION_DENIED',
          `${user.userName} does not have View permissions on this.`,
        )
      return json(response, 200, read(pathname, query, user.userName))
    }
    if (method === 'POST' && pathname === '/api/2.1/clusters/events')
      return json(response, 200, events(fields(body, EVENT_FIELDS)))
    if (method === 'POST' && pathname === '/api/2.2/jobs/runs/cancel') {
      const id = idIn(fields(body, ['run_id']), body)
      if (!user.mayManage)
        throw new Refusal(
          403,
          'PERMISSION_DENIED',
          `${user.userName} does not have Manage Run permissions on run ${id}.`,
        )
      cancelled.push(id)
      cancel(runOf(id))
      return json(response, 200, {})
    }
    if (method === 'POST' && pathname === '/api/2.2/jobs/runs/repair') {
      const asked = fields(body, REPAIR_FIELDS)
      const id = idIn(asked, body)
      if (!user.mayManage)
        throw new Refusal(
          403,
          'PERMISSION_DENIED',
          `${user.userName} does not have Manage Run permissions on run ${id}.`,
        )
      const repairId = repair(runOf(id), asked, /"latest_repair_id":\s*(\d+)/.exec(body)?.[1] ?? null)
      repaired.push(id)
      return json(response, 200, { repair_id: repairId })
    }
    if (pathname.startsWith('/api/'))
      throw new Refusal(404, 'ENDPOINT_NOT_FOUND', `No API found for '${method} ${pathname}'`)
    response.writeHead(303, { location: `${url}/login.html?next=${encodeURIComponent(pathname)}` }).end()
  }

  function giveToken(request: IncomingMessage, body: string, response: ServerResponse): void {
    const form = new URLSearchParams(body)
    const basic = Buffer.from(`${workspace.clientId}:${workspace.clientSecret}`).toString('base64')
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/x-www-form-urlencoded')
      return json(response, 400, { error: 'invalid_request', error_description: 'not a form' })
    if (form.get('grant_type') !== 'client_credentials' || form.get('scope') !== 'all-apis')
      return json(response, 400, { error: 'invalid_scope', error_description: 'grant or scope' })
    if (request.headers.authorization !== `Basic ${basic}`)
      return json(response, 401, {
        error: 'invalid_client',
        error_description: `Client ${workspace.clientId} failed`,
      })
    const token = `eyJ-${tokensGiven.length + 1}-${'x'.repeat(40)}`
    tokensGiven.push(token)
    good.set(token, Date.now() + workspace.tokenLifeS * 1000)
    json(response, 200, {
      access_token: token,
      token_type: 'Bearer',
      scope: 'all-apis',
      expires_in: workspace.tokenLifeS,
    })
  }

  function userOf(request: IncomingMessage): Workspace['tokens'][string] {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const person = workspace.tokens[token]
    if (person !== undefined) return person
    if ((good.get(token) ?? 0) > Date.now())
      return { userName: workspace.clientId, mayRead: true, mayManage: true }
    throw new Refusal(
      401,
      'UNAUTHENTICATED',
      'Credential was not sent or was of an unsupported type for this API.',
    )
  }

  function read(pathname: string, query: URLSearchParams, userName: string): Json {
    switch (pathname) {
      case '/api/2.2/jobs/get': {
        const id = idOf(query, 'job_id')
        const job = workspace.jobs.find((one) => String(one['job_id']) === id)
        if (job === undefined) throw invalid(`Job ${id} does not exist.`)
        return job
      }
      case '/api/2.2/jobs/list': {
        const limit = limitOf(query, 1, 100)
        const name = query.get('name')?.toLowerCase()
        const named = workspace.jobs.filter(
          (job) => name === undefined || String((job['settings'] as Json)['name']).toLowerCase() === name,
        )
        // A list has neither the tasks of a job nor its retries, unless asked to expand.
        const listed = named.map((job) => ({
          job_id: job['job_id'],
          creator_user_name: 'etl@example.com',
          settings: { name: (job['settings'] as Json)['name'], max_concurrent_runs: 1, format: 'MULTI_TASK' },
        }))
        return page('jobs', listed, query, limit)
      }
      case '/api/2.2/jobs/runs/get': {
        const run = runOf(idOf(query, 'run_id'))
        const tasks = (run['tasks'] ?? []) as Json[]
        const from = Number(query.get('page_token') ?? 0)
        const until = from + workspace.tasksAPage
        const { repair_history: history, ...told } = run
        return {
          ...told,
          ...(query.get('include_history') === 'true' && history !== undefined
            ? { repair_history: history }
            : {}),
          tasks: tasks.slice(from, until),
          ...(until < tasks.length ? { next_page_token: String(until) } : {}),
        }
      }
      case '/api/2.2/jobs/runs/get-output': {
        const id = idOf(query, 'run_id')
        const run = runOf(id)
        if (((run['tasks'] ?? []) as Json[]).length > 1)
          throw invalid(
            'Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each individual task run instead.',
          )
        return { metadata: run, ...workspace.outputs[id] }
      }
      case '/api/2.2/jobs/runs/list': {
        const limit = limitOf(query, 0, 24)
        const jobId = query.get('job_id')
        const type = query.get('run_type')
        if (type !== null && !['JOB_RUN', 'WORKFLOW_RUN', 'SUBMIT_RUN'].includes(type))
          throw invalid(`Unknown run_type ${type}`)
        if (query.get('active_only') === 'true' && query.get('completed_only') === 'true')
          throw invalid('active_only and completed_only cannot both be true.')
        const runs = workspace.runs
          .filter((run) => run['job_run_id'] === undefined || run['job_run_id'] === run['run_id'])
          .filter((run) => jobId === null || String(run['job_id']) === jobId)
          .filter((run) => type === null || run['run_type'] === type)
          .map(({ tasks: _tasks, repair_history: _history, ...run }) => run)
          .sort((a, b) => time(b) - time(a))
        return page('runs', runs, query, limit === 0 ? 24 : limit)
      }
      case '/api/2.1/clusters/get': {
        const id = query.get('cluster_id') ?? ''
        const cluster = workspace.clusters.find((one) => one['cluster_id'] === id)
        if (cluster === undefined) throw invalid(`Cluster ${id} does not exist`)
        return cluster
      }
      case '/api/2.0/dbfs/list':
        return dbfsList(absolute(query))
      case '/api/2.0/dbfs/read':
        return dbfsRead(absolute(query), query)
      default:
        return { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: '1', userName, active: true }
    }
  }

  function runOf(id: string): Json {
    const run = workspace.runs.find((one) => String(one['run_id']) === id)
    if (run !== undefined) return run
    for (const parent of workspace.runs)
      for (const task of (parent['tasks'] ?? []) as Json[])
        if (String(task['run_id']) === id)
          return {
            ...task,
            job_id: parent['job_id'],
            job_run_id: parent['run_id'],
            run_name: parent['run_name'],
          }
    throw invalid(`Run ${id} does not exist.`)
  }

  function events(body: Json): Json {
    const id = body['cluster_id']
    if (typeof id !== 'string') throw invalid('cluster_id is required')
    const size = body['page_size']
    if (size !== undefined && !(Number(size) >= 0 && Number(size) <= 500)) throw invalid('page_size')
    if (body['order'] !== undefined && body['order'] !== 'ASC' && body['order'] !== 'DESC')
      throw invalid('order')
    const types = (body['event_types'] ?? []) as string[]
    for (const type of types) if (!EVENT_TYPES.has(type)) throw invalid(`Unknown event type ${type}`)
    if (!workspace.clusters.some((one) => one['cluster_id'] === id))
      throw invalid(`Cluster ${id} does not exist`)
    const found = workspace.events
      .filter(
        (event) =>
          event['cluster_id'] === id && (types.length === 0 || types.includes(String(event['type']))),
      )
      .filter((event) => Number(event['timestamp']) >= Number(body['start_time'] ?? 0))
      .filter((event) => Number(event['timestamp']) <= Number(body['end_time'] ?? Infinity))
    // Without events the field is left out.
    return found.length === 0 ? { total_count: 0 } : { events: found, total_count: found.length }
  }

  function dbfsList(path: string): Json {
    const entries = entriesBelow(workspace.files, path)
    if (entries.length === 0)
      throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', `No file or directory exists on path ${path}.`)
    return {
      files: entries.map(({ full, bytes }) => ({
        path: full,
        is_dir: bytes === null,
        file_size: bytes ?? 0,
        modification_time: 1_795_000_000_000,
      })),
    }
  }

  function dbfsRead(path: string, query: URLSearchParams): Json {
    const file = workspace.files[path]
    if (file === undefined)
      throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', `No file or directory exists on path ${path}.`)
    const offset = Number(query.get('offset') ?? 0)
    const length = Number(query.get('length') ?? 512 * 1024)
    if (offset < 0 || length < 0) throw invalid('offset and length must not be negative')
    if (length > MAX_DBFS_READ)
      throw new Refusal(400, 'MAX_READ_SIZE_EXCEEDED', 'The maximum read size is 1048576 bytes.')
    const part = file.subarray(offset, offset + length)
    return { bytes_read: part.length, data: part.toString('base64') }
  }

  function volume(request: IncomingMessage, target: URL, response: ServerResponse): void {
    const [, kind = '', rest = ''] =
      /^\/api\/2\.0\/fs\/(files|directories)(\/.*)$/.exec(target.pathname) ?? []
    const path = decodeURIComponent(rest)
    if (!path.startsWith('/Volumes/')) throw invalid('path must begin with /Volumes')
    if (kind === 'directories') {
      const entries = entriesBelow(workspace.files, path)
      if (entries.length === 0) throw new Refusal(404, 'NOT_FOUND', `The directory ${path} does not exist.`)
      const from = Number(target.searchParams.get('page_token') ?? 0)
      const until = from + 3
      return json(response, 200, {
        contents: entries.slice(from, until).map(({ full, name, bytes }) => ({
          path: full,
          name,
          is_directory: bytes === null,
          ...(bytes === null ? {} : { file_size: bytes }),
          last_modified: 1_795_000_000_000,
        })),
        ...(until < entries.length ? { next_page_token: String(until) } : {}),
      })
    }
    const file = workspace.files[path]
    if (file === undefined) throw new Refusal(404, 'NOT_FOUND', `The file ${path} does not exist.`)
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    if (range === null) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file)
      return
    }
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), file.length - 1)]
    if (from >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
      return
    }
    response
      .writeHead(206, {
        'content-type': 'application/octet-stream',
        'content-range': `bytes ${from}-${to}/${file.length}`,
      })
      .end(file.subarray(from, to + 1))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return {
    url,
    workspace,
    asked,
    bodies,
    cancelled,
    repaired,
    tokensGiven,
    fault(path, fault, times = Infinity) {
      faults.push({ path, fault, left: times })
    },
    loseNextReply(path) {
      lost = path
    },
    mend() {
      faults = []
    },
    revoke() {
      good.clear()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function cancel(run: Json): void {
  if ((run['status'] as Json)['state'] === 'TERMINATED') return
  const end = {
    status: {
      state: 'TERMINATED',
      termination_details: { code: 'USER_CANCELED', type: 'CLIENT_ERROR', message: 'Run cancelled.' },
    },
    state: { life_cycle_state: 'TERMINATED', result_state: 'CANCELED', state_message: 'Run cancelled.' },
    end_time: Date.now(),
  }
  Object.assign(run, end)
  for (const task of (run['tasks'] ?? []) as Json[]) if (task['end_time'] === 0) Object.assign(task, end)
}

const REPAIR_FIELDS = [
  'dbt_commands',
  'jar_params',
  'job_parameters',
  'latest_repair_id',
  'notebook_params',
  'performance_target',
  'pipeline_params',
  'python_named_params',
  'python_params',
  'rerun_all_failed_tasks',
  'rerun_dependent_tasks',
  'rerun_tasks',
  'run_id',
  'spark_submit_params',
  'sql_params',
]
/** Beyond what a number of JavaScript's holds, as the real ones may be. */
const FIRST_REPAIR = 734_650_698_524_280_001n
const UNDER_WAY = {
  status: { state: 'RUNNING' },
  state: { life_cycle_state: 'RUNNING', state_message: 'In run' },
  end_time: 0,
}

/** As Databricks says it of the request: only what has ended, with failures, and under its latest repair. */
function repair(run: Json, asked: Json, latest: string | null): bigint {
  const id = String(run['run_id'])
  if (run['job_run_id'] !== undefined && run['job_run_id'] !== run['run_id'])
    throw invalid(`Run ${id} is a task run.`)
  if (run['job_id'] === undefined || run['run_type'] === 'SUBMIT_RUN')
    throw invalid(`Run ${id} is not a run of a job.`)
  if ((run['status'] as Json)['state'] !== 'TERMINATED')
    throw new Refusal(400, 'INVALID_STATE', `Run ${id} is active and cannot be repaired.`)
  if ((asked['rerun_all_failed_tasks'] === true) === (asked['rerun_tasks'] !== undefined))
    throw invalid('Exactly one of rerun_tasks and rerun_all_failed_tasks must be given.')
  if ((run['state'] as Json)['result_state'] === 'SUCCESS') throw invalid(`Run ${id} has no failed tasks.`)
  const history = (run['repair_history'] ?? []) as Json[]
  const before = history.findLast(({ type }) => type === 'REPAIR')
  if (before !== undefined && latest === null)
    throw invalid('The latest repair ID needs to be provided in order to create a new repair')
  if (latest !== null && latest !== String(before?.['id']))
    throw invalid(`${latest} is not the latest repair.`)
  const repairId = FIRST_REPAIR + BigInt(history.length)
  const now = Date.now()
  const tasks = (run['tasks'] ?? []) as Json[]
  const again = tasks
    .filter((task) => (task['state'] as Json)['result_state'] !== 'SUCCESS')
    .map((task) => ({
      ...task,
      run_id: Number(task['run_id']) + 1,
      attempt_number: 0,
      start_time: now,
      ...UNDER_WAY,
    }))
  run['repair_history'] = [
    ...(history.length === 0
      ? [{ type: 'ORIGINAL', start_time: run['start_time'], end_time: run['end_time'] }]
      : history),
    { type: 'REPAIR', id: repairId, start_time: now, end_time: 0 },
  ]
  run['tasks'] = [...tasks, ...again]
  Object.assign(run, UNDER_WAY)
  return repairId
}

function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  switch (fault.kind) {
    case 'destroy':
      request.socket.destroy()
      return
    case 'hang':
      return
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>')
      return
    case 'html-404':
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html><pre>Not here</pre></html>')
      return
    case 'half':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"run_id": 1, "sta')
      setImmediate(() => request.socket.destroy())
      return
    case 'empty':
      response.writeHead(200, { 'content-type': 'application/json' }).end()
      return
    case 'wrong':
      json(response, 200, {
        runs: 'none',
        run_id: { of: 'no kind' },
        jobs: 7,
        userName: [],
        events: 1,
        files: {},
      })
      return
    case 'login':
      response
        .writeHead(302, { location: '/login.html?error=private-link-validation-error:1&secret=hush' })
        .end()
      return
    case 'huge': {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      let left = 100
      const more = (): void => {
        while (left > 0 && !response.destroyed) {
          left -= 1
          if (!response.write(chunk)) {
            response.once('drain', more)
            return
          }
        }
        response.end('{}')
      }
      more()
      return
    }
    case 'status':
      response.writeHead(fault.status, {
        'content-type': 'application/json',
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
      })
      response.end(JSON.stringify(fault.body ?? {}))
  }
}

interface Entry {
  readonly full: string
  readonly name: string
  /** Null for a folder. */
  readonly bytes: number | null
}

function entriesBelow(files: Readonly<Record<string, Buffer>>, folder: string): Entry[] {
  const prefix = `${folder.replace(/\/+$/, '')}/`
  const found = new Map<string, Entry>()
  for (const [path, file] of Object.entries(files)) {
    if (!path.startsWith(prefix)) continue
    const [name = '', ...deeper] = path.slice(prefix.length).split('/')
    found.set(name, { full: `${prefix}${name}`, name, bytes: deeper.length > 0 ? null : file.length })
  }
  return [...found.values()]
}

function page(field: string, items: readonly Json[], query: URLSearchParams, limit: number): Json {
  const from = Number(query.get('page_token') ?? 0)
  const until = from + limit
  const part = items.slice(from, until)
  const more = until < items.length
  // An empty list is left out.
  return {
    ...(part.length === 0 ? {} : { [field]: part }),
    has_more: more,
    ...(more ? { next_page_token: String(until) } : {}),
  }
}

function time(run: Json): number {
  return Number(run['end_time']) || Number(run['start_time'])
}

function limitOf(query: URLSearchParams, least: number, most: number): number {
  const limit = Number(query.get('limit') ?? 20)
  if (!Number.isInteger(limit) || limit < least || limit > most)
    throw invalid(`Invalid limit ${query.get('limit')}. limit must be at most ${most}.`)
  return limit
}

function idOf(query: URLSearchParams, name: string): string {
  const id = query.get(name) ?? ''
  if (!/^\d{1,19}$/.test(id)) throw invalid(`Invalid ${name} ${id}`)
  return id
}

function absolute(query: URLSearchParams): string {
  const path = query.get('path') ?? ''
  if (!path.startsWith('/')) throw invalid(`Path must be absolute: ${path}`)
  return path
}

function fields(body: string, allowed: readonly string[]): Json {
  let value: Json
  try {
    value = JSON.parse(body) as Json
  } catch {
    throw new Refusal(400, 'MALFORMED_REQUEST', 'Could not parse request object.')
  }
  for (const name of Object.keys(value))
    if (!allowed.includes(name)) throw invalid(`Could not parse request object: unknown field ${name}`)
  return value
}

/** The id as it was written: JavaScript would round it. */
function idIn(body: Json, text: string): string {
  if (typeof body['run_id'] !== 'number') throw invalid('run_id must be a number')
  return /"run_id":\s*(\d+)/.exec(text)?.[1] ?? ''
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  // Raw: 64-bit ids are written as the numbers that they are.
  response.end(
    JSON.stringify(value, (_key, one: unknown) =>
      typeof one === 'bigint' ? `bigint:${one}` : one,
    ).replaceAll(/"bigint:(\d+)"/g, '$1'),
  )
}

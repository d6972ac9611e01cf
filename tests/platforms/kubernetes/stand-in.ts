// An API server of a few resources on a port: strict about paths, verbs, queries, credentials and RBAC; two operators.
// Its objects have the shapes of @kubernetes/client-node's models and of the operators' own CRDs. No real one was run.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { CoreV1Event, V1Pod, V1ResourceQuota } from '@kubernetes/client-node'
import { Ajv } from 'ajv'
import crds from './crds.json' with { type: 'json' }

export type Operator = 'kubeflow' | 'apache'
export interface SparkApp {
  apiVersion: string
  kind: 'SparkApplication'
  metadata: NonNullable<V1Pod['metadata']>
  spec: Record<string, unknown>
  status?: Record<string, unknown>
}

export interface StandIn {
  readonly url: string
  /** Tokens that are known, by user. */
  readonly tokens: Map<string, string>
  /** `GET /path?query` of every request that was let in, in order. */
  readonly asked: string[]
  /** Bodies of what was written, as they came. */
  readonly written: unknown[]
  readonly pods: V1Pod[]
  readonly events: CoreV1Event[]
  readonly quotas: V1ResourceQuota[]
  readonly apps: Record<Operator, SparkApp[]>
  /** `verb resource` that RBAC denies to everybody, or `user verb resource`. */
  readonly denied: Set<string>
  /** Operators whose CRD is installed. */
  readonly installed: Set<Operator>
  /** Log of a pod's container: `pod`, and `pod previous`. */
  readonly logs: Map<string, string>
  /** Where the driver UI of a pod really is; none answers 503 like a pod that does not listen. */
  readonly uis: Map<string, string>
  /** Called when a driver's pod is deleted. */
  onGone: (pod: V1Pod) => void
  /** Answers in place of the server where it gives something. */
  interfere: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Items of a page at most, whatever is asked for. */
  pageSize: number
  /** Continue tokens that were given out are refused from now on. */
  expireTokens(): void
  put(operator: Operator, app: SparkApp): void
  close(): Promise<void>
}

export interface StandInOptions {
  readonly installed?: readonly Operator[]
  readonly tls?: { readonly key: string; readonly cert: string }
  /** The kubeflow operator is one before `suspend`. */
  readonly old?: boolean
}

export const TOKEN = 'a-token-of-the-reader'
const GROUPS: Record<string, Operator> = {
  'sparkoperator.k8s.io/v1beta2': 'kubeflow',
  'spark.apache.org/v1': 'apache',
}
const ajv = new Ajv({ strict: false })
const VALID = { kubeflow: ajv.compile(crds.kubeflow), apache: ajv.compile(crds.apache) }
/** What a list may be asked with, and events by. */
const LIST_QUERY = new Set(['labelSelector', 'fieldSelector', 'limit', 'continue'])
const EVENT_FIELDS = new Set([
  'involvedObject.name',
  'involvedObject.kind',
  'involvedObject.uid',
  'reason',
  'type',
])

export async function createStandIn(options: StandInOptions = {}): Promise<StandIn> {
  let epoch = 1
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      if (stand.interfere(request, response)) return
      void answer(request, body).then(
        ({ status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
  }
  const server: Server =
    options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const stand: StandIn = {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    tokens: new Map([[TOKEN, 'system:serviceaccount:ops:arrestor']]),
    asked: [],
    written: [],
    pods: [],
    events: [],
    quotas: [],
    apps: { kubeflow: [], apache: [] },
    denied: new Set(),
    installed: new Set(options.installed ?? []),
    logs: new Map(),
    uis: new Map(),
    onGone: () => {},
    interfere: () => false,
    pageSize: 500,
    expireTokens: () => void (epoch += 1),
    put(operator, app) {
      if (!VALID[operator](app))
        throw new Error(`not as the CRD has it: ${ajv.errorsText(VALID[operator].errors)}`)
      stand.apps[operator].push(app)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, body: string): Promise<Reply> {
    const method = request.method ?? ''
    const url = new URL(request.url ?? '/', stand.url)
    const user = stand.tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '')
    if (user === undefined) return status(401, 'Unauthorized', 'Unauthorized')
    stand.asked.push(`${method} ${url.pathname}${url.search}`)
    if (url.pathname === '/version' && method === 'GET') return json(200, { major: '1', minor: '34', gitVersion: 'v1.34.1' })
    const core = /^\/api\/v1\/namespaces\/([^/]+)\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?(\/.*)?$/.exec(url.pathname)
    const custom = /^\/apis\/([^/]+\/[^/]+)\/namespaces\/([^/]+)\/sparkapplications(?:\/([^/]+))?$/.exec(url.pathname)
    if (custom !== null) {
      const [, group = '', namespace = '', name] = custom
      const operator = GROUPS[group]
      const [api = ''] = group.split('/')
      return (
        forbidden(user, verbOf(method, name), 'sparkapplications', api, namespace, name) ??
        // Permissions go before existence: without the CRD it is still 403 for who may not.
        (operator === undefined || !stand.installed.has(operator)
          ? notFoundPage()
          : resources(method, operator, namespace, name, url, body, request.headers['content-type'] ?? ''))
      )
    }
    if (core === null) return notFoundPage()
    const [, namespace = '', kind = '', name, sub, rest] = core
    const resource = sub === undefined ? kind : `${kind}/${sub}`
    if (!['pods', 'pods/log', 'pods/proxy', 'events', 'resourcequotas'].includes(resource)) return notFoundPage()
    if (rest !== undefined && sub !== 'proxy') return notFoundPage()
    const denied = forbidden(user, verbOf(method, name), resource, '', namespace, name)
    if (denied !== null) return denied
    if (sub === 'log' && method === 'GET') return log(namespace, name ?? '', url.searchParams)
    if (sub === 'proxy' && method === 'GET') return proxy(namespace, name ?? '', rest ?? '/', url.search)
    if (kind !== 'pods' && name !== undefined) return status(404, 'NotFound', `${kind} "${name}" not found`)
    if (method === 'GET' && name === undefined) return list(kind, namespace, url.searchParams)
    const pod = stand.pods.find(({ metadata: of }) => of?.namespace === namespace && of.name === name)
    if (method === 'GET') return pod === undefined ? status(404, 'NotFound', `pods "${name}" not found`) : json(200, asPod(pod))
    if (method === 'DELETE' && kind === 'pods') return deleted(pod, 'pods', name ?? '', body, () => dropPod(pod))
    return status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
  } // prettier-ignore

  function forbidden(user: string, verb: string, resource: string, group: string, namespace: string, name?: string): Reply | null {
    const bare = resource.split('/')[0] ?? ''
    if (!stand.denied.has(`${verb} ${resource}`) && !stand.denied.has(`${user} ${verb} ${resource}`)) return null
    return status(403, 'Forbidden',
      `${bare}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` "${name}"`} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "${namespace}"`)
  } // prettier-ignore

  function list(kind: string, namespace: string, query: URLSearchParams): Reply {
    const items: { metadata?: V1Pod['metadata'] }[] =
      kind === 'pods' ? stand.pods : kind === 'events' ? stand.events : stand.quotas
    const mine = items.filter(({ metadata }) => metadata?.namespace === namespace)
    return page(mine, query, kind === 'events')
  }

  function page(items: readonly { metadata?: V1Pod['metadata'] }[], query: URLSearchParams, areEvents: boolean): Reply {
    const unknown = [...query.keys()].find((key) => !LIST_QUERY.has(key))
    if (unknown !== undefined) return status(400, 'BadRequest', `unknown query parameter ${unknown}`)
    const labels = selector(query.get('labelSelector'))
    const fields = selector(query.get('fieldSelector'))
    if (labels === null || fields === null) return status(400, 'BadRequest', 'unable to parse requirement')
    const odd = fields.find(([field]) => !areEvents || !EVENT_FIELDS.has(field))
    if (odd !== undefined) return status(400, 'BadRequest', `field label not supported: ${odd[0]}`)
    const found = items.filter(
      (item) =>
        labels.every(([name, value]) => item.metadata?.labels?.[name] === value) &&
        fields.every(([field, value]) => at(item, field) === value),
    )
    let from = 0
    const token = query.get('continue')
    if (token !== null) {
      const [made, index] = token.split('.').map(Number)
      if (made !== epoch) return status(410, 'Expired', 'The provided continue parameter is too old to display a consistent list result.')
      from = index ?? 0
    }
    const size = Math.min(Number(query.get('limit') ?? 0) || Infinity, stand.pageSize)
    const to = from + size
    return json(200, {
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: '1', ...(to < found.length ? { continue: `${epoch}.${to}` } : {}) },
      items: found.slice(from, to),
    })
  } // prettier-ignore

  function resources(method: string, operator: Operator, namespace: string, name: string | undefined, url: URL, body: string, type: string): Reply {
    const among = stand.apps[operator]
    if (name === undefined)
      return method === 'GET'
        ? page(among.filter(({ metadata }) => metadata.namespace === namespace), url.searchParams, false)
        : status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
    const app = among.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name)
    if (app === undefined) return status(404, 'NotFound', `sparkapplications "${name}" not found`)
    if (method === 'GET') return json(200, app)
    if (method === 'DELETE')
      return deleted(app, 'sparkapplications', name, body, () => {
        among.splice(among.indexOf(app), 1)
        for (const pod of ownedBy(app)) dropPod(pod)
      })
    if (method !== 'PATCH') return status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
    if (type !== 'application/merge-patch+json') return status(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format')
    const patch = JSON.parse(body) as { metadata?: { uid?: string; resourceVersion?: string }; spec?: { suspend?: boolean } }
    stand.written.push(patch)
    const { uid, resourceVersion } = patch.metadata ?? {}
    if ((uid !== undefined && uid !== app.metadata.uid) || (resourceVersion !== undefined && resourceVersion !== app.metadata.resourceVersion))
      return status(409, 'Conflict', `Operation cannot be fulfilled on sparkapplications "${name}": the object has been modified; please apply your changes to the latest version and try again`)
    // An API server drops fields that the CRD does not have.
    if (patch.spec?.suspend === true && options.old !== true) {
      app.spec['suspend'] = true
      suspend(app)
    }
    return json(200, app)
  } // prettier-ignore

  /** What the kubeflow operator does then: the pods go, and with them the id. */
  function suspend(app: SparkApp): void {
    for (const pod of ownedBy(app)) dropPod(pod)
    const { sparkApplicationId: _id, executorState: _state, ...rest } = app.status ?? {}
    app.status = { ...rest, driverInfo: {}, applicationState: { state: 'SUSPENDED' } }
    app.metadata.resourceVersion = String(Number(app.metadata.resourceVersion ?? '0') + 1)
  }

  function ownedBy(app: SparkApp): V1Pod[] {
    return stand.pods.filter(({ metadata }) =>
      metadata?.ownerReferences?.some(({ uid }) => uid === app.metadata.uid),
    )
  }

  function dropPod(pod: V1Pod | undefined): void {
    if (pod === undefined || !stand.pods.includes(pod)) return
    stand.pods.splice(stand.pods.indexOf(pod), 1)
    const { metadata, status: of } = pod
    if (of?.phase === 'Running')
      stand.events.push({
        metadata: { name: `${metadata?.name}.kill`, namespace: metadata?.namespace ?? '', creationTimestamp: new Date() },
        involvedObject: { kind: 'Pod', name: metadata?.name ?? '', namespace: metadata?.namespace ?? '', uid: metadata?.uid ?? '' },
        type: 'Normal',
        reason: 'Killing',
        message: `Stopping container ${pod.spec?.containers[0]?.name}`,
        count: 1,
        lastTimestamp: new Date(),
      })
    for (const one of stand.pods.filter(({ metadata: { ownerReferences: owners } = {} }) => owners?.some(({ uid }) => uid === metadata?.uid))) dropPod(one)
    stand.onGone(pod)
  } // prettier-ignore

  function deleted(of: { metadata?: V1Pod['metadata'] } | undefined, kind: string, name: string, body: string, drop: () => void): Reply {
    const wanted = JSON.parse(body) as { kind?: string; apiVersion?: string; preconditions?: { uid?: string } }
    stand.written.push(wanted)
    if (wanted.kind !== 'DeleteOptions' || wanted.apiVersion !== 'v1') return status(400, 'BadRequest', 'expected DeleteOptions')
    if (of === undefined) return status(404, 'NotFound', `${kind} "${name}" not found`)
    const uid = wanted.preconditions?.uid
    if (uid !== undefined && uid !== of.metadata?.uid)
      return status(409, 'Conflict', `Operation cannot be fulfilled on ${kind} "${name}": Precondition failed: UID in precondition: ${uid}, UID in object meta: ${of.metadata?.uid}`)
    drop()
    return kind === 'pods' ? json(200, asPod(of)) : json(200, { kind: 'Status', apiVersion: 'v1', status: 'Success', details: { name } })
  } // prettier-ignore

  function log(namespace: string, name: string, query: URLSearchParams): Reply {
    const unknown = [...query.keys()].find((key) => !['container', 'previous', 'tailLines', 'limitBytes'].includes(key))
    if (unknown !== undefined) return status(400, 'BadRequest', `unknown query parameter ${unknown}`)
    const pod = stand.pods.find(({ metadata }) => metadata?.namespace === namespace && metadata.name === name)
    if (pod === undefined) return status(404, 'NotFound', `pods "${name}" not found`)
    const container = query.get('container') ?? ''
    const state = pod.status?.containerStatuses?.find((one) => one.name === container)
    if (!pod.spec?.containers.some((one) => one.name === container)) return status(400, 'BadRequest', `container ${container} is not valid for pod ${name}`)
    if (state?.state?.waiting !== undefined && query.get('previous') !== 'true')
      return status(400, 'BadRequest', `container "${container}" in pod "${name}" is waiting to start: ${state.state.waiting.reason}`)
    const text = stand.logs.get(query.get('previous') === 'true' ? `${name} previous` : name)
    if (text === undefined) return status(400, 'BadRequest', `previous terminated container "${container}" in pod "${name}" not found`)
    const lines = text.split(/(?<=\n)/)
    const tail = lines.slice(-Number(query.get('tailLines') ?? lines.length)).join('')
    // As the kubelet does: so many bytes from the beginning of the tail.
    const limit = query.get('limitBytes')
    return { status: 200, type: 'text/plain', text: limit === null ? tail : tail.slice(0, Number(limit)) }
  } // prettier-ignore

  async function proxy(namespace: string, target: string, path: string, search: string): Promise<Reply> {
    const [name = '', port] = target.split(':')
    const pod = stand.pods.find(({ metadata }) => metadata?.namespace === namespace && metadata.name === name)
    if (pod === undefined) return status(404, 'NotFound', `pods "${name}" not found`)
    const listens = pod.spec?.containers.flatMap(({ ports }) => ports ?? []).some((one) => one.containerPort === Number(port))
    const ui = stand.uis.get(name)
    if (pod.status?.phase !== 'Running' || ui === undefined || listens !== true)
      return status(503, 'ServiceUnavailable', `error trying to reach service: dial tcp 10.1.2.3:${port}: connect: connection refused`)
    const reply = await fetch(`${ui}${path}${search}`, { redirect: 'manual' }).catch(() => null)
    if (reply === null) return status(503, 'ServiceUnavailable', 'error trying to reach service: EOF')
    return { status: reply.status, type: reply.headers.get('content-type') ?? '', text: await reply.text() }
  } // prettier-ignore

  return stand
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly text: string
}

function json(code: number, value: unknown): Reply {
  return { status: code, type: 'application/json', text: JSON.stringify(value) }
}

/** What Kubernetes says where it does not do as asked. */
export function status(code: number, reason: string, message: string): Reply {
  return json(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  })
}

function asPod(pod: object): unknown {
  return Object.assign({ kind: 'Pod', apiVersion: 'v1' }, pod)
}

function notFoundPage(): Reply {
  return { status: 404, type: 'text/plain; charset=utf-8', text: '404 page not found\n' }
}

function verbOf(method: string, name: string | undefined): string {
  if (method === 'GET') return name === undefined ? 'list' : 'get'
  return method === 'PATCH' ? 'patch' : method.toLowerCase()
}

/** `a=b,c=d`; null where it is neither. */
function selector(text: string | null): [string, string][] | null {
  if (text === null) return []
  const parts = text.split(',').map((part) => /^([A-Za-z0-9./-]+)=([A-Za-z0-9._-]*)$/.exec(part))
  return parts.some((part) => part === null) ? null : parts.map((part) => [part?.[1] ?? '', part?.[2] ?? ''])
}

function at(item: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((of, key) => (of as Record<string, unknown> | undefined)?.[key], item)
}

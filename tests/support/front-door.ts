// The way in without Slack and PagerDuty: store, settings, runbooks and the real HTTP server, about a second to start.
import { pino } from 'pino'
import { parseConfig } from '../../src/config/load.ts'
import { settingsOf } from '../../src/config/settings.ts'
import { ArrestorError } from '../../src/errors.ts'
import type { FlowDeps } from '../../src/flow/deps.ts'
import { JOBS } from '../../src/flow/destinations.ts'
import { type Intake, type IntakeLimits, createIntake } from '../../src/flow/intake.ts'
import type { RunbookHook } from '../../src/http/runbook-hook.ts'
import { type HttpServer, startHttp } from '../../src/http/server.ts'
import type { RunbookIndex } from '../../src/runbooks/index-of.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { credentialsOf } from '../../src/service.ts'
import { DEPLOY, defaultsIn, readMarkers } from '../../src/sources/deploy/index.ts'
import { SOURCES } from '../../src/sources/registry.ts'
import { registerJobs } from '../../src/store/jobs.ts'
import type { Store } from '../../src/store/store.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { TestStore } from './stores.ts'

const YAML = `
teams:
  data-platform: { channel: C0DATA, platforms: [prod], responders: [U0ALICE] }
  streaming: { channel: C0STREAM, platforms: [prod, spare] }
routing:
  default_team: data-platform
  routes: [{ team: streaming, match: ['alertname=~"SparkStreaming.*"'] }]
platforms:
  prod: { kind: spark-standalone, master_url: http://spark.example:8080 }
  spare: { kind: spark-standalone, master_url: http://spare.example:8080 }
escalation: { default: { steps: [{ after: 5m, page: true }] } }
webhooks:
  alertmanager:
    credentials:
      - { name: everybody, token: token-of-everybody }
      - { name: streaming-only, token: token-of-streaming, teams: [streaming] }
      - { name: spare-only, token: token-of-spare, platforms: [spare] }
  deploy:
    credentials:
      - { name: ci, token: token-of-ci }
      - { name: ci-streaming, token: token-of-ci-streaming, teams: [streaming] }
      - { name: ci-spare, token: token-of-ci-spare, platforms: [spare] }
api:
  tokens:
    - { name: all, token: api-token-of-all }
    - { name: streaming, token: api-token-of-streaming, teams: [streaming] }
`

/** What the database does to transactions: works, is gone, or holds every commit until let go. */
export interface Gate {
  away: boolean
  /** While set, commits wait for it. */
  hold: Promise<void> | null
  /** How many transactions wait at their commit now. */
  held: number
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    readonly stored?: number
    readonly rejected?: readonly { pointer: string; reason: string }[]
    readonly error?: string
  }
}

export interface FrontDoor {
  readonly deps: FlowDeps
  readonly store: Store
  readonly http: HttpServer
  readonly clock: TestStore['clock']
  readonly gate: Gate
  readonly logs: string[]
  /** How many bodies have been understood and are not stored yet. */
  underWay(): number
  /** What opens incidents from now on. */
  useRunbooks(index: RunbookIndex): void
  post(
    body: unknown,
    options?: { token?: string | null; source?: string; type?: string | null },
  ): Promise<Answer>
  get(path: string, token?: string | null): Promise<{ status: number; headers: Headers; body: unknown }>
  close(): Promise<void>
}

export interface FrontDoorOptions {
  readonly config?: (yaml: string) => string
  readonly limits?: IntakeLimits
  readonly runbookHook?: RunbookHook
}

/** Starts one on an opened store, which it closes at the end. */
export async function openFrontDoor(
  { store: real, clock }: TestStore,
  options: FrontDoorOptions = {},
): Promise<FrontDoor> {
  const gate: Gate = { away: false, hold: null, held: 0 }
  const store: Store = { ...real, transaction: (work) => gated(real, gate, work) }
  const config = parseConfig((options.config ?? ((yaml) => yaml))(YAML), 'door.yml', {})
  const logs: string[] = []
  const library = await loadRunbooks(['runbooks'])
  let { index } = library
  const deps: FlowDeps = {
    store,
    clock,
    settings: settingsOf(config),
    runbooks: () => index,
    library: () => ({ ...library, index }),
    runbookSources: () => [],
    slackConnection: () => ({ connected: false, since: null, problem: 'not connected yet' }),
    readers: new Map(),
    writers: new Map(),
    webhooks: [],
    directory: { roleOf: () => Promise.resolve('commander') },
    logger: pino({ level: 'debug' }, { write: (line: string) => void logs.push(line) }),
    metrics: createMetrics({ processMetrics: false }),
  }
  // Nothing is diagnosed here; the queues must exist all the same.
  const nothing = { handler: () => Promise.resolve() }
  await registerJobs(store, Object.fromEntries(Object.values(JOBS).map((queue) => [queue, nothing])))
  const intake = createIntake(deps, options.limits)
  let underWay = 0
  const counted: Intake = {
    ...intake,
    store(prepared) {
      underWay += 1
      return intake.store(prepared).finally(() => {
        underWay -= 1
      })
    },
  }
  const http = await startHttp({
    deps,
    intake: counted,
    sources: SOURCES,
    deploy: { name: DEPLOY, read: readMarkers, defaultsIn },
    credentials: credentialsOf(config),
    apiTokens: config.api.tokens.map(({ name, token, teams }) => ({ name, token, teams: teams ?? null })),
    pagerDuty: null,
    runbookHook: options.runbookHook ?? null,
    permalink: () => Promise.resolve(null),
    host: '127.0.0.1',
    port: 0,
  })
  const bearer = (token: string | null): Record<string, string> =>
    token === null ? {} : { authorization: `Bearer ${token}` }
  return {
    deps,
    store,
    http,
    clock,
    gate,
    logs,
    underWay: () => underWay,
    useRunbooks: (next) => {
      index = next
    },
    async post(
      body,
      { token = 'token-of-everybody', source = 'alertmanager', type = 'application/json' } = {},
    ) {
      const answer = await fetch(`${http.url}/webhooks/${source}`, {
        method: 'POST',
        headers: { ...bearer(token), ...(type === null ? {} : { 'content-type': type }) },
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      })
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
    },
    async get(path, token = 'api-token-of-all') {
      const answer = await fetch(`${http.url}${path}`, { headers: bearer(token) })
      const text = await answer.text()
      const json = answer.headers.get('content-type')?.includes('json') === true
      return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text }
    },
    async close() {
      await http.close()
      await intake.drain()
      await real.close()
    },
  }
}

async function gated<T>(real: Store, gate: Gate, work: Parameters<Store['transaction']>[0]): Promise<T> {
  if (gate.away) throw new ArrestorError('ARR-201', { why: 'connect ECONNREFUSED' })
  return await real.transaction<T>(async (tx) => {
    const result = (await work(tx)) as T
    gate.held += 1
    await gate.hold
    gate.held -= 1
    return result
  })
}

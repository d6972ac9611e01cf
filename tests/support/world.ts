// The whole product in one process against the sandbox's Slack, PagerDuty and Spark, on a virtual clock.
import { onTestFinished } from 'vitest'
import type { Drawer } from '../../src/charts/drawer.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { secretsOf } from '../../src/config/secrets.ts'
import { discretionOfAll } from '../../src/config/settings.ts'
import { createPagerDutyServer } from '../../src/sandbox/pagerduty/server.ts'
import { PAGERDUTY_SERVICES, PAGERDUTY_USERS, TOKENS, WORKSPACE } from '../../src/sandbox/seed.ts'
import { createSlackServer } from '../../src/sandbox/slack/server.ts'
import type { SlackServer, WorkspaceSeed } from '../../src/sandbox/slack/types.ts'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { ensureCertificates } from '../../src/sandbox/tls.ts'
import { type Library, loadRunbooks } from '../../src/runbooks/load.ts'
import { createLogger } from '../../src/telemetry/logs.ts'
import { type Service, startService } from '../../src/service.ts'
import { readFileSync } from 'node:fs'
import { openStore } from '../../src/store/open.ts'
import { type StoreKind, type TestStore, openTestStore } from './stores.ts'

export interface World {
  /** Ends everything; done after the test in any case. */
  close(): Promise<void>
  readonly slack: SlackServer
  readonly pagerduty: Awaited<ReturnType<typeof createPagerDutyServer>>
  readonly spark: SparkReplay
  /** The service that runs now; another one after `restart`. */
  readonly service: Service
  readonly clock: TestStore['clock']
  readonly store: TestStore['store']
  /** JSON lines, restarts included. */
  readonly logs: string[]
  /**
   * Ends the service and starts another on what its store held: drained when `kill` is false, as it stood at this
   * instant when it is true (embedded store only). `meanwhile` runs while nothing of it does.
   */
  restart(options?: RestartOptions): Promise<void>
  /** POST to the webhook; answers the status and the body. */
  send(
    body: unknown,
    token?: string,
  ): Promise<{ status: number; body: { stored?: number; rejected?: unknown[]; error?: string } }>
  /** Lets everything that is due now finish. */
  settle(): Promise<void>
  /** Settles again and again until the condition holds: for what presses set going after their acknowledgement. */
  until(condition: () => boolean | Promise<boolean>, what?: string, advanceMs?: number): Promise<void>
  /** The messages of a channel as Slack has them, threads included. */
  messages(channel?: string): Message[]
  /** Cards: messages of a channel that are no replies. */
  cards(channel?: string): Message[]
  press(
    user: string,
    actionId: string,
    options?: { channel?: string; ts?: string; stale?: boolean },
  ): Promise<unknown>
}

export interface Message {
  readonly ts: string
  readonly text: string
  readonly blocks: readonly Record<string, unknown>[]
  readonly thread_ts?: string
  readonly files?: readonly {
    readonly id: string
    readonly name: string
    readonly title: string
    readonly alt_txt?: string
  }[]
}

export interface WorldOptions {
  readonly kind?: StoreKind
  /** Replaces the sandbox's configuration. */
  readonly config?: (yaml: string) => string
  readonly workspace?: (seed: WorkspaceSeed) => WorkspaceSeed
  /** Breaks something before the service starts; `connected: false` does not wait for Slack. */
  readonly before?: (parts: Pick<World, 'slack' | 'pagerduty' | 'spark'>) => void
  readonly connected?: boolean
  /** Replaces variables, for example a token by one that nobody takes. */
  readonly environment?: Readonly<Record<string, string>>
  readonly logs?: boolean
  /** Draws charts; by default each is one point, since a thread that loads its libraries is slow to start. */
  readonly drawer?: Drawer
}

export interface RestartOptions {
  readonly kill?: boolean
  readonly config?: (yaml: string) => string
  readonly meanwhile?: (store: TestStore['store']) => Promise<void>
}

/** A picture of one transparent point. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
export function drawsDots(): Drawer {
  return { draw: () => Promise.resolve(DOT), close: () => Promise.resolve() }
}

let certificates: ReturnType<typeof ensureCertificates> | undefined
/** The shipped runbooks, parsed once: a world of other folders takes nothing from them. */
let shipped: Promise<Library> | undefined

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const opened = await (options.kind === undefined ? openTestStore() : options.kind.open())
  const { clock } = opened
  let { store } = opened
  const now = (): number => clock.now().getTime()
  const tls = await (certificates ??= ensureCertificates())
  const workspace = (options.workspace ?? ((seed) => seed))(WORKSPACE)
  const slack = await createSlackServer({ port: 0, workspace, now })
  const pagerduty = await createPagerDutyServer({
    port: 0,
    tls,
    services: [...PAGERDUTY_SERVICES],
    users: [...PAGERDUTY_USERS],
    apiToken: TOKENS.pagerdutyApi,
    webhook: {
      // The service takes any free port, and another after a restart.
      get url() {
        return `${service.http.url}/webhooks/pagerduty`
      },
      secret: TOKENS.pagerdutyWebhookSecret,
    },
    now,
  })
  const spark = await createSparkReplay({ port: 0, now })
  const environment = {
    SANDBOX_SERVICE_URL: 'http://arrestor.example',
    PAGERDUTY_WEBHOOK_SECRET: TOKENS.pagerdutyWebhookSecret,
    SLACK_BOT_TOKEN: TOKENS.slackBot,
    SLACK_APP_TOKEN: TOKENS.slackApp,
    SLACK_API_URL: slack.apiUrl,
    PAGERDUTY_EVENTS_URL: pagerduty.baseUrl,
    PAGERDUTY_ROUTING_KEY_DATA_PLATFORM: PAGERDUTY_SERVICES[0]!.routingKey,
    PAGERDUTY_ROUTING_KEY_STREAMING: PAGERDUTY_SERVICES[1]!.routingKey,
    SANDBOX_SPARK_MASTER_URL: spark.masterUrl,
    SANDBOX_SPARK_HISTORY_URL: spark.historyUrl,
    // No pipeline is there; tests that roll back start one of their own.
    SANDBOX_ROLLBACK_URL: 'http://127.0.0.1:9/rollback',
    SANDBOX_ROLLBACK_SECRET: TOKENS.rollbackSecret,
    ...options.environment,
  }
  // Requests take real time: nothing waits for a second of it before a list is asked for anew.
  const yaml = readFileSync(new URL('../../src/cli/sandbox.yml', import.meta.url), 'utf8').replace(
    '    kind: spark-standalone\n',
    '    kind: spark-standalone\n    probing: { renew_ms: 0 }\n',
  )
  const logs: string[] = []
  const parsed = (change: (text: string) => string): Config =>
    parseConfig(change(yaml), 'sandbox.yml', environment)
  const logger = createLogger({
    level: 'debug',
    secrets: [],
    discretion: discretionOfAll(parsed(options.config ?? ((text) => text)), []),
    write: (line) => void logs.push(line),
    pretty: false,
  })
  const start = async (change = options.config ?? ((text: string) => text)): Promise<Service> =>
    await startService({
      config: parsed(change),
      // The sandbox's own token is a word that stands everywhere in it.
      secrets: secretsOf(parsed(change), environment).filter((secret) => secret !== 'sandbox'),
      environment,
      logger,
      port: 0,
      ca: tls.ca,
      open: () => Promise.resolve(store),
      drawer: options.drawer ?? drawsDots(),
      library: await (shipped ??= loadRunbooks(['runbooks'])),
    })
  options.before?.({ slack, pagerduty, spark })
  let service = await start()
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await service.stop()
    await Promise.all([slack.close(), pagerduty.close(), spark.close()])
    if (options.logs === true) console.log(logs.join(''))
  }
  onTestFinished(close)
  if (options.connected !== false) await until(() => service.slackConnected(), 'the connection to Slack')
  const messages = (channel = 'C0DATA'): Message[] =>
    (slack.state().channels.find((one) => one.id === channel)?.messages ?? []) as unknown as Message[]
  const cards = (channel?: string): Message[] =>
    messages(channel).filter((message) => message.thread_ts === undefined || message.thread_ts === message.ts)
  return {
    close,
    slack,
    pagerduty,
    spark,
    get service() {
      return service
    },
    clock,
    get store() {
      return store
    },
    logs,
    async restart({ kill = false, config, meanwhile } = {}) {
      const { embedded } = store
      if (embedded === undefined) throw new Error('only the embedded store can be taken along')
      if (!kill) await clock.settle()
      const prepared = await embedded.dump()
      await service.stop()
      store = await openStore({ inMemory: true, prepared, clock })
      await meanwhile?.(store)
      service = await start(config)
      await until(() => service.slackConnected(), 'the connection to Slack')
    },
    messages,
    cards,
    settle: () => clock.settle(),
    until: (condition, what, advanceMs = 0) =>
      until(async () => {
        await (advanceMs > 0 ? clock.advance(advanceMs) : clock.settle())
        return await condition()
      }, what),
    async send(body, token = 'sandbox') {
      const answer = await fetch(`${service.http.url}/webhooks/alertmanager`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: answer.status, body: (await answer.json()) as { stored?: number } }
    },
    async press(user, actionId, { channel = 'C0DATA', ts, stale = false } = {}) {
      const card =
        ts === undefined ? cards(channel).at(-1) : messages(channel).find((message) => message.ts === ts)
      const found = card === undefined ? undefined : findButton(card, actionId)
      const pressed = await slack.click({
        user,
        channel,
        ts: card?.ts ?? '',
        block_id: found?.blockId ?? '',
        action_id: found?.actionId ?? actionId,
        ...(stale ? { stale: true } : {}),
      })
      return pressed
    },
  }
}

/** The first button whose action id begins so. */
export function findButton(
  message: Message,
  actionId: string,
): { blockId: string; actionId: string; value: string } | undefined {
  for (const block of message.blocks) {
    const elements = (block['elements'] ?? []) as { type?: string; action_id?: string; value?: string }[]
    const element = elements.find(
      (one) => one.type === 'button' && (one.action_id ?? '').startsWith(actionId),
    )
    if (element !== undefined)
      return {
        blockId: String(block['block_id']),
        actionId: element.action_id ?? '',
        value: element.value ?? '',
      }
  }
  return undefined
}

/** Waits for something that real sockets do, in real time, at most twenty seconds. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what} did not happen within 20 s`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

let started = 0

/** An Alertmanager v4 body of one alert. */
export function alertBody(
  labels: Record<string, string>,
  options: {
    status?: 'firing' | 'resolved'
    fingerprint?: string
    startsAt?: string
    annotations?: Record<string, string>
  } = {},
): Record<string, unknown> {
  const status = options.status ?? 'firing'
  started += 1
  return envelope([
    {
      status,
      labels,
      annotations: options.annotations ?? { summary: 'something broke' },
      startsAt: options.startsAt ?? '2026-11-02T02:59:00Z',
      endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-02T03:10:00Z',
      generatorURL: 'http://prometheus.example/graph?g0.expr=up',
      fingerprint: options.fingerprint ?? `f${started}`,
    },
  ])
}

export function envelope(alerts: readonly unknown[]): Record<string, unknown> {
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'arrestor',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example',
    alerts,
  }
}

/** All text of a message's blocks, for looking into. */
export function textOf(message: Message | undefined): string {
  const out: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item)
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if ((key === 'text' || key === 'value') && typeof inner === 'string') out.push(inner)
        else walk(inner)
      }
  }
  walk(message?.blocks)
  return out.join('\n')
}

// The service, composed in the order of the house: config, clock, store, adapters, ports, flow, outbox handlers, HTTP and Slack, loops.
import type { Logger } from 'pino'
import type { Sender } from './flow/receive.ts'
import { patternWarning } from './alerts/discretion.ts'
import { type Drawer, createDrawer } from './charts/drawer.ts'
import type { Config } from './config/schema.ts'
import { type Environment, readVariable, requireVariable } from './config/environment.ts'
import { secretsOf } from './config/secrets.ts'
import { settingsOf } from './config/settings.ts'
import { ArrestorError, reasonOf } from './errors.ts'
import { actionLeaseDue, runAction } from './flow/act.ts'
import type { FlowDeps } from './flow/deps.ts'
import { changesDue, lookAtChanges } from './flow/changes-again.ts'
import { JOBS } from './flow/destinations.ts'
import { diagnose } from './flow/diagnose.ts'
import { lookAgainDue } from './flow/look-again.ts'
import { lookAfterRecovery } from './flow/relapse.ts'
import { diagnosisDue } from './flow/diagnosis-deadline.ts'
import { escalationDue } from './flow/escalate.ts'
import { createIntake } from './flow/intake.ts'
import { type RecoverJob, recoverIncident, recoveryDue } from './flow/recover.ts'
import { RETENTION } from './flow/retention.ts'
import { startSchedules } from './flow/schedules.ts'
import { type VerifyJob, actionVerifyDue, verifyAction } from './flow/verify.ts'
import { eventNotifier } from './http/outgoing.ts'
import { createWebhooks } from './http/webhook-sender.ts'
import { type HttpServer, refuseTakenPort, startHttp } from './http/server.ts'
import { addressesOf } from './pagerduty/config.ts'
import { pagerDutyInbound } from './pagerduty/inbound.ts'
import { pageNotifier } from './pagerduty/notifier.ts'
import { closeConnection, createConnection } from './pagerduty/transport.ts'
import { openLibrary } from './checkout/library.ts'
import type { Library } from './runbooks/load.ts'
import { createPlatforms } from './platforms/create.ts'
import { countRunbooks, tellProblems } from './checkout/tell.ts'
import { createClient, createDirectory, createSlack, slackFromEnvironment } from './slack/index.ts'
import type { SlackSocket } from './slack/socket.ts'
import { DEPLOY, defaultsIn, readMarkers } from './sources/deploy/index.ts'
import { SOURCES } from './sources/registry.ts'
import { createDueLoop } from './store/due.ts'
import { registerJobs } from './store/jobs.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { createOutboxLoop } from './store/outbox-loop.ts'
import { createMetrics } from './telemetry/metrics.ts'

export interface ServiceOptions {
  readonly config: Config
  readonly environment: Environment
  readonly logger: Logger
  readonly port: number
  /** What must not be kept or sent anywhere; by default every secret of the configuration and the environment. */
  readonly secrets?: readonly string[]
  /** The certificate authority to trust beside Node's own, as PEM. */
  readonly ca?: string
  /** Told when the store is lost for good (the embedded database's thread died): the process should end and be started again. */
  readonly onFatal?: (why: string) => void
  /** Opens the store; by default as the environment says. */
  readonly open?: () => Promise<Store>
  /** Runbooks that were loaded before: what has not changed since then is not read again. */
  readonly library?: Library
  /** Draws charts; by default in a thread of its own. */
  readonly drawer?: Drawer
}

export interface Service {
  readonly http: HttpServer
  readonly deps: FlowDeps
  /** Whether Slack's presses reach us now. */
  slackConnected(): boolean
  /** Rebuilds the Slack connection; for failures that surface outside our calls. */
  rebuildSlack(): void
  /** Takes nothing new, finishes what is under way, closes the store last. */
  stop(): Promise<void>
}

/** Starts everything; throws an ArrestorError that says what is wrong and what to do. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, environment, logger } = options
  const settings = settingsOf(config, options.secrets ?? secretsOf(config, environment))
  const tokens = slackFromEnvironment(
    (name, wantedBy) => requireVariable(environment, name, wantedBy),
    readVariable(environment, 'SLACK_API_URL'),
  )

  await refuseTakenPort(config.service.host, options.port)
  const store = await (options.open ?? (() => openFrom(options)))()
  const undo: (() => Promise<unknown> | void)[] = [() => store.close()]
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const metrics = createMetrics({ processMetrics: true })
    for (const [team, { redact }] of Object.entries(config.teams))
      for (const pattern of redact) {
        const warning = patternWarning(pattern)
        if (warning !== null) logger.warn({ team, pattern: pattern.name }, warning)
      }
    const { readers, writers } = createPlatforms(config.platforms, settings.normaliseJobName, metrics)
    const library = await openLibrary({
      ...config.runbooks,
      dataDir: dataDirOf(environment),
      environment,
      ca: options.ca,
      from: options.library,
      now: () => store.clock.now(),
      // A runbook that never matches because it could not be read must not go unsaid; paging does not wait for it.
      onChange: (loaded) => {
        countRunbooks(metrics, loaded)
        tellProblems(logger, loaded)
      },
      onUnwatched: (folder, error) =>
        logger.warn(
          { folder, reason: reasonOf(error) },
          'changes of runbooks are not told here; they are noticed by looking, within half a minute',
        ),
      onLook: ({ name, lookedAt, failure }) => {
        if (lookedAt !== null) metrics.sourceSynced.set({ source: name }, lookedAt.getTime() / 1000)
        metrics.sourceFailed.set({ source: name }, failure === null ? 0 : 1)
      },
      onFailure: (source, error) => logger.warn({ code: error.code, source }, error.message),
    })
    undo.push(() => library.close())
    const connection = createConnection({
      ...given('ca', options.ca),
      ...given('proxy', readVariable(environment, 'HTTPS_PROXY')),
      ...given('noProxy', readVariable(environment, 'NO_PROXY')),
    })
    undo.push(() => closeConnection(connection))
    let socket: SlackSocket | null = null
    const deps: FlowDeps = {
      store,
      clock: store.clock,
      settings,
      runbooks: (team) => library.current().indexFor(team),
      library: () => library.current(),
      runbookSources: () => library.sources(),
      slackConnection: () => ({
        connected: socket?.connected() === true,
        since: socket?.since() ?? null,
        problem: socket === null ? 'not connected yet' : socket.problem(),
      }),
      readers,
      writers,
      webhooks: createWebhooks(config.rollback.webhooks, connection),
      directory: createDirectory({ client: createClient(tokens), logger, now: () => performance.now() }),
      logger,
      metrics,
    }

    const drawer = options.drawer ?? createDrawer()
    undo.push(() => drawer.close())
    const slack = createSlack(deps, tokens, drawer)
    const { eventsUrl } = addressesOf({
      ...config.pagerduty,
      ...given('events_url', readVariable(environment, 'PAGERDUTY_EVENTS_URL')),
      ...given('api_url', readVariable(environment, 'PAGERDUTY_API_URL')),
    })
    const routingKeys = new Map(
      Object.entries(config.teams).flatMap(([name, team]) =>
        team.pagerduty === undefined ? [] : [[name, team.pagerduty.routing_key] as const],
      ),
    )

    await registerJobs(
      store,
      {
        [JOBS.diagnose]: {
          handler: ({ incidentId }: { incidentId: string }, { id }) => diagnose(deps, incidentId, id),
          options: { concurrency: 4 },
        },
        [JOBS.act]: { handler: ({ actionRunId }: { actionRunId: string }) => runAction(deps, actionRunId) },
        [JOBS.verify]: { handler: (job: VerifyJob) => verifyAction(deps, job) },
        [JOBS.recover]: {
          handler: (job: RecoverJob) => recoverIncident(deps, job),
          options: { concurrency: 2 },
        },
        [JOBS.relapse]: {
          handler: (job: { incidentId: string }) => lookAfterRecovery(deps, job.incidentId),
        },
        [JOBS.changes]: {
          handler: (job: { incidentId: string }) => lookAtChanges(deps, job.incidentId),
        },
        ...Object.fromEntries(Object.entries(slack.jobs).map(([queue, handler]) => [queue, { handler }])),
      },
      Object.values(JOBS),
      deps.settings.discretion.text,
    )

    const intake = createIntake(deps)
    const http = await startHttp({
      deps,
      intake,
      sources: SOURCES,
      deploy: { name: DEPLOY, read: readMarkers, defaultsIn },
      credentials: credentialsOf(config),
      apiTokens: config.api.tokens.map(({ name, token, teams }) => ({ name, token, teams: teams ?? null })),
      pagerDuty:
        config.pagerduty.webhook_secrets.length === 0
          ? null
          : pagerDutyInbound(deps, config.pagerduty.webhook_secrets),
      runbookHook:
        config.runbooks.webhook_secrets.length === 0
          ? null
          : { secrets: config.runbooks.webhook_secrets, ring: () => void library.look() },
      permalink: (incidentId) => slack.permalink(incidentId),
      host: config.service.host,
      port: options.port,
    })
    undo.push(async () => {
      await http.close()
      await intake.drain()
    })

    const notifiers = [
      ...slack.notifiers,
      pageNotifier(deps, { connection, eventsUrl, routingKeys }),
      eventNotifier(
        config.events.webhooks.map(({ url, secret, teams }) => ({ url, secret, teams: teams ?? null })),
      ),
    ]
    const outbox = createOutboxLoop(store, notifiers, {
      observe: (row, result) =>
        metrics.deliveries.inc({ destination: row.destination, outcome: result.kind }),
    })
    undo.push(() => outbox.stop())
    const due = createDueLoop(store, [
      escalationDue(deps),
      actionLeaseDue(deps),
      actionVerifyDue(),
      diagnosisDue,
      recoveryDue(deps),
      lookAgainDue,
      changesDue,
      ...slack.dueKinds,
    ])
    undo.push(() => due.stop())
    const schedules = startSchedules(deps, [RETENTION])
    undo.push(() => schedules.stop())
    const connected = slack.connect()
    socket = connected
    undo.push(() => connected.stop())
    return {
      http,
      deps,
      slackConnected: () => connected.connected(),
      rebuildSlack: () => connected.rebuild(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openFrom({ environment, logger, onFatal }: ServiceOptions): Promise<Store> {
  const databaseUrl = readVariable(environment, 'DATABASE_URL')
  const dataDir = dataDirOf(environment)
  return await openStore({
    ...(databaseUrl === undefined ? { dataDir } : { databaseUrl }),
    ...given('onFatal', onFatal),
    logger,
  })
}

function dataDirOf(environment: Environment): string {
  return readVariable(environment, 'ARRESTOR_DATA_DIR') ?? 'data'
}

/** Who may speak at each webhook. */
export function credentialsOf(config: Config): ReadonlyMap<string, { sender: Sender; token: string }[]> {
  return new Map(
    Object.entries(config.webhooks).map(([source, { credentials }]) => [
      source,
      credentials.map(({ name, token, teams, platforms }) => ({
        token,
        sender: {
          name,
          teams: teams === undefined ? null : new Set(teams),
          platforms: platforms === undefined ? null : new Set(platforms),
        },
      })),
    ]),
  )
}

function given<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>)
}

/** The port of the environment, 3000 by default. Throws ARR-101 for what is no port. */
export function portOf(environment: Environment): number {
  const text = environment['PORT'] ?? '3000'
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ArrestorError('ARR-101', { problems: `    PORT: "${text}" is not a port` })
  return port
}

// Socket Mode kept up by us: a connection that ends is rebuilt in process at once, and never takes anything else down.
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt'
import type { Logger } from 'pino'
import { ArrestorError, reasonOf } from '../errors.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type SlackTokens, failureOf } from './client.ts'
import type { Told } from './deliver/told.ts'
import { quietLogger } from './quiet-logger.ts'

export interface SlackSocket {
  /** Whether presses and commands reach us now. */
  connected(): boolean
  /** Since when, or null while not connected. */
  since(): Date | null
  /** The last failure in one sentence, or null while connected. */
  problem(): string | null
  /** Drops the connection and builds another; for failures that surface outside our calls. */
  rebuild(): void
  stop(): Promise<void>
}

export interface SocketOptions {
  readonly tokens: SlackTokens
  readonly logger: Logger
  readonly metrics: Metrics
  readonly now: () => Date
  readonly told: Told
  /** Adds the listeners to each new app. */
  readonly register: (app: App) => void
}

const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 30_000
/** From asking for an address to Slack's hello; the library would wait for the hello for ever. */
const START_MS = 20_000
/** Presses under way at shutdown may finish for this long. */
const DRAIN_MS = 10_000

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no hello within ${START_MS / 1_000} s`)), START_MS)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Connects in the background and stays connected until `stop`. The library's own reconnection is off: it leaves a gap
 * of five seconds at each refresh, and a failure in it is a rejection that nobody handles (socket-mode 3.1.0).
 */
export function connectSocket(options: SocketOptions): SlackSocket {
  const { tokens, logger, metrics } = options
  let stopped = false
  let connecting = false
  let isConnected = false
  let lastProblem: string | null = 'not connected yet'
  let connectedSince: Date | null = null
  let failures = 0
  let receiver: SocketModeReceiver | null = null
  let timer: NodeJS.Timeout | null = null
  const inFlight = new Set<Promise<unknown>>()

  function build(): { app: App; receiver: SocketModeReceiver } {
    // Its own options object: the library writes into it, and a short retry here must not become the listeners'.
    const next = new SocketModeReceiver({
      appToken: tokens.appToken,
      autoReconnectEnabled: false,
      logger: quietLogger(logger),
      installerOptions: {
        clientOptions: { slackApiUrl: tokens.apiUrl, retryConfig: { retries: 0 }, timeout: 10_000 },
      },
    })
    const app = new App({
      token: tokens.botToken,
      receiver: next,
      deferInitialization: true,
      convoStore: false,
      logger: quietLogger(logger),
      logLevel: LogLevel.ERROR,
      clientOptions: {
        slackApiUrl: tokens.apiUrl,
        timeout: 5_000,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    })
    return { app, receiver: next }
  }

  async function connect(): Promise<void> {
    timer = null
    if (stopped) return
    connecting = true
    const built = build()
    try {
      await built.app.init()
      built.app.error((error) => {
        logger.error({ reason: reasonOf(error) }, 'a Slack listener failed')
        return Promise.resolve()
      })
      built.app.use(async ({ next }) => {
        const work = next()
        inFlight.add(work)
        try {
          await work
        } finally {
          inFlight.delete(work)
        }
      })
      options.register(built.app)
      await inTime(built.app.start())
    } catch (error) {
      void built.receiver.client.disconnect().catch(() => {})
      failed(error)
      return
    } finally {
      connecting = false
    }
    if (stopped) {
      await built.receiver.client.disconnect()
      return
    }
    receiver = built.receiver
    isConnected = true
    connectedSince = options.now()
    failures = 0
    if (lastProblem !== null) logger.info('Slack is connected')
    lastProblem = null
    metrics.slackSocket.set(1)
    built.receiver.client.once('disconnected', () => {
      if (receiver !== built.receiver) return
      receiver = null
      isConnected = false
      metrics.slackSocket.set(0)
      again(0)
    })
  }

  function failed(error: unknown): void {
    failures += 1
    const failure = failureOf(error)
    const problem =
      failure.kind === 'refused'
        ? new ArrestorError('ARR-302', { error: failure.error })
        : new ArrestorError('ARR-301', {
            url: tokens.apiUrl,
            why:
              failure.kind === 'unknown'
                ? error === undefined
                  ? 'it ended the connection at once'
                  : failure.reason
                : 'it asks us to slow down',
          })
    // Once per reason: an outage of an hour is one line, not hundreds.
    if (problem.message !== lastProblem) {
      if (failure.kind === 'refused') options.told.refusedToken(failure.error)
      else logger.error({ code: problem.code }, problem.message)
    }
    lastProblem = problem.message
    again(
      failure.kind === 'rate_limited'
        ? failure.afterMs
        : Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), MAX_PAUSE_MS),
    )
  }

  function again(pauseMs: number): void {
    if (stopped || timer !== null) return
    timer = setTimeout(() => void connect(), pauseMs)
  }

  void connect()

  return {
    connected: () => isConnected,
    since: () => (isConnected ? connectedSince : null),
    problem: () => lastProblem,
    rebuild() {
      // One is being built already: a second beside it would be a connection that nobody ever ends.
      if (connecting) return
      const old = receiver
      receiver = null
      isConnected = false
      metrics.slackSocket.set(0)
      if (old !== null) void old.client.disconnect().catch(() => {})
      again(FIRST_PAUSE_MS)
    },
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await Promise.race([
        Promise.allSettled(inFlight),
        new Promise((done) => setTimeout(done, DRAIN_MS).unref()),
      ])
      const old = receiver
      receiver = null
      if (old !== null) await old.client.disconnect()
    },
  }
}

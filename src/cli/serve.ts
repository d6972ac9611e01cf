// `arrestor serve`: the service with arrestor.yml and the environment, until a signal asks it to stop.
import { loadConfig } from '../config/load.ts'
import { secretsOf } from '../config/secrets.ts'
import { discretionOfAll } from '../config/settings.ts'
import { readCertificateAuthority } from '../config/environment.ts'
import { ArrestorError, reasonOf } from '../errors.ts'
import { type Service, portOf, startService } from '../service.ts'
import { linesForTerminal } from '../runbooks/terminal.ts'
import { createLogger } from '../telemetry/logs.ts'

export interface ServeOptions {
  readonly config?: string
}

/** A second signal, or a drain longer than this, ends the process at once. */
const DRAIN_MS = 20_000

export async function serve(options: ServeOptions): Promise<void> {
  try {
    const environment = process.env
    const config = loadConfig(options.config ?? environment['ARRESTOR_CONFIG'] ?? 'arrestor.yml', environment)
    const secrets = secretsOf(config, environment)
    const logger = createLogger({
      level: environment['LOG_LEVEL'] ?? 'info',
      secrets,
      discretion: discretionOfAll(config, secrets),
      write: (line) => process.stdout.write(line),
      pretty: process.stdout.isTTY,
    })
    const ca = readCertificateAuthority(environment)
    const service = await startService({
      config,
      environment,
      logger,
      secrets,
      port: portOf(environment),
      ...(ca === undefined ? {} : { ca }),
      // What was answered 2xx is on disk; a fresh process opens it again.
      onFatal: (why) => fail(new ArrestorError('ARR-206', { why })),
    })
    logger.info({ url: service.http.url, store: service.deps.store.kind }, 'Arrestor is ready')
    runUntilSignal(service, (reason) =>
      logger.error({ reason }, 'something failed outside its place; Slack’s connection is rebuilt'),
    )
  } catch (error) {
    fail(error)
  }
}

/** Stops in order on SIGINT and SIGTERM. Stray rejections (Slack's socket library has some) are survived. */
export function runUntilSignal(
  service: Service,
  onStray: (reason: string) => void,
  alsoStop?: () => Promise<void>,
): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => process.exit(1), DRAIN_MS).unref()
    void service
      .stop()
      .then(() => alsoStop?.())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      )
  }
  // Whoever read our log may be gone; that is no reason to stop paging.
  process.stdout.on('error', () => {})
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('unhandledRejection', (reason) => {
    onStray(reasonOf(reason))
    service.rebuildSlack()
  })
}

/** Says what is wrong and what to do, once and without a stack, and leaves. */
export function fail(error: unknown): never {
  console.error(
    linesForTerminal(error instanceof ArrestorError ? error.message : `Arrestor stopped: ${reasonOf(error)}`),
  )
  process.exit(1)
}

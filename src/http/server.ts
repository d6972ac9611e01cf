// The one HTTP listener: webhooks in, the API, health and metrics.
import { once } from 'node:events'
import { createServer } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Source } from '../alerts/source.ts'
import { ArrestorError, reasonOf } from '../errors.ts'
import type { FlowDeps } from '../flow/deps.ts'
import type { Intake } from '../flow/intake.ts'
import { type ApiToken, registerApi } from './api/index.ts'
import { type DeployHook, registerDeployHook } from './deploy-hook.ts'
import { registerHealth } from './health.ts'
import { registerLinks } from './links.ts'
import { type RunbookHook, registerRunbookHook } from './runbook-hook.ts'
import { RETRY_AFTER_S, type SourceCredentials, registerWebhooks } from './webhooks.ts'

export interface HttpOptions {
  readonly deps: FlowDeps
  readonly intake: Intake
  readonly sources: ReadonlyMap<string, Source>
  readonly credentials: ReadonlyMap<string, readonly SourceCredentials[]>
  readonly apiTokens: readonly ApiToken[]
  /** PagerDuty's webhooks: proved and followed there; null where none are configured. */
  readonly pagerDuty:
    | ((rawBody: Uint8Array, signature: string | undefined) => Promise<{ status: number; body: unknown }>)
    | null
  /** Deploy markers. */
  readonly deploy: DeployHook
  /** Announcements of pushes to the repositories of runbooks; null where no secret is configured. */
  readonly runbookHook: RunbookHook | null
  /** Where people read an incident: its card in Slack. */
  readonly permalink: (incidentId: string) => Promise<string | null>
  readonly host: string
  readonly port: number
}

export interface HttpServer {
  readonly url: string
  readonly port: number
  /** Refuses new requests, waits for those under way. */
  close(): Promise<void>
}

/** 10,000 alerts of about 3 kB; a larger body is 413, which Alertmanager's `max_alerts` avoids. */
const MAX_BODY = 32 * 1024 * 1024

/** What each address takes is its own. */
function tooLarge(limit: number): string {
  const split =
    limit === MAX_BODY ? '; let the sender split it (max_alerts in Alertmanager’s webhook_configs)' : ''
  return `the body is larger than ${limit / 1024 / 1024} MiB${split}`
}

/** The application without a listener; tests inject requests into it. */
export function buildHttp(options: HttpOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY,
    logger: false,
    return503OnClosing: true,
    requestTimeout: 60_000,
  })
  // Bodies stay raw: what cannot be parsed is kept as it came, and we say what is wrong with it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status === 413)
      return reply.code(413).send({ error: tooLarge(request.routeOptions.bodyLimit ?? MAX_BODY) })
    if (status < 500) return reply.code(status).send({ error: error.message })
    options.deps.logger.error({ reason: reasonOf(error) }, 'a request failed')
    // What may succeed later without anybody's doing is not "our mistake" to the one who asks.
    if (error instanceof ArrestorError && error.retryable)
      return reply
        .code(503)
        .header('retry-after', String(RETRY_AFTER_S))
        .send({ error: 'the database cannot be reached now; ask again' })
    return reply.code(status).send({ error: 'something failed here; the log says more' })
  })
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: `there is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}` }),
  )
  registerHealth(app, options.deps)
  registerRunbookHook(app, options.runbookHook)
  registerDeployHook(app, options)
  registerWebhooks(app, options)
  registerLinks(app, options)
  registerApi(app, options.deps, options.apiTokens)
  return app
}

/** Throws ARR-901 when the port is taken: said before the store is opened, which may take seconds. */
export async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createServer()
  try {
    probe.listen(port, host)
    await once(probe, 'listening')
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE')
      throw new ArrestorError('ARR-901', { port: String(port), choose: 'PORT' })
    throw error
  } finally {
    probe.close()
  }
}

/** Listens. Throws ARR-901 when the port is taken. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const app = buildHttp(options)
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE')
      throw new ArrestorError('ARR-901', { port: String(options.port), choose: 'PORT' })
    throw error
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return { url: `http://127.0.0.1:${port}`, port, close: () => app.close() }
}

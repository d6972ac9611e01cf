// POST /webhooks/deploy: what was deployed. As with alerts, 2xx only after the commit (P1).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { MarkerDefaults, ReadMarkers } from '../alerts/deploy-marker.ts'
import { prepareMarkers, takeMarkers } from '../flow/receive-deploys.ts'
import type { Sender } from '../flow/receive.ts'
import { isProved, mayProve } from './proof.ts'
import type { HttpOptions } from './server.ts'
import { refuseBody, unavailable } from './webhooks.ts'

export interface DeployHook {
  /** The name of its senders in `credentials`. */
  readonly name: string
  readonly read: ReadMarkers
  readonly defaultsIn: (query: Readonly<Record<string, unknown>>) => MarkerDefaults
}

/** GitHub's events have some ten thousand bytes; a thousand markers of our own fit, too. */
const MAX_BODY = 1024 * 1024

export function registerDeployHook(app: FastifyInstance, options: HttpOptions): void {
  const { deps, deploy } = options
  const credentials = options.credentials.get(deploy.name) ?? []
  const tokens = credentials.map(({ token }) => token)
  const refuse = (reply: FastifyReply): FastifyReply =>
    reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'the credential or signature is missing or not known' })
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (!mayProve(request.headers, tokens)) return await refuse(reply)
    request.raw.headers['content-type'] = 'application/octet-stream'
    return undefined
  }
  app.post('/webhooks/deploy', { bodyLimit: MAX_BODY, onRequest }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    // Every credential is asked, so that the time taken tells nothing about which one was near.
    const sender = credentials.reduce<Sender | null>(
      (found, one) => (isProved(request.headers, body, [one.token]) ? (found ?? one.sender) : found),
      null,
    )
    if (sender === null) return await refuse(reply)
    const markers = readBody(deploy, deps.settings.normaliseJobName, body, request.query)
    if (markers.kind === 'refused')
      return await refuseBody(options, reply, deploy.name, sender, markers.reason)
    const now = deps.clock.now()
    const prepared = prepareMarkers(deps.settings, sender, markers, body, now)
    let stored
    try {
      stored = await takeMarkers(deps.store, deps.settings.discretion, prepared, now)
    } catch (error) {
      deps.logger.error({ sender: sender.name, reason: String(error) }, 'deploy markers could not be stored')
      return await unavailable(reply, 'the markers could not be stored')
    }
    return await reply.code(200).send({
      stored: stored.stored,
      known:
        prepared.deployments.length - stored.stored - (stored.rejected.length - prepared.rejected.length),
      ignored: markers.ignored,
      rejected: stored.rejected.map(({ pointer, reason }) => ({ pointer, reason })),
    })
  })
}

function readBody(
  deploy: DeployHook,
  normaliseJobName: (name: string) => string,
  body: Buffer,
  query: unknown,
): ReturnType<ReadMarkers> {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return { kind: 'refused', reason: 'the body is not JSON in UTF-8' }
  }
  const defaults = deploy.defaultsIn((query ?? {}) as Record<string, unknown>)
  return deploy.read(parsed, { defaults, normaliseJobName })
}

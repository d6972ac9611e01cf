// POST /webhooks/<source>: authenticate, understand, store, and only then 2xx (P1).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Source } from '../alerts/source.ts'
import { decideAll } from '../incidents/decisions.ts'
import { type Sender, understand } from '../flow/receive.ts'
import type { HttpOptions } from './server.ts'
import { bearerOf, sameSecret } from './secrets.ts'

export interface SourceCredentials {
  readonly sender: Sender
  readonly token: string
}

/** Alertmanager never retries a 429, nor any 4xx in the same flush: what we cannot store now is 503. */
export const RETRY_AFTER_S = 5

/** PagerDuty drops webhooks above 256 KB. */
const MAX_PAGERDUTY_BODY = 1024 * 1024

/** Before the body is read: what carries no signature at all is not PagerDuty's. */
async function refuseUnsigned(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.headers['x-pagerduty-signature'] === undefined)
    await reply.code(400).send({ error: 'the signature is missing or malformed' })
}

export function registerWebhooks(app: FastifyInstance, options: HttpOptions): void {
  app.post(
    '/webhooks/pagerduty',
    { bodyLimit: MAX_PAGERDUTY_BODY, onRequest: refuseUnsigned },
    async (request, reply) => {
      if (options.pagerDuty === null)
        return await reply.code(404).send({ error: 'no pagerduty.webhook_secrets are configured' })
      const signature = request.headers['x-pagerduty-signature']
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const answer = await options.pagerDuty(body, Array.isArray(signature) ? signature.join(',') : signature)
      return await reply.code(answer.status).send(answer.body)
    },
  )
  const admitted = new WeakMap<FastifyRequest, { source: Source; sender: Sender }>()
  type Route = { Params: { source: string } }
  // Before the body is read: a stranger cannot make us hold 32 MiB.
  const onRequest = async (request: FastifyRequest<Route>, reply: FastifyReply): Promise<unknown> => {
    const source = options.sources.get(request.params.source)
    if (source === undefined)
      return await reply.code(404).send({
        error: `there is no alert source "${request.params.source.slice(0, 60)}"; there are ${[...options.sources.keys()].join(', ')}`,
      })
    const sender = senderOf(request, options.credentials.get(source.name) ?? [])
    if (sender === null)
      return await reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'the credential is missing or not known' })
    // The content type decides nothing here, and one that Fastify cannot read must not cost the alerts.
    request.raw.headers['content-type'] = 'application/octet-stream'
    admitted.set(request, { source, sender })
    return undefined
  }
  app.post<Route>('/webhooks/:source', { onRequest }, async (request, reply) => {
    const admission = admitted.get(request)
    if (admission === undefined) throw new Error('a webhook came in past its credential')
    const { source, sender } = admission
    const timer = options.deps.metrics.intakeSeconds.startTimer({ source: source.name })
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const understood = understand(options.deps, source, sender, body)
    if (understood.kind === 'refused') {
      options.deps.metrics.alerts.inc({ source: source.name, outcome: 'body_refused' })
      return await refuseBody(options, reply, source.name, sender, understood.reason)
    }
    const { prepared } = understood
    const stored = await options.intake.store(prepared)
    timer()
    if (stored.kind !== 'stored')
      return await unavailable(
        reply,
        stored.kind === 'overloaded' ? 'too many alerts wait already' : 'the alerts could not be stored',
      )
    options.deps.metrics.alerts.inc({ source: source.name, outcome: 'stored' }, prepared.alerts.length)
    options.deps.metrics.alerts.inc({ source: source.name, outcome: 'rejected' }, prepared.rejected.length)
    return await reply.code(200).send({
      stored: prepared.alerts.length,
      rejected: prepared.rejected.map(({ pointer, reason }) => ({ pointer, reason })),
    })
  })
}

function senderOf(request: FastifyRequest, credentials: readonly SourceCredentials[]): Sender | null {
  const given = bearerOf(request.headers.authorization)
  if (given === null) return null
  // Every credential is compared, so that the time taken tells nothing about which one was near.
  return credentials.reduce<Sender | null>(
    (found, credential) => (sameSecret(given, credential.token) ? (found ?? credential.sender) : found),
    null,
  )
}

/** What may be stored later: the sender is asked to try again. */
export async function unavailable(reply: FastifyReply, error: string): Promise<FastifyReply> {
  return await reply
    .code(503)
    .header('retry-after', String(RETRY_AFTER_S))
    .send({ error: `${error}; send again` })
}

/** 400, with its reason among the decisions; where even that cannot be stored, the answer is still the sender's 400. */
export async function refuseBody(
  options: HttpOptions,
  reply: FastifyReply,
  source: string,
  sender: Sender,
  reason: string,
): Promise<FastifyReply> {
  await remember(options, source, sender, reason)
  return await reply.code(400).send({ error: reason })
}

async function remember(options: HttpOptions, source: string, sender: Sender, reason: string): Promise<void> {
  const { store, clock, logger } = options.deps
  logger.warn({ source, sender: sender.name, reason }, 'a webhook body was refused')
  try {
    await store.transaction((tx) =>
      decideAll(
        tx,
        [{ kind: 'body_refused', subject: `${source} from ${sender.name}`, reason, team: null }],
        clock.now(),
      ),
    )
  } catch {
    // Logged above; the database's own trouble is logged by the store.
  }
}

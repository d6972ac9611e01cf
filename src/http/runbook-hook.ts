// POST /webhooks/runbooks: a push is announced. What the body says is not read; the repositories are asked themselves.
import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bearerOf, sameSecret } from './secrets.ts'

export interface RunbookHook {
  readonly secrets: readonly string[]
  /** Looks at the sources of runbooks now; several calls at once make one look. */
  ring(): void
}

/** A push of some thousand commits; beyond it the schedule notices. */
const MAX_BODY = 5 * 1024 * 1024

/** `sha256=<hex>`: GitHub; Bitbucket under the older name. Bare hex: Gitea, Forgejo, Gogs. */
const SIGNATURES = [
  'x-hub-signature-256',
  'x-hub-signature',
  'x-gitea-signature',
  'x-forgejo-signature',
  'x-gogs-signature',
]

function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** The secret itself, as GitLab sends it (X-Gitlab-Token) or as a bearer; null where none came. */
function secretIn(headers: IncomingHttpHeaders): string | null {
  return headerOf(headers, 'x-gitlab-token') ?? bearerOf(headers.authorization)
}

/** Hexadecimal HMAC-SHA256 of the body, or null. */
function signatureIn(headers: IncomingHttpHeaders): string | null {
  for (const name of SIGNATURES) {
    const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(headerOf(headers, name) ?? '')?.[1]
    if (hex !== undefined) return hex.toLowerCase()
  }
  return null
}

/** Whether the sender knows one of the secrets. Every secret is compared, in constant time. */
export function isProved(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  const given = secretIn(headers)
  const signature = signatureIn(headers)
  return secrets.reduce((proved, secret) => {
    const signed =
      signature !== null && sameSecret(signature, createHmac('sha256', secret).update(body).digest('hex'))
    const said = given !== null && sameSecret(given, secret)
    return proved || signed || said
  }, false)
}

export function registerRunbookHook(app: FastifyInstance, hook: RunbookHook | null): void {
  const refuse = (reply: FastifyReply): FastifyReply =>
    reply.code(401).send({ error: 'the signature or secret is missing or not known' })
  // Before the body is read: what proves nothing cannot make us hold it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (hook === null)
      return await reply.code(404).send({ error: 'no runbooks.webhook_secrets are configured' })
    const mayProve =
      signatureIn(request.headers) !== null || isProved(request.headers, Buffer.alloc(0), hook.secrets)
    if (!mayProve) return await refuse(reply)
    // Only the bytes count, whatever they say they are.
    request.raw.headers['content-type'] = 'application/octet-stream'
    return undefined
  }
  app.post('/webhooks/runbooks', { bodyLimit: MAX_BODY, onRequest }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    if (hook === null || !isProved(request.headers, body, hook.secrets)) return await refuse(reply)
    hook.ring()
    return await reply.code(202).send({ looking: true })
  })
}

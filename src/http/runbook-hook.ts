// POST /webhooks/runbooks: a push is announced. What the body says is not read; the repositories are asked themselves.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isProved, mayProve } from './proof.ts'

export interface RunbookHook {
  readonly secrets: readonly string[]
  /** Looks at the sources of runbooks now; several calls at once make one look. */
  ring(): void
}

/** A push of some thousand commits; beyond it the schedule notices. */
const MAX_BODY = 5 * 1024 * 1024

export function registerRunbookHook(app: FastifyInstance, hook: RunbookHook | null): void {
  const refuse = (reply: FastifyReply): FastifyReply =>
    reply.code(401).send({ error: 'the signature or secret is missing or not known' })
  // Before the body is read: what proves nothing cannot make us hold it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (hook === null)
      return await reply.code(404).send({ error: 'no runbooks.webhook_secrets are configured' })
    if (!mayProve(request.headers, hook.secrets)) return await refuse(reply)
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

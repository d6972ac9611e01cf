// GET /incidents/<id>: the link that pages carry leads to the card; it tells nothing itself, so it needs no token.
import type { FastifyInstance } from 'fastify'
import type { HttpOptions } from './server.ts'

export function registerLinks(app: FastifyInstance, options: HttpOptions): void {
  app.get<{ Params: { id: string } }>('/incidents/:id', async (request, reply) => {
    const link = await options.permalink(request.params.id)
    if (link !== null) return await reply.redirect(link)
    return await reply
      .code(404)
      .type('text/plain')
      .send('This incident has no card in Slack (yet). Try /spark list there.\n')
  })
}

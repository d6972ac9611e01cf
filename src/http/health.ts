// Health: the process, the database, the metrics. Slack and PagerDuty are metrics alone: their outage never stops intake.
import type { FastifyInstance } from 'fastify'
import { reasonOf } from '../errors.ts'
import type { FlowDeps } from '../flow/deps.ts'

export function registerHealth(app: FastifyInstance, deps: FlowDeps): void {
  app.get('/healthz', async () => await Promise.resolve({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    try {
      await deps.store.ping()
      return { status: 'ready', store: deps.store.kind }
    } catch (error) {
      return await reply.code(503).send({ status: 'not ready', why: reasonOf(error) })
    }
  })
  app.get('/metrics', async (_request, reply) => {
    deps.metrics.undelivered.reset()
    try {
      const waiting = await deps.store.db
        .selectFrom('outbox')
        .select(({ fn }) => ['destination', fn.countAll<number>().as('count')])
        .where('state', 'in', ['waiting', 'sending'])
        .where('attempts', '>', 0)
        .groupBy('destination')
        .execute()
      for (const row of waiting) deps.metrics.undelivered.set({ destination: row.destination }, row.count)
    } catch (error) {
      // Without its database the service is all the more worth looking at: the other metrics are told.
      deps.logger.warn({ reason: reasonOf(error) }, 'what waits to be delivered could not be counted')
    }
    return await reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics())
  })
}

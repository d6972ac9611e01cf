// Routes of alerts.
import * as z from 'zod'
import type { ApiRoute } from '../index.ts'
import { alertOf } from '../present.ts'
import { route } from '../route.ts'
import { Alert, Limit } from '../schemas.ts'

export const ALERTS: readonly ApiRoute[] = [
  route({
    path: '/alerts',
    summary: 'Alerts, last seen first',
    query: z.object({ status: z.enum(['firing', 'resolved', 'all']).default('firing'), limit: Limit }),
    reply: z.object({ alerts: z.array(Alert) }),
    async handle({ deps, teams, query }) {
      let select = deps.store.db
        .selectFrom('alert_instances')
        .selectAll()
        .orderBy('last_seen_at', 'desc')
        .limit(query.limit)
      if (query.status !== 'all') select = select.where('status', '=', query.status)
      if (teams !== null) select = select.where('team', 'in', [...teams])
      return { alerts: (await select.execute()).map(alertOf) }
    },
  }),
]

// The route of what the running service knows of itself.
import * as z from 'zod'
import { examine } from '../../../flow/examine.ts'
import type { ApiRoute } from '../index.ts'
import { None, route } from '../route.ts'
import { Check } from '../schemas.ts'

export const DOCTOR: readonly ApiRoute[] = [
  route({
    path: '/doctor',
    summary:
      'What is well and what is not: database, deliveries, PagerDuty, Slack, platforms, runbooks; for tokens of all teams',
    query: None,
    reply: z.object({ checks: z.array(Check) }),
    handle: async ({ deps, teams }) => (teams === null ? { checks: await examine(deps) } : null),
  }),
]

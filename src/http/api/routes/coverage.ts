// Route of coverage: which alerts had no runbook.
import * as z from 'zod'
import { readCoverage } from '../../../flow/runbook-coverage.ts'
import type { ApiRoute } from '../index.ts'
import { route } from '../route.ts'

/** Raw alerts are not kept for longer than this by any configuration that makes sense. */
const MAX_DAYS = 366

const Reason = z.enum(['named', 'matched', 'catch_all', 'none'])

export const Coverage = z.object({
  days: z.number().int(),
  since: z.iso.datetime(),
  alerts: z.array(
    z.object({
      team: z.string(),
      name: z.string(),
      alerts: z.number().int(),
      seen: z.number(),
      first_seen: z.iso.datetime(),
      last_seen: z.iso.datetime(),
      got: z.array(
        z.object({ runbook: z.string().nullable(), reason: z.string(), incidents: z.number().int() }),
      ),
      now: z.object({ runbook: z.string().nullable(), reason: Reason }),
      gap: z.boolean(),
    }),
  ),
  more: z.boolean(),
})

export const COVERAGE: readonly ApiRoute[] = [
  route({
    path: '/runbooks/coverage',
    summary:
      'Alert names of the last days with the runbooks that their incidents got and that they would get now; gaps first',
    query: z.object({ days: z.coerce.number().int().min(1).max(MAX_DAYS).default(30) }),
    reply: Coverage,
    async handle({ deps, teams, query }) {
      const { since, alerts, more } = await readCoverage(deps, teams, query.days)
      return {
        days: query.days,
        since: since.toISOString(),
        alerts: alerts.map(({ firstSeen, lastSeen, ...rest }) => ({
          ...rest,
          first_seen: firstSeen.toISOString(),
          last_seen: lastSeen.toISOString(),
        })),
        more,
      }
    },
  }),
]

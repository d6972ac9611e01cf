// Routes of runbooks: what is loaded, and what its record says.
import * as z from 'zod'
import { MAX_DAYS, readStats } from '../../../flow/runbook-stats.ts'
import type { ApiRoute } from '../index.ts'
import { None, route } from '../route.ts'
import { statsOf } from '../present.ts'
import { Runbook, RunbookStats } from '../schemas.ts'

export const RUNBOOKS: readonly ApiRoute[] = [
  route({
    path: '/runbooks',
    summary: 'The runbooks as loaded now: shared ones, and those of the teams that the token sees',
    query: None,
    reply: z.object({ runbooks: z.array(Runbook) }),
    async handle({ deps, teams }) {
      const runbooks = deps
        .library()
        .served.filter(({ team }) => team === null || teams === null || teams.includes(team))
        .map(({ runbook, team }) => ({
          id: runbook.id,
          team,
          title: runbook.title,
          owner: runbook.owner,
          severity: runbook.severity,
          catch_all: runbook.catchAll,
          verified: runbook.verified,
          hash: runbook.hash,
          match: runbook.match.map((entry) => entry.text),
        }))
      return await Promise.resolve({ runbooks })
    },
  }),
  route({
    path: '/runbooks/stats',
    summary: 'Which runbooks helped, worst first, and the alerts that none caught',
    query: z.object({ days: z.coerce.number().int().min(1).max(MAX_DAYS).default(30) }),
    reply: RunbookStats,
    async handle({ deps, teams, query }) {
      return statsOf(await readStats(deps, query.days, teams))
    },
  }),
]

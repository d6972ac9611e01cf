// Routes of what was decided and done: decisions and the audit.
import * as z from 'zod'
import { listDecisions } from '../../../incidents/decisions.ts'
import type { ApiRoute } from '../index.ts'
import { actorText } from '../present.ts'
import { route } from '../route.ts'
import { Audit, Decision, Limit } from '../schemas.ts'

export const RECORDS: readonly ApiRoute[] = [
  route({
    path: '/decisions',
    summary: 'What was decided where no incident could carry it, newest first',
    query: z.object({ limit: Limit }),
    reply: z.object({ decisions: z.array(Decision) }),
    async handle({ deps, teams, query }) {
      const decisions = await deps.store.transaction((tx) => listDecisions(tx, query.limit, teams))
      return {
        decisions: decisions.map(({ kind, subject, reason, team, count, firstAt, lastAt }) => ({
          kind,
          subject,
          reason,
          team,
          count,
          first_at: firstAt.toISOString(),
          last_at: lastAt.toISOString(),
        })),
      }
    },
  }),
  route({
    path: '/audit',
    summary: 'The hash-chained record of what people and actions did, newest first; for tokens of all teams',
    query: z.object({ limit: Limit }),
    reply: z.object({ audit: z.array(Audit) }),
    async handle({ deps, teams, query }) {
      if (teams !== null) return null
      const rows = await deps.store.db
        .selectFrom('audit')
        .selectAll()
        .orderBy('seq', 'desc')
        .limit(query.limit)
        .execute()
      return {
        audit: rows.map((row) => ({
          seq: row.seq,
          at: row.at.toISOString(),
          actor: actorText(row.actor),
          action: row.action,
          subject: row.subject,
          hash: row.hash,
        })),
      }
    },
  }),
]

// The read routes of /api/v1.
import * as z from 'zod'
import { listDecisions } from '../../incidents/decisions.ts'
import { findByReference, listIncidents } from '../../incidents/repository.ts'
import { readTimeline } from '../../incidents/timeline.ts'
import { readCard } from '../../flow/card.ts'
import type { ApiRoute } from './index.ts'
import { actorText, alertOf, incidentOf, runOf, timelineOf } from './present.ts'
import { Alert, Audit, Decision, Incident, IncidentDetail, Limit, Runbook } from './schemas.ts'

const None = z.object({})
const TIMELINE_SHOWN = 500

/** Ties a handler's query to its schema. */
function route<Q extends z.ZodType>(
  definition: Omit<ApiRoute, 'handle' | 'query'> & {
    query: Q
    handle: (
      call: Omit<Parameters<ApiRoute['handle']>[0], 'query'> & { query: z.infer<Q> },
    ) => Promise<unknown>
  },
): ApiRoute {
  return definition
}

export const ROUTES: readonly ApiRoute[] = [
  route({
    path: '/incidents',
    summary: 'Incidents, newest first',
    query: z.object({
      state: z.enum(['open', 'triggered', 'acknowledged', 'resolved', 'all']).default('open'),
      limit: Limit,
      before: z.coerce.number().int().optional(),
    }),
    reply: z.object({ incidents: z.array(Incident) }),
    async handle({ deps, teams, query }) {
      const states =
        query.state === 'all'
          ? null
          : query.state === 'open'
            ? (['triggered', 'acknowledged'] as const)
            : [query.state]
      const incidents = await deps.store.transaction((tx) =>
        listIncidents(tx, { teams, states, limit: query.limit, before: query.before ?? null }),
      )
      return { incidents: incidents.map(incidentOf) }
    },
  }),
  route({
    path: '/incidents/{id}',
    summary: 'One incident by number or id, with findings, page, actions and timeline',
    query: None,
    reply: IncidentDetail,
    handle: async ({ deps, teams, params }) =>
      await deps.store.transaction(async (tx) => {
        const incident = await findByReference(tx, params['id'] ?? '', teams)
        const card = incident === null ? null : await readCard(tx, deps, incident.id)
        if (incident === null || card === null) return null
        const { page } = card
        return {
          ...incidentOf(incident),
          findings: card.findings,
          page:
            page === null
              ? null
              : {
                  state: page.state,
                  sent_at: page.sentAt?.toISOString() ?? null,
                  last_error: page.lastError,
                },
          actions: card.runs.map(runOf),
          timeline: (await readTimeline(tx, incident.id, TIMELINE_SHOWN)).map(timelineOf),
        }
      }),
  }),
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
  route({
    path: '/runbooks',
    summary: 'The runbooks as loaded now',
    query: None,
    reply: z.object({ runbooks: z.array(Runbook) }),
    async handle({ deps }) {
      const runbooks = [...deps.library().index.byId.values()].map((runbook) => ({
        id: runbook.id,
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

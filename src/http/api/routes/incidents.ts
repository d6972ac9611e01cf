// Routes of incidents: the list, and one with everything that is known of it.
import * as z from 'zod'
import { withoutCharts } from '../../../flow/charts.ts'
import { readCaptures } from '../../../diagnosis/captures.ts'
import { readCard } from '../../../flow/card.ts'
import { findByReference, listIncidents } from '../../../incidents/repository.ts'
import { readTimeline } from '../../../incidents/timeline.ts'
import type { ApiRoute } from '../index.ts'
import { incidentOf, runOf, timelineOf } from '../present.ts'
import { None, route } from '../route.ts'
import { Incident, IncidentDetail, IncidentEvidence, Limit } from '../schemas.ts'

const TIMELINE_SHOWN = 500

export const INCIDENTS: readonly ApiRoute[] = [
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
          // What a picture is drawn from is nobody's contract; the finding says its conclusion.
          findings: withoutCharts(card.findings),
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
    path: '/incidents/{id}/evidence',
    summary: 'Evidence that was captured of one incident before it was gone, oldest first',
    query: None,
    reply: IncidentEvidence,
    handle: async ({ deps, teams, params }) =>
      await deps.store.transaction(async (tx) => {
        const incident = await findByReference(tx, params['id'] ?? '', teams)
        if (incident === null) return null
        const captures = await readCaptures(tx, incident.id)
        return {
          incident: incident.id,
          captures: captures.map(({ occasion, at, files, missing }) => ({
            occasion,
            at: at.toISOString(),
            files: files.map(({ name, title, text, cut }) => ({ name, title, text, cut })),
            missing: [...missing],
          })),
        }
      }),
  }),
]

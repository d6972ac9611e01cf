// Pages on their way out: one attempt a claim, the outbox repeats under the same dedup key until PagerDuty has it (P6).
import { ArrestorError } from '../errors.ts'
import { type PreparedPage, REFUSED, claimPage, settlePage } from '../flow/deliver-page.ts'
import { DESTINATIONS } from '../flow/destinations.ts'
import type { FlowDeps } from '../flow/deps.ts'
import type { Notifier, SendResult } from '../store/outbox.ts'
import { buildAcknowledge, buildResolve, buildTrigger } from './event-model.ts'
import { type EventOutcome, sendEvent } from './events.ts'
import type { Connection } from './transport.ts'
import type { PagerDutyEvent } from './event-model.ts'

export interface PageRoute {
  readonly connection: Connection
  readonly eventsUrl: string
  /** Routing key by team; a credential. */
  readonly routingKeys: ReadonlyMap<string, string>
}

/** PagerDuty's advice for a refusal is "do not retry"; ours is to heal soon after somebody mends the key (P6). */
const REFUSED_RETRY_MS = 60_000

export function pageNotifier(deps: FlowDeps, route: PageRoute): Notifier {
  const told = new Map<string, string>()
  return {
    destination: DESTINATIONS.page,
    mode: 'ordered',
    concurrency: 4,
    leaseMs: 30_000,
    claim: (tx, row, now) => claimPage(tx, row, now),
    async send(prepared) {
      const page = prepared as PreparedPage
      const routingKey = route.routingKeys.get(page.team)
      if (routingKey === undefined)
        return {
          kind: 'retry',
          reason: `${REFUSED}team ${page.team} has no routing key`,
          afterMs: REFUSED_RETRY_MS,
        }
      const outcome = await sendEvent(
        { connection: route.connection, eventsUrl: route.eventsUrl },
        eventOf(deps, page, routingKey),
      )
      return resultOf(deps, told, page, outcome)
    },
    settled: (tx, row, result, now) => settlePage(tx, deps, row, result, now),
  }
}

function eventOf(deps: FlowDeps, page: PreparedPage, routingKey: string): PagerDutyEvent {
  if (page.action === 'acknowledge') return buildAcknowledge(routingKey, page.dedupKey)
  if (page.action === 'resolve') return buildResolve(routingKey, page.dedupKey)
  const { incident } = page
  const { publicUrl } = deps.settings
  return buildTrigger({
    routingKey,
    dedupKey: page.dedupKey,
    summary: `#${incident.number} ${incident.title}`,
    source: incident.run.jobName ?? incident.platform ?? incident.team,
    severity: incident.severity,
    at: incident.openedAt,
    group: incident.team,
    details: {
      incident: incident.number,
      alerts_firing: incident.alertsFiring,
      job: incident.run.jobName,
      run: incident.run.runId,
      runbook: incident.runbookId,
      platform: incident.platform,
    },
    ...(publicUrl === null ? {} : { url: `${publicUrl}/incidents/${incident.id}` }),
  })
}

/** Says a failure once per team, until PagerDuty takes something of that team again. */
function tell(deps: FlowDeps, told: Map<string, string>, team: string, mend: ArrestorError): void {
  if (told.get(team) === mend.message) return
  told.set(team, mend.message)
  deps.logger.error({ code: mend.code, team }, mend.message)
}

function resultOf(
  deps: FlowDeps,
  told: Map<string, string>,
  page: PreparedPage,
  outcome: EventOutcome,
): SendResult {
  switch (outcome.kind) {
    case 'accepted':
      told.delete(page.team)
      return { kind: 'delivered', externalId: outcome.dedupKey }
    case 'rejected': {
      const why = outcome.errors.join('; ')
      tell(deps, told, page.team, new ArrestorError('ARR-402', { team: page.team, why }))
      return { kind: 'retry', reason: `${REFUSED}${why}`, afterMs: REFUSED_RETRY_MS }
    }
    case 'retry': {
      tell(deps, told, page.team, new ArrestorError('ARR-401', { why: outcome.detail }))
      const after = outcome.retryAfterMs === undefined ? {} : { afterMs: outcome.retryAfterMs }
      // A lost reply may have followed an effect; the dedup key makes repeating it harmless.
      if (outcome.reason === 'network' || outcome.reason === 'timeout')
        return { kind: 'unknown', reason: outcome.detail }
      return { kind: 'retry', reason: outcome.detail, ...after }
    }
  }
}

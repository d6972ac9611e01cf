// Delivering pages: the state is read again in the transaction that claims (P5), the result moves the page on (P6).
import { type Incident, SYSTEM } from '../incidents/model.ts'
import { lockIncident, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { stillHolds } from '../escalation/policy.ts'
import { type OutboxRow, type SendResult, append } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { DESTINATIONS, PRIORITY } from './destinations.ts'
import { publish, refOf } from './events.ts'
import { type PagePayload, appendPage } from './pages.ts'

/** A page that was tried this often, or refused, goes out by the second route as well. */
const TRIES_BEFORE_SECOND_ROUTE = 3
/** How a notifier marks a reason that trying again will not change by itself. */
export const REFUSED = 'refused: '

export interface PreparedPage {
  readonly action: PagePayload['action']
  readonly team: string
  readonly dedupKey: string
  readonly incident: Incident
  readonly by: string
}

/** What to send for this row as the incident stands now, or why nothing is sent. */
export async function claimPage(
  tx: Tx,
  row: OutboxRow,
  now: Date,
): Promise<{ send: PreparedPage } | { withdraw: string }> {
  const payload = row.payload as unknown as PagePayload
  const incident = await lockIncident(tx, payload.incidentId)
  const page = await tx
    .selectFrom('pages')
    .selectAll()
    .where('incident_id', '=', payload.incidentId)
    .executeTakeFirst()
  if (incident === null || page === undefined) return { withdraw: 'its incident is gone' }
  if (row.mayHaveHappened && !page.may_have_arrived)
    await tx
      .updateTable('pages')
      .set({ may_have_arrived: true })
      .where('incident_id', '=', incident.id)
      .execute()
  const prepared: PreparedPage = {
    action: payload.action,
    team: incident.team,
    dedupKey: page.dedup_key,
    incident,
    by: payload.by,
  }
  if (payload.action === 'trigger') {
    const verdict = stillHolds(payload, incident.state)
    if (verdict.take) return { send: prepared }
    if (page.state === 'pending' || page.state === 'undelivered')
      await tx
        .updateTable('pages')
        .set({ state: 'withdrawn' })
        .where('incident_id', '=', incident.id)
        .execute()
    await record(
      tx,
      incident.id,
      { kind: 'page_withdrawn', actor: SYSTEM, reason: verdict.reason, data: { step: payload.step } },
      now,
    )
    if (row.mayHaveHappened) await closeAgain(tx, incident, now)
    await requestCards(tx, [await updateIncident(tx, incident, {})], now)
    return { withdraw: verdict.reason }
  }
  const known =
    page.state === 'sent' || page.state === 'acknowledged' || page.may_have_arrived || row.mayHaveHappened
  return known ? { send: prepared } : { withdraw: 'PagerDuty was never asked for a page' }
}

/**
 * A trigger under way when PagerDuty told us of its own resolution opens a new incident there, which nobody would close.
 * Every other resolution is told to PagerDuty anyway, after the trigger.
 */
async function closeAgain(tx: Tx, incident: Incident, now: Date): Promise<void> {
  if (incident.state !== 'resolved' || incident.resolvedBy?.kind !== 'pagerduty') return
  const payload = { incidentId: incident.id, action: 'resolve', step: 0, while: 'unresolved' } as const
  await appendPage(tx, incident, { ...payload, by: SYSTEM.name }, now)
}

/** Records what became of an attempt. */
export async function settlePage(
  tx: Tx,
  deps: FlowDeps,
  row: OutboxRow,
  result: SendResult,
  now: Date,
): Promise<void> {
  const payload = row.payload as unknown as PagePayload
  const incident = await lockIncident(tx, payload.incidentId)
  if (incident === null) return
  deps.metrics.pages.inc({ team: incident.team, outcome: result.kind })
  if (result.kind === 'delivered') {
    const state = ({ trigger: 'sent', acknowledge: 'acknowledged', resolve: 'resolved' } as const)[
      payload.action
    ]
    await tx
      .updateTable('pages')
      .set({
        state,
        last_error: null,
        ...(payload.action === 'trigger' ? { sent_at: now, may_have_arrived: true } : {}),
      })
      .where('incident_id', '=', incident.id)
      .execute()
    if (payload.action === 'trigger')
      await record(
        tx,
        incident.id,
        { kind: 'page_sent', actor: SYSTEM, reason: 'accepted by PagerDuty', data: { step: payload.step } },
        now,
      )
    if (payload.action === 'trigger') await closeAgain(tx, incident, now)
    await requestCards(tx, [await updateIncident(tx, incident, {})], now)
    return
  }
  const mayHaveArrived = result.kind === 'unknown' ? { may_have_arrived: true } : {}
  const before = await tx
    .selectFrom('pages')
    .select('last_error')
    .where('incident_id', '=', incident.id)
    .executeTakeFirst()
  await tx
    .updateTable('pages')
    .set({ last_error: result.reason, ...mayHaveArrived })
    .where('incident_id', '=', incident.id)
    .execute()
  if (payload.action !== 'trigger') return
  // This attempt is not among the row's yet.
  if (row.attempts + 1 >= TRIES_BEFORE_SECOND_ROUTE || result.reason.startsWith(REFUSED))
    return await undelivered(tx, deps, incident, payload, result.reason, now)
  if (before?.last_error !== result.reason)
    await requestCards(tx, [await updateIncident(tx, incident, {})], now, { mayWait: true })
}

async function undelivered(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  page: Pick<PagePayload, 'while'>,
  reason: string,
  now: Date,
): Promise<void> {
  const first = await tx
    .updateTable('pages')
    .set({ state: 'undelivered', second_route_at: now })
    .where('incident_id', '=', incident.id)
    .where('second_route_at', 'is', null)
    .returning('incident_id')
    .executeTakeFirst()
  if (first === undefined) return
  await record(tx, incident.id, { kind: 'page_undelivered', actor: SYSTEM, reason, data: {} }, now)
  const route = deps.settings.teams.get(incident.team)?.secondRoute ?? null
  const how =
    route === null
      ? 'the team has no second route'
      : route.kind === 'slack'
        ? `posted in ${route.channel}`
        : 'sent to the team’s webhook'
  await record(tx, incident.id, { kind: 'second_route', actor: SYSTEM, reason: how, data: {} }, now)
  if (route?.kind === 'slack')
    await append(tx, {
      destination: DESTINATIONS.secondRouteSlack,
      subject: incident.id,
      priority: PRIORITY.page,
      payload: { incidentId: incident.id, channel: route.channel, why: reason, while: page.while },
      now,
    })
  await publish(
    tx,
    deps.settings,
    'page.undelivered.v1',
    incident,
    { incident: refOf(incident), route: 'pagerduty', why: reason, at: now.toISOString() },
    now,
  )
  await requestCards(tx, [await updateIncident(tx, incident, {})], now)
}

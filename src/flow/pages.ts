// Pages: asking PagerDuty for somebody, and letting it follow what happens here. Ordered rows, one dedup key an incident.
import { dedupKeyOf } from '../escalation/dedup-key.ts'
import type { Actor, Incident } from '../incidents/model.ts'
import { record } from '../incidents/timeline.ts'
import { SYSTEM } from '../incidents/model.ts'
import { append } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { DESTINATIONS, PRIORITY } from './destinations.ts'
import type { Settings } from './settings.ts'

export interface PagePayload {
  readonly incidentId: string
  readonly action: 'trigger' | 'acknowledge' | 'resolve'
  readonly step: number
  readonly while: 'unacknowledged' | 'unresolved'
  readonly by: string
}

/** Asks for a page; when the team has no way out, says so on the timeline instead (P13). */
export async function requestPage(
  tx: Tx,
  settings: Settings,
  incident: Incident,
  step: { index: number; while: 'unacknowledged' | 'unresolved' },
  now: Date,
): Promise<void> {
  if (settings.teams.get(incident.team)?.pages !== true) {
    const reason = 'the team has no PagerDuty routing key'
    await record(
      tx,
      incident.id,
      { kind: 'page_withdrawn', actor: SYSTEM, reason, data: { step: step.index } },
      now,
    )
    return
  }
  await tx
    .insertInto('pages')
    .values({
      incident_id: incident.id,
      route: incident.team,
      dedup_key: dedupKeyOf(incident.team, incident.id),
      state: 'pending',
      step: step.index,
      requested_at: now,
    })
    .onConflict((oc) =>
      oc.columns(['incident_id', 'route']).doUpdateSet((eb) => ({
        step: step.index,
        // An earlier page that was taken back must not stand for this one.
        state: eb
          .case()
          .when('pages.state', '=', 'withdrawn')
          .then(eb.cast<'pending'>(eb.val('pending'), 'text'))
          .else(eb.ref('pages.state'))
          .end(),
      })),
    )
    .execute()
  await appendPage(
    tx,
    incident,
    { incidentId: incident.id, action: 'trigger', step: step.index, while: step.while, by: 'Arrestor' },
    now,
  )
  await record(
    tx,
    incident.id,
    { kind: 'page_requested', actor: SYSTEM, reason: 'step_due', data: { step: step.index } },
    now,
  )
}

/** Lets PagerDuty follow an acknowledgement or a resolution, if it was ever asked for a page. */
export async function followPage(
  tx: Tx,
  incident: Incident,
  action: 'acknowledge' | 'resolve',
  by: Actor,
  now: Date,
): Promise<void> {
  if (by.kind === 'pagerduty') return
  const page = await tx
    .selectFrom('pages')
    .select('state')
    .where('incident_id', '=', incident.id)
    .executeTakeFirst()
  if (page === undefined || page.state === 'resolved') return
  await appendPage(
    tx,
    incident,
    { incidentId: incident.id, action, step: 0, while: 'unresolved', by: by.name },
    now,
  )
}

/** Appends one event for PagerDuty after all earlier ones of its incident. */
export async function appendPage(tx: Tx, incident: Incident, payload: PagePayload, now: Date): Promise<void> {
  await append(tx, {
    destination: DESTINATIONS.page,
    subject: incident.id,
    priority: PRIORITY.page,
    payload: { ...payload },
    now,
  })
}

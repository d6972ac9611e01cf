// Publishing versioned events: one ordered outbox row each, for whoever subscribes (outgoing webhooks).
import { EVENTS, type EventOf, type EventType } from '../incidents/events.ts'
import type { Incident } from '../incidents/model.ts'
import { append } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { DESTINATIONS, PRIORITY } from './destinations.ts'
import type { Settings } from './settings.ts'

/** Appends an event in the transaction that made it true. The schema is checked, so that a published version cannot drift. */
export async function publish<T extends EventType>(
  tx: Tx,
  settings: Settings,
  type: T,
  incident: Incident,
  event: EventOf<T>,
  now: Date,
): Promise<void> {
  if (!settings.subscribed.has(incident.team)) return
  const data = EVENTS[type].parse(event)
  await append(tx, {
    destination: DESTINATIONS.event,
    subject: incident.id,
    priority: PRIORITY.edit,
    payload: { type, team: incident.team, data, at: now.toISOString() },
    now,
  })
}

/** How every event names its incident. */
export function refOf(incident: Incident): {
  id: string
  number: number
  team: string
  title: string
  severity: string
} {
  return {
    id: incident.id,
    number: incident.number,
    team: incident.team,
    title: incident.title,
    severity: incident.severity,
  }
}

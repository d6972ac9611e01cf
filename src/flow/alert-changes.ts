// What a batch of alerts changes on its incidents: figures, timeline entries, decisions on what it did not change. Pure.
import type { OwnedAlert } from '../alerts/fold.ts'
import { type Severity, worse } from '../alerts/model.ts'
import type { Decision } from '../incidents/decisions.ts'
import type { Actor, Incident } from '../incidents/model.ts'
import type { AlertDelta } from '../incidents/open.ts'
import type { NewEntry } from '../incidents/timeline.ts'
import type { Planned } from './open-incident.ts'

/** An alert that is new to the incident that it goes to. */
export interface Joining {
  readonly owned: OwnedAlert
  readonly incident: Incident
}

interface Change {
  readonly delta: AlertDelta
  readonly joined: number
  readonly ended: number
  readonly firstName: string | null
}

/** By incident, what joins it and what ends on it. */
export function sumChanges(
  joined: readonly Joining[],
  ended: readonly { incidentId: string | null }[],
): ReadonlyMap<string, Change> {
  const changes = new Map<
    string,
    { joined: number; ended: number; severity: Severity | null; firstName: string | null }
  >()
  const of = (
    id: string,
  ): { joined: number; ended: number; severity: Severity | null; firstName: string | null } => {
    const found = changes.get(id) ?? { joined: 0, ended: 0, severity: null, firstName: null }
    changes.set(id, found)
    return found
  }
  for (const { owned, incident } of joined) {
    const change = of(incident.id)
    change.joined += 1
    change.severity =
      change.severity === null ? owned.alert.severity : worse(change.severity, owned.alert.severity)
    change.firstName ??= owned.alert.name
  }
  for (const instance of ended) if (instance.incidentId !== null) of(instance.incidentId).ended += 1
  return new Map(
    [...changes].map(([id, change]) => [
      id,
      {
        delta: {
          incidentId: id,
          total: change.joined,
          firing: change.joined - change.ended,
          severity: change.severity,
        },
        joined: change.joined,
        ended: change.ended,
        firstName: change.firstName,
      },
    ]),
  )
}

/** One entry a kind and incident, however many alerts there were: repeats are counted (P11). */
export function timelineOf(
  incidents: readonly Incident[],
  changes: ReadonlyMap<string, Change>,
  opened: ReadonlyMap<string, Planned>,
): { incidentId: string; entry: NewEntry }[] {
  const entries: { incidentId: string; entry: NewEntry }[] = []
  for (const incident of incidents) {
    const change = changes.get(incident.id)
    if (change === undefined) continue
    const actor = sourceActor(incident.source)
    const plan = opened.get(incident.id)
    if (plan !== undefined)
      entries.push({
        incidentId: incident.id,
        entry: {
          kind: 'opened',
          actor,
          reason: plan.reason,
          data: { alert: change.firstName, routed: plan.routed },
        },
      })
    const others = change.joined - (plan === undefined ? 0 : 1)
    if (others > 0)
      entries.push({
        incidentId: incident.id,
        entry: {
          kind: 'alerts_joined',
          actor,
          reason: 'same_key',
          data: { first: change.firstName },
          count: others,
        },
      })
    if (change.ended > 0)
      entries.push({
        incidentId: incident.id,
        entry: { kind: 'alerts_resolved', actor, reason: 'source', count: change.ended },
      })
  }
  return entries
}

/** Alerts that were older than what is known of them. */
export function ignoredDecisions(ignored: readonly { owned: OwnedAlert; reason: string }[]): Decision[] {
  return ignored.map(({ owned, reason }) => ({
    kind: 'alert_ignored',
    subject: `${owned.alert.source}/${owned.alert.fingerprint}`,
    reason,
    team: owned.team,
    data: { alert: owned.alert.name, starts_at: owned.alert.startsAt.toISOString() },
  }))
}

/** The source that spoke, as the actor of what it caused. */
export function sourceActor(source: string): Actor {
  return { kind: 'source', name: source }
}

// What people do: acknowledge, resolve. Each press is authorised here and leaves its mark; a press that does nothing says why (P8).
import { decideAll } from '../incidents/decisions.ts'
import type { Actor, Incident } from '../incidents/model.ts'
import { findByReference, lockIncident } from '../incidents/repository.ts'
import { decide } from '../incidents/state.ts'
import { record } from '../incidents/timeline.ts'
import { type Role, mayDo } from '../remediation/roles.ts'
import type { Tx } from '../store/store.ts'
import { cardPlace } from './card-place.ts'
import type { FlowDeps } from './deps.ts'
import { acknowledgeLocked, resolveLocked } from './settle.ts'

export type Person = Extract<Actor, { kind: 'person' }>

/** Where a press came from: the message that carried the button. Null for a typed command or the API. */
export interface Origin {
  readonly channel: string
  readonly messageTs: string
}

export type Pressed =
  | { readonly kind: 'done'; readonly sentence: string; readonly incident: Incident }
  | { readonly kind: 'already'; readonly sentence: string }
  | { readonly kind: 'refused'; readonly sentence: string }
  /** Answers that do not do, by input; nothing was done, and they may be mended. */
  | { readonly kind: 'invalid'; readonly sentence: string; readonly errors: Readonly<Record<string, string>> }

type Refused = Extract<Pressed, { kind: 'refused' }>

export const GONE = 'That incident does not exist here. Nothing was done.'
/** To whoever presses a button on anything but the card we know. */
export const FOREIGN =
  'This is not the incident’s card any more; use the newest one, or /spark. Nothing was done.'

/** Acknowledges an incident: stops the ladder's `unacknowledged` steps and lets PagerDuty follow. */
export async function acknowledge(
  deps: FlowDeps,
  incidentId: string,
  person: Person,
  origin: Origin | null,
): Promise<Pressed> {
  return await command(deps, incidentId, person, origin, 'acknowledge')
}

/** Resolves an incident. */
export async function resolve(
  deps: FlowDeps,
  incidentId: string,
  person: Person,
  origin: Origin | null,
): Promise<Pressed> {
  return await command(deps, incidentId, person, origin, 'resolve')
}

async function command(
  deps: FlowDeps,
  incidentId: string,
  person: Person,
  origin: Origin | null,
  what: 'acknowledge' | 'resolve',
): Promise<Pressed> {
  const press = { name: what, label: what === 'acknowledge' ? 'Acknowledge' : 'Resolve' }
  return await pressing(deps, incidentId, person, press, async ({ tx, incident, now, no }) => {
    if (await isForeign(tx, incident, origin)) return await no(FOREIGN)
    const transition = decide(incident, what)
    if (transition.kind !== 'moved')
      return transition.kind === 'already'
        ? { kind: 'already', sentence: transition.sentence }
        : { kind: 'refused', sentence: transition.sentence }
    const changed =
      what === 'acknowledge'
        ? await acknowledgeLocked(tx, deps, incident, person, now)
        : await resolveLocked(tx, deps, incident, person, 'person', now)
    return {
      kind: 'done',
      sentence: `${what === 'acknowledge' ? 'Acknowledged' : 'Resolved'} #${incident.number}: ${incident.title}`,
      incident: changed,
    }
  })
}

/** An incident whose row is locked for a person who may press on it. */
export interface Pressing {
  readonly tx: Tx
  readonly incident: Incident
  readonly now: Date
  /** Says no, and leaves that on the timeline. */
  readonly no: (sentence: string) => Promise<Refused>
}

/**
 * What the presses of responders share: the role, asked before the transaction; the lock; the permission, told by the
 * press's `label`; the count under its `name`. `work` runs in the transaction.
 */
export async function pressing(
  deps: FlowDeps,
  incidentId: string,
  person: Person,
  { name, label }: { readonly name: string; readonly label: string },
  work: (pressing: Pressing) => Promise<Pressed>,
): Promise<Pressed> {
  const role = await roleFor(deps, incidentId, person)
  if (role === null) return await unknownThing(deps, incidentId, person, GONE)
  const pressed = await deps.store.transaction(async (tx): Promise<Pressed> => {
    const now = deps.clock.now()
    const incident = await lockIncident(tx, incidentId)
    if (incident === null) return { kind: 'refused', sentence: GONE }
    const no = (sentence: string): Promise<Refused> => refuse(tx, incident, person, name, sentence, now)
    const permission = mayDo(role, 'responder', label, incident.team)
    return permission.may ? await work({ tx, incident, now, no }) : await no(permission.sentence)
  })
  finish(deps, name, pressed)
  return pressed
}

/** The incident somebody means by `42`, `#42` or an id, among all teams; null when there is none. */
export async function incidentByReference(deps: FlowDeps, reference: string): Promise<Incident | null> {
  return await deps.store.transaction((tx) => findByReference(tx, reference, null))
}

/** What this person is to the incident's team, null when there is no such incident. Asked outside any transaction: the answer may come from Slack. */
export async function roleFor(deps: FlowDeps, incidentId: string, person: Person): Promise<Role | null> {
  const row = await deps.store.db
    .selectFrom('incidents')
    .select('team')
    .where('id', '=', incidentId)
    .executeTakeFirst()
  if (row === undefined) return null
  const team = deps.settings.teams.get(row.team)
  return team === undefined ? 'viewer' : await deps.directory.roleOf(team, person.id)
}

/** A button counts only on the card we know: not on a copy, a late twin or another channel's message. */
export async function isForeign(tx: Tx, incident: Incident, origin: Origin | null): Promise<boolean> {
  if (origin === null) return false
  const known = await cardPlace(tx, incident.id)
  return known !== null && known !== `${origin.channel}/${origin.messageTs}`
}

/** Says no, and leaves that on the timeline. */
export async function refuse(
  tx: Tx,
  incident: Incident,
  person: Person,
  press: string,
  sentence: string,
  now: Date,
): Promise<Refused> {
  await record(
    tx,
    incident.id,
    { kind: 'press_refused', actor: person, reason: sentence, data: { press } },
    now,
  )
  return { kind: 'refused', sentence }
}

/** A press that names nothing we know: no incident can carry it, so it stands among the decisions. */
export async function unknownThing(
  deps: FlowDeps,
  subject: string,
  person: Person,
  sentence: string,
): Promise<Refused> {
  const data = { person: person.id }
  const decision = {
    kind: 'press_refused',
    subject,
    reason: 'names nothing that is known here',
    team: null,
    data,
  } as const
  await deps.store.transaction((tx) => decideAll(tx, [decision], deps.clock.now()))
  return { kind: 'refused', sentence }
}

/** Counts a press. */
export function finish(deps: FlowDeps, press: string, pressed: Pressed): void {
  deps.metrics.presses.inc({ press, outcome: pressed.kind })
}

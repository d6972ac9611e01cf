// A person wants an action: what they are asked for first, their answers held against the offer, the run requested (P8).
import { newId } from '../incidents/id.ts'
import type { Incident } from '../incidents/model.ts'
import { findIncident, lockIncident, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { consequenceOf } from '../remediation/action.ts'
import { type ActionRun, requestRun, runInFlight } from '../remediation/action-runs.ts'
import { audit } from '../remediation/audit.ts'
import { type RawInputs, readInputs, recordable } from '../remediation/inputs.ts'
import { type Offer, findOffer, withdrawOffer } from '../remediation/offers.ts'
import { onPlatform } from '../remediation/on-platform.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { type Role, mayDo } from '../remediation/roles.ts'
import type { Params } from '../runbooks/model.ts'
import { parseParams } from '../runbooks/render-params.ts'
import { schedule } from '../store/due.ts'
import { enqueue } from '../store/jobs.ts'
import type { Tx } from '../store/store.ts'
import { underWay } from './act-with.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { namesOf } from './diagnosis-view.ts'
import { DUE, JOBS } from './destinations.ts'
import {
  FOREIGN,
  GONE,
  type Origin,
  type Person,
  type Pressed,
  finish,
  isForeign,
  refuse,
  roleFor,
  unknownThing,
} from './press.ts'

/** A requested action whose job has not begun by then (its retries take about a minute) has failed. */
const START_MS = 120_000
const UNKNOWN_BUTTON = 'This button is not known here. Nothing was done.'

/** What an offer asks for before it can run. */
export interface ActionForm {
  readonly offer: Offer
  readonly incident: Incident
  readonly consequence: string
  readonly danger: boolean
}

export type Asked =
  { readonly kind: 'ask'; readonly form: ActionForm } | Extract<Pressed, { kind: 'refused' }>

/** The form of an offer, to one who may fill it in; refused as the press itself would be. */
export async function askForInputs(
  deps: FlowDeps,
  offerId: string,
  person: Person,
  origin: Origin | null,
): Promise<Asked> {
  const asked = await withOffer(
    deps,
    offerId,
    person,
    origin,
    async (tx, incident, offer): Promise<Asked> => {
      const action = ACTIONS.get(offer.action)
      const lookup = await namesOf(tx, deps, incident)
      const consequence = action === undefined ? '' : consequenceOf(onPlatform(action, lookup), offer, lookup)
      return { kind: 'ask', form: { offer, incident, consequence, danger: action?.danger ?? true } }
    },
  )
  if (asked.kind === 'refused') finish(deps, 'ask', asked)
  return asked
}

/**
 * Requests the action an offer stands for, with a person's answers where it asks for some: null is a press without any.
 * The run itself starts after the commit, under its own checks.
 */
export async function requestAction(
  deps: FlowDeps,
  offerId: string,
  person: Person,
  origin: Origin | null,
  inputs: RawInputs | null = null,
): Promise<Pressed> {
  const pressed = await withOffer<Pressed>(
    deps,
    offerId,
    person,
    origin,
    async (tx, incident, offer, now) => {
      const completed = complete(offer, inputs)
      if (completed.kind === 'invalid') return completed
      if (completed.kind === 'refused')
        return await refuse(tx, incident, person, offer.action, completed.sentence, now)
      return await request(tx, incident, offer, completed.params, person, now)
    },
  )
  finish(deps, 'action', pressed)
  return pressed
}

type Completed =
  { readonly kind: 'complete'; readonly params: Params } | Extract<Pressed, { kind: 'refused' | 'invalid' }>

/** The offer's parameters with a person's answers over them, or what is wrong with those. */
function complete(offer: Offer, inputs: RawInputs | null): Completed {
  const asks = Object.keys(offer.inputs).length > 0
  if (asks && inputs === null)
    return {
      kind: 'refused',
      sentence: `${offer.title} asks for more first: press its button on the card. Nothing was done.`,
    }
  const read = readInputs(offer.inputs, inputs ?? {})
  if (!read.ok) return invalid(offer, read.errors)
  const params = { ...offer.params, ...read.values }
  const action = ACTIONS.get(offer.action)
  if (action === undefined)
    return { kind: 'refused', sentence: `${offer.title} is not known to this version. Nothing was done.` }
  // What a template gave as text may stand for a number; what a person gave has its type already.
  const fromRunbook = new Set(Object.keys(offer.params).filter((name) => !Object.hasOwn(read.values, name)))
  const parsed = parseParams(action.params, params, fromRunbook)
  if (parsed.ok) return { kind: 'complete', params: parsed.params }
  const errors = parsed.problems.map(({ path, message }) => [path.split('.')[0] ?? '', sentence(message)])
  return invalid(offer, Object.fromEntries(errors) as Record<string, string>)
}

function invalid(offer: Offer, errors: Readonly<Record<string, string>>): Completed {
  const said = Object.entries(errors).map(([name, error]) =>
    // What concerns no one parameter, such as names that the action does not take, has no name in front.
    name === '' ? error : `${offer.inputs[name]?.label ?? name}: ${error}`,
  )
  const sentence = `${offer.title} cannot run so. ${said.slice(0, 5).join(' ')} Nothing was done.`
  // What no field of the form can mend is a plain refusal.
  return Object.keys(errors).every((name) => Object.hasOwn(offer.inputs, name))
    ? { kind: 'invalid', sentence, errors }
    : { kind: 'refused', sentence }
}

const sentence = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`

/** Runs `then` on the locked incident and its offer if this person may press it here and now; else refuses. */
async function withOffer<T>(
  deps: FlowDeps,
  offerId: string,
  person: Person,
  origin: Origin | null,
  then: (tx: Tx, incident: Incident, offer: Offer, now: Date) => Promise<T>,
): Promise<T | Extract<Pressed, { kind: 'refused' }>> {
  const offered = await deps.store.transaction((tx) => findOffer(tx, offerId))
  if (offered === null) return await unknownThing(deps, offerId, person, UNKNOWN_BUTTON)
  const role = await roleFor(deps, offered.incidentId, person)
  return await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const incident = await lockIncident(tx, offered.incidentId)
    const offer = await findOffer(tx, offerId)
    if (incident === null || offer === null) return { kind: 'refused' as const, sentence: GONE }
    const why = await whyNot(tx, incident, offer, role ?? 'viewer', origin)
    if (why !== null) return await refuse(tx, incident, person, offer.action, why, now)
    return await then(tx, incident, offer, now)
  })
}

async function whyNot(
  tx: Tx,
  incident: Incident,
  offer: Offer,
  role: Role,
  origin: Origin | null,
): Promise<string | null> {
  const permission = mayDo(role, offer.requires, offer.title, incident.team)
  if (!permission.may) return permission.sentence
  if (await isForeign(tx, incident, origin)) return FOREIGN
  if (offer.withdrawnAt !== null)
    return `This button is out of date: ${offer.withdrawnReason ?? 'it was withdrawn'}. Nothing was done.`
  if (incident.state === 'resolved') return `Incident #${incident.number} is resolved. Nothing was done.`
  return null
}

/** Where the buttons are that settle it; one team's incidents are none of another's. */
async function onWhichCard(tx: Tx, { team }: Incident, { incidentId }: ActionRun): Promise<string> {
  const held = await findIncident(tx, incidentId)
  return held?.team === team ? `, on the card of #${held.number}` : ''
}

async function request(
  tx: Tx,
  incident: Incident,
  offer: Offer,
  params: Params,
  person: Person,
  now: Date,
): Promise<Pressed> {
  const under = await underWay(tx, offer)
  if (under !== null) return await refuse(tx, incident, person, offer.action, under, now)
  const run = await requestRun(tx, newId('act', now), offer, person, now, params)
  if (run === null) {
    const holder = await runInFlight(tx, offer.target)
    const state =
      holder?.state === 'unknown'
        ? `ended without an answer and must be settled first${await onWhichCard(tx, incident, holder)}`
        : 'is already in flight'
    const by = holder === null ? '' : ` (requested by ${holder.requestedBy.name})`
    return await refuse(
      tx,
      incident,
      person,
      offer.action,
      `An action on ${offer.target} ${state}${by}. Nothing was done.`,
      now,
    )
  }
  await withdrawOffer(tx, offer.id, `it was used by ${person.name}`, now)
  // Should its job never start, the target is not held for ever.
  await schedule(tx, {
    kind: DUE.actionLease,
    subject: run.id,
    dueAt: new Date(now.getTime() + START_MS),
    data: { fence: run.fence },
  })
  const asked = Object.keys(params).length === 0 ? {} : { params: recordable(params) }
  await record(
    tx,
    incident.id,
    {
      kind: 'action_requested',
      actor: person,
      reason: offer.action,
      data: { target: offer.target, run: run.id, ...asked },
    },
    now,
  )
  await audit(
    tx,
    {
      actor: person,
      action: 'action.requested',
      subject: run.id,
      data: { action: offer.action, target: offer.target, incident: incident.id, ...asked },
    },
    now,
  )
  await enqueue(tx, JOBS.act, { actionRunId: run.id })
  const changed = await updateIncident(tx, incident, {})
  await requestCards(tx, [changed], now)
  return { kind: 'done', sentence: `${offer.title}: ${offer.target} is on its way.`, incident: changed }
}

// From the actions of a runbook's sections to the buttons that a card may show: what each aims at, and who may press it. Pure.
import type { ActionStep, Params } from '../runbooks/model.ts'
import type { SectionView } from '../runbooks/sections.ts'
import type { Action, OfferContext } from './action.ts'
import type { Lookup } from './caution.ts'
import type { OfferInputs } from './inputs.ts'
import { prepare, takes } from './prepare.ts'
import { ACTIONS } from './registry.ts'
import { type Role, required } from './roles.ts'

export interface PlannedOffer {
  readonly step: ActionStep
  readonly action: Action
  readonly target: string
  readonly title: string
  /** The highest of the action's floor, the operator's, the runbook's wish, and what is known of it asks for. */
  readonly requires: Role
  /** Templates filled in; of a button that asks for more, as far as the runbook gives them. */
  readonly params: Params
  /** What a person is asked for first. */
  readonly inputs: OfferInputs
}

/**
 * In the order of the runbook; one for each action and target, none without a target or with parameters that cannot be
 * filled in. Without `lookup` templates know the facts alone.
 */
export function plannedOffers(
  views: readonly SectionView[],
  incident: OfferContext & { readonly lookup?: Lookup },
  floors: ReadonlyMap<string, Role>,
  actions: ReadonlyMap<string, Action> = ACTIONS,
): PlannedOffer[] {
  const { facts } = incident
  const lookup = incident.lookup ?? ((name) => (Object.hasOwn(facts, name) ? facts[name] : undefined))
  const planned: PlannedOffer[] = []
  for (const offered of views.flatMap((view) => view.offered)) {
    const { step, use } = offered
    const action = actions.get(use)
    const target = action?.target(incident) ?? null
    if (action === undefined || target === null) continue
    if (planned.some((one) => one.action === action && one.target === target)) continue
    const prepared = prepare(action, offered, lookup)
    if (!prepared.ok) continue
    const { inputs } = prepared
    const params = action.needs === null ? action.fix(prepared.params, incident) : prepared.params
    // What is fixed comes from outside: a button whose parameters the action refuses could never work.
    if (params === null || !takes(action, params, inputs)) continue
    const requires = [floors.get(use) ?? null, step.requires, prepared.requires].reduce<Role>(
      required,
      action.floor,
    )
    planned.push({ step, action, target, title: action.title, requires, params, inputs })
  }
  return planned
}

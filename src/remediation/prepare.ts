// An action of a runbook made ready: its parameters filled in, its questions worked out, or why that cannot be. Pure.
import type { Params } from '../runbooks/model.ts'
import { clauseOf, holeIn, parseParams, renderParams } from '../runbooks/render-params.ts'
import type { OfferedAction, SectionView } from '../runbooks/sections.ts'
import type { Action } from './action.ts'
import { type OfferInputs, offerInputs } from './inputs.ts'
import { ACTIONS } from './registry.ts'

/** Answers a name of a template, undefined where it has no value. */
export type Lookup = (name: string) => string | undefined

/** An action that may be offered, or the sentence why it is withheld although its section applies. */
export type Prepared =
  | { readonly ok: true; readonly params: Params; readonly inputs: OfferInputs }
  | { readonly ok: false; readonly says: string }

/**
 * Fills in parameters and defaults. What a schema says of the parameters is known here only where nobody is asked for
 * more: answers win over them, and may complete them.
 */
export function prepare(
  action: Pick<Action, 'params' | 'destinations'>,
  offered: OfferedAction,
  lookup: Lookup,
): Prepared {
  const rendered = renderParams(offered.params, action.destinations ?? {}, lookup)
  const hole = holeIn(rendered)
  if (hole !== null) return { ok: false, says: `Withheld: ${hole}.` }
  const inputs = offerInputs(offered.step.inputs, lookup)
  if (Object.keys(inputs).length > 0) return { ok: true, params: rendered.params, inputs }
  const parsed = parseParams(action.params, rendered.params, rendered.sole)
  if (!parsed.ok)
    return { ok: false, says: `Withheld: its parameters are not usable (${clauseOf(parsed.problems)}).` }
  return { ok: true, params: parsed.params, inputs }
}

/** Actions whose section may apply and that are not offered all the same, each with the sentence why. */
export function withheldIn(
  views: readonly SectionView[],
  lookup: Lookup,
  actions: ReadonlyMap<string, Action> = ACTIONS,
): readonly { readonly title: string; readonly says: string }[] {
  return views.flatMap((view) => [
    ...view.withheld
      .filter((withheld) => withheld.reason !== 'hidden')
      .map(({ step, says }) => ({ title: actions.get(step.use)?.title ?? step.heading, says })),
    ...view.offered.flatMap((offered) => {
      const action = actions.get(offered.use)
      const prepared = action === undefined ? null : prepare(action, offered, lookup)
      return action === undefined || prepared === null || prepared.ok
        ? []
        : [{ title: action.title, says: prepared.says }]
    }),
  ])
}

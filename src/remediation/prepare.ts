// An action of a runbook made ready: its parameters filled in, its questions worked out, or why that cannot be. Pure.
import type { Params } from '../runbooks/model.ts'
import {
  type RenderedParams,
  clauseOf,
  holeIn,
  parseParams,
  renderParams,
} from '../runbooks/render-params.ts'
import type { OfferedAction, SectionView } from '../runbooks/sections.ts'
import type { Action } from './action.ts'
import { type Lookup, judge } from './caution.ts'
import { type OfferInputs, offerInputs } from './inputs.ts'
import { ACTIONS } from './registry.ts'
import type { Role } from './roles.ts'

/** An action that may be offered, or the sentence why it is withheld although its section applies. */
export type Prepared =
  | {
      readonly ok: true
      readonly params: Params
      readonly inputs: OfferInputs
      /** The least role for what is known of it; null where that adds nothing. */
      readonly requires: Role | null
    }
  | { readonly ok: false; readonly says: string }

/**
 * Judges by what is known, then fills in parameters and defaults, and holds them against the action's schema: wholly where nobody is asked for more;
 * else as far as answers, which win over them and may complete them, change nothing of it.
 */
export function prepare(
  action: Pick<Action, 'params' | 'destinations' | 'caution'>,
  offered: OfferedAction,
  lookup: Lookup,
): Prepared {
  const judgement = judge(action.caution, lookup)
  if (judgement.kind === 'withheld') return { ok: false, says: judgement.says }
  const rendered = renderParams(offered.params, action.destinations ?? {}, lookup)
  const hole = holeIn(rendered)
  if (hole !== null) return { ok: false, says: `Withheld: ${hole}.` }
  const inputs = offerInputs(offered.step.inputs, lookup)
  const asks = Object.keys(inputs).length > 0
  const parsed = asks
    ? withoutAnswers(action.params, rendered, inputs)
    : parseParams(action.params, rendered.params, rendered.sole)
  if (!parsed.ok)
    return { ok: false, says: `Withheld: its parameters are not usable (${clauseOf(parsed.problems)}).` }
  return { ok: true, params: parsed.params, inputs, requires: judgement.requires }
}

/** Whether the action takes these parameters, as far as they are given before the answers to its questions. */
export function takes(action: Pick<Action, 'params'>, params: Params, inputs: OfferInputs): boolean {
  return Object.keys(inputs).length > 0
    ? withoutAnswers(action.params, { params, sole: new Set() }, inputs).ok
    : action.params.safeParse(params).success
}

type WithoutAnswers =
  | { readonly ok: true; readonly params: Params }
  | { readonly ok: false; readonly problems: { readonly path: string; readonly message: string }[] }

/** What no answer can mend: names that the action does not take, and what is wrong with parameters that stay. */
function withoutAnswers(
  schema: Action['params'],
  { params, sole }: Pick<RenderedParams, 'params' | 'sole'>,
  inputs: OfferInputs,
): WithoutAnswers {
  const proposed = Object.entries(inputs).map(([name, input]) => [name, input.default ?? ''])
  const parsed = schema.safeParse({ ...params, ...(Object.fromEntries(proposed) as Params) })
  const problems = (parsed.error?.issues ?? []).flatMap(({ code, path, message }) => {
    const name = String(path[0] ?? '')
    // Conditions among several (`custom`) depend on the answers too; text of a sole name may stand for a number.
    const stays = name !== '' && code !== 'custom' && !Object.hasOwn(inputs, name) && !sole.has(name)
    return stays || (name === '' && code === 'unrecognized_keys') ? [{ path: path.join('.'), message }] : []
  })
  return problems.length > 0 ? { ok: false, problems } : { ok: true, params }
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

// What an action is told when it runs, and again whenever somebody looks whether it worked.
import type { Run } from '../alerts/model.ts'
import { clauseOf, parseParams } from '../runbooks/render-params.ts'
import type { ActionRun } from './action-runs.ts'
import type { Action } from './action.ts'

export interface Order {
  /** Stable over repeats: the idempotency key for who takes one. */
  readonly id: string
  readonly target: string
  /** As the action's schema gives them. */
  readonly params: unknown
  /** The run that the incident is about. */
  readonly run: Run
  readonly requestedAt: Date
  /** What the platform said it has made, once it has answered. */
  readonly made: string | null
  /** What earlier orders for the same target have made, the last one first. */
  readonly earlier: readonly string[]
}

export type OrderRead =
  { readonly ok: true; readonly order: Order } | { readonly ok: false; readonly problem: string }

/** The order of a run of an action. Not ok where its parameters, perhaps of another version, are none that it takes. */
export function orderOf(
  action: Pick<Action, 'params'>,
  actionRun: ActionRun,
  run: Run,
  earlier: readonly string[] = [],
): OrderRead {
  const params = parseParams(action.params, actionRun.params)
  if (!params.ok)
    return { ok: false, problem: `its parameters are not usable (${clauseOf(params.problems)})` }
  const { id, target, requestedAt, made } = actionRun
  return { ok: true, order: { id, target, params: params.data, run, requestedAt, made, earlier } }
}

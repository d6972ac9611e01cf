// The extension point for actions: what one does to Spark, what it aims at, and how it is known to have worked.
import * as z from 'zod'
import type { Run } from '../alerts/model.ts'
import type { PlatformReader, PlatformWriter, WriteCapability, WriteOutcome } from '../ports.ts'
import type { Destinations } from '../runbooks/render-params.ts'
import type { Order } from './order.ts'
import { type Caution, type Lookup, judge } from './caution.ts'
import type { Role } from './roles.ts'

export interface ActionContext {
  readonly run: Run
  /** Outputs of the incident's probes as `<probe id>.<output>`. */
  readonly facts: Readonly<Record<string, string>>
}

/** How the world looks after an action: `waiting` means ask again until the time is up. */
export type Verification =
  | { readonly kind: 'verified'; readonly detail: string }
  | { readonly kind: 'waiting'; readonly detail: string }
  | { readonly kind: 'contradicted'; readonly detail: string }

/** For actions that take no parameters. */
export const NO_PARAMS = z.strictObject({})

export interface Action {
  /** For example `spark.kill-application`. */
  readonly id: string
  /** The button, in title case: a specific verb. */
  readonly title: string
  /** What the confirm dialog says will happen; `{target}` is filled. */
  readonly consequence: string
  readonly danger: boolean
  /** Processes end with it, and what only they could tell: evidence is captured before. */
  readonly endsEvidence?: boolean
  readonly needs: WriteCapability
  /** The least role that may run it, whatever the runbook says. */
  readonly floor: Role
  /**
   * What it takes beside its target: from the runbook, and from the person asked for `inputs`, who wins. Held against
   * this before a run is requested and again before it is executed. `NO_PARAMS` for none.
   */
  readonly params: z.ZodType
  /** Where parameters with templates go, which decides how values are escaped; plain text unless said. */
  readonly destinations?: Destinations
  /** What it is judged by before it is offered, and once more before it runs. Absent: nothing. */
  readonly caution?: Caution
  /** What one execution aims at, as a stable name; null when the incident does not say (then it is not offered). */
  target(context: ActionContext): string | null
  execute(order: Order, writer: PlatformWriter, signal: AbortSignal): Promise<WriteOutcome>
  /** Looks whether it worked; also settles an execution whose reply was lost. */
  verify(order: Order, reader: PlatformReader, signal: AbortSignal): Promise<Verification>
}

/** The consequence of an action for this target, in full, and what its caution says of what is known. */
export function consequenceOf(
  action: Pick<Action, 'consequence' | 'caution'>,
  target: string,
  lookup: Lookup,
): string {
  const consequence = action.consequence.replaceAll('{target}', () => target)
  const judgement = judge(action.caution, lookup)
  return judgement.says === null ? consequence : `${consequence} ${judgement.says}`
}

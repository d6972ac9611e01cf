// The extension point for actions: what one does to Spark, what it aims at, and how it is known to have worked.
import * as z from 'zod'
import type { Run } from '../alerts/model.ts'
import { redact } from '../alerts/redact.ts'
import { safeReference } from '../alerts/reference.ts'
import type { Deployment } from '../incidents/deployments.ts'
import type { PlatformReader, PlatformWriter, WriteCapability, WriteOutcome } from '../ports.ts'
import type { Params } from '../runbooks/model.ts'
import type { Destinations } from '../runbooks/render-params.ts'
import type { Order } from './order.ts'
import { type Caution, type Lookup, judge } from './caution.ts'
import type { RequestType } from './requests.ts'
import type { Role } from './roles.ts'

export interface ActionContext {
  readonly team: string
  readonly run: Run
  /** Outputs of the incident's probes as `<probe id>.<output>`. */
  readonly facts: Readonly<Record<string, string>>
}

/** What else is known where an action is offered. */
export interface OfferContext extends ActionContext {
  /** Webhooks that serve the team, by name, in the order of arrestor.yml. */
  readonly webhooks: readonly string[]
  /** Deploy markers that speak of the run's job. */
  readonly deployments: readonly Deployment[]
}

/**
 * How the world looks after an action: `waiting` means ask again until the time is up, `contradicted` that it was done
 * and ended badly.
 */
export type Verification =
  | { readonly kind: 'verified'; readonly detail: string }
  | { readonly kind: 'waiting'; readonly detail: string }
  | { readonly kind: 'contradicted'; readonly detail: string }

/** For actions that take no parameters. */
export const NO_PARAMS = z.strictObject({})

/** What every action says of itself, whatever it acts with. */
interface ActionBase {
  /** For example `spark.kill-application`. */
  readonly id: string
  /** The button, in title case: a specific verb. */
  readonly title: string
  /** What the confirm dialog says will happen; `{target}` is filled, and `{name}` of a parameter that is in `unsaid`. */
  readonly consequence: string
  /** Words of the consequence for parameters that have no value. */
  readonly unsaid?: Readonly<Record<string, string>>
  /** What is to be said beside it of what is known; null for nothing. */
  adds?(lookup: Lookup): string | null
  readonly danger: boolean
  /** Processes end with it, and what only they could tell: evidence is captured before. */
  readonly endsEvidence?: boolean
  /** Another on the same target would go a step further: it waits until this one is verified, or the time for that is up. */
  readonly untilVerified?: boolean
  /** The least role that may run it, whatever the runbook says. */
  readonly floor: Role
  /**
   * What it takes beside its target: from the runbook, and from the person asked for `inputs`, who wins. Held against
   * this before a run is requested and again before it is executed. `NO_PARAMS` for none.
   */
  readonly params: z.ZodType
  /** Where parameters with templates go, which decides how values are escaped; plain text unless said. */
  readonly destinations?: Destinations
  /** The same by kind of platform, where it does another thing there. */
  readonly consequenceOn?: Readonly<Record<string, string>>
  /** Its caution sees what an earlier one has led to: one that has shown does not stand in the way of another. */
  readonly repeatable?: boolean
  /** What it is judged by before it is offered, and once more before it runs. Absent: nothing. */
  readonly caution?: Caution
  /** What one execution aims at, as a stable name; null when the incident does not say (then it is not offered). */
  target(context: ActionContext): string | null
}

/** Acts on the incident's platform. */
export interface PlatformAction extends ActionBase {
  readonly needs: WriteCapability
  execute(order: Order, writer: PlatformWriter, signal: AbortSignal): Promise<WriteOutcome>
  /** Looks whether it worked; also settles an execution whose reply was lost. */
  verify(order: Order, reader: PlatformReader, signal: AbortSignal): Promise<Verification>
}

/** What an action that asks a deployment pipeline acts with, and looks at. */
export interface Pipeline {
  /** Deploy markers that speak of the run's job, those that came last among them. */
  deployments(): Promise<readonly Deployment[]>
  /** Those of them that came since the button was offered. */
  news(): Promise<readonly Deployment[]>
  /** Sends one request by this webhook, with what is known of incident, run and person. */
  send(webhook: string, request: PipelineRequest, signal: AbortSignal): Promise<WriteOutcome>
}

/** What the action itself has to say to a pipeline. */
export interface PipelineRequest {
  readonly type: RequestType
  readonly data: Readonly<Record<string, unknown>>
}

/** Asks a deployment pipeline by a webhook of the operator's; no platform takes part. */
export interface WebhookAction extends ActionBase {
  readonly needs: null
  /**
   * What an offer fixes beside the runbook's parameters, so that what is confirmed is what will be asked for; null where
   * nobody could be asked. Pure.
   */
  fix(params: Params, context: OfferContext): Params | null
  execute(order: Order, pipeline: Pipeline, signal: AbortSignal): Promise<WriteOutcome>
  /** Looks whether it worked; also settles an execution whose reply was lost. */
  verify(order: Order, pipeline: Pipeline, signal: AbortSignal): Promise<Verification>
}

export type Action = PlatformAction | WebhookAction

/** So much of one value stands in a consequence: its beginning, and what tells two apart, such as a digest. */
const MAX_VALUE = 60
const MAX_HEAD = 24

/** What is known that must be said beside what an action does; null for nothing. */
export function warningOf(
  { adds, caution }: Pick<Action, 'adds' | 'caution'>,
  lookup: Lookup,
): string | null {
  const said = [adds?.(lookup) ?? null, judge(caution, lookup).says].filter((one) => one !== null)
  return said.length === 0 ? null : said.join(' ')
}

/** The consequence of an action for this target, in full, and at its end the warning. */
export function consequenceOf(
  action: Pick<Action, 'consequence' | 'unsaid' | 'adds' | 'caution'>,
  { target, params }: { readonly target: string; readonly params: Params },
  lookup: Lookup,
): string {
  const { consequence, unsaid = {} } = action
  // In one pass: what is filled in may have braces of its own.
  const whole = consequence.replaceAll(/\{(\w+)\}/g, (hole, name: string) => {
    if (name === 'target') return target
    if (!Object.hasOwn(unsaid, name)) return hole
    const value = params[name]
    return typeof value === 'string' ? shortened(safeReference(value, redact)) : (unsaid[name] ?? hole)
  })
  const warning = warningOf(action, lookup)
  return warning === null ? whole : `${whole} ${warning}`
}

function shortened(value: string): string {
  if (value.length <= MAX_VALUE) return value
  return `${value.slice(0, MAX_HEAD)}…${value.slice(MAX_HEAD + 1 - MAX_VALUE)}`.toWellFormed()
}

// Which sections of a runbook apply to what is known, and which of their actions may be offered.
import type * as z from 'zod'
import { valueOf, type Facts } from './facts.ts'
import type { ActionStep, Params, Runbook, Section } from './model.ts'
import { onPlatform } from './on-platform.ts'

export type SectionState = 'shown' | 'hidden' | 'undecided'

/** A platform as far as buttons need it. */
export interface PlatformView {
  readonly name: string
  readonly kind: string
  /** What may be asked of it, for example `application.kill`. */
  readonly capabilities: ReadonlySet<string>
}

/** What must be known of an action to decide whether it can be offered; the registry of actions fits. */
export interface ActionSpec {
  /** The capability that it needs of the platform; null: it needs none, and a webhook in its place. */
  readonly needs: string | null
  /** The general name that it stands for, such as `run.rerun`. */
  readonly resolves?: string
  readonly params?: z.ZodType
  /** The least role that may run it, whatever runbook and operator say. */
  readonly floor?: string
}

export const WITHHELD_REASONS = [
  'hidden',
  'undecided',
  'no_platform',
  'unknown_action',
  'no_capability',
  'no_webhook',
] as const
export type WithheldReason = (typeof WITHHELD_REASONS)[number]

export interface OfferedAction {
  readonly step: ActionStep
  /** The action that will run, after overrides and `run.*`. */
  readonly use: string
  readonly params: Params
}

export interface WithheldAction {
  readonly step: ActionStep
  readonly reason: WithheldReason
  /** One sentence for people. */
  readonly says: string
}

export interface SectionView {
  readonly section: Section
  readonly state: SectionState
  /** Why it is hidden or undecided, null when shown. */
  readonly says: string | null
  readonly offered: readonly OfferedAction[]
  readonly withheld: readonly WithheldAction[]
}

function stateOf(section: Section, facts: Facts): { state: SectionState; says: string | null } {
  const unknown: string[] = []
  for (const matcher of section.when?.flatMap((entry) => entry.matchers) ?? []) {
    const actual = valueOf(facts, matcher)
    if (actual === null) unknown.push(matcher.name)
    else if (!matcher.holds(actual)) {
      const is = actual === '' ? `${matcher.name} is empty` : `${matcher.name} is ${actual}`
      return { state: 'hidden', says: `Does not apply: ${is}, and this needs ${matcher.text}.` }
    }
  }
  if (unknown.length === 0) return { state: 'shown', says: null }
  const names = [...new Set(unknown)].join(', ')
  return { state: 'undecided', says: `May or may not apply: ${names} is not known.` }
}

function allows(platform: PlatformView | null, { needs }: ActionSpec): boolean {
  return needs !== null && platform?.capabilities.has(needs) === true
}

/** The action behind a name: itself, or for `run.*` the first that stands for it and that the platform can do. */
export function resolveUse(
  use: string,
  platform: PlatformView | null,
  actions: ReadonlyMap<string, ActionSpec>,
): { readonly use: string; readonly spec: ActionSpec } | null {
  const spec = actions.get(use)
  if (spec !== undefined) return { use, spec }
  for (const [id, candidate] of actions)
    if (candidate.resolves === use && allows(platform, candidate)) return { use: id, spec: candidate }
  return null
}

/** Why no webhook takes what this step asks for, or null: the one that it names, else any at all. */
function noWebhook(params: Params, webhooks: ReadonlySet<string>): string | null {
  const named = params['webhook']
  if (typeof named === 'string' && !webhooks.has(named))
    return `No webhook ${named} is configured for this team: it stands under rollback.webhooks in arrestor.yml.`
  return webhooks.size > 0
    ? null
    : 'No webhook is configured for this team: give it one under rollback.webhooks in arrestor.yml.'
}

function judge(
  step: ActionStep,
  section: { state: SectionState; says: string | null },
  platform: PlatformView | null,
  webhooks: ReadonlySet<string>,
  actions: ReadonlyMap<string, ActionSpec>,
): OfferedAction | WithheldAction {
  const withhold = (reason: WithheldReason, says: string): WithheldAction => ({ step, reason, says })
  if (section.state !== 'shown') return withhold(section.state, section.says ?? '')
  const { use, params } = platform === null ? step : onPlatform(step, platform)
  if (actions.get(use)?.needs === null) {
    const says = noWebhook(params, webhooks)
    return says === null ? { step, use, params } : withhold('no_webhook', says)
  }
  if (platform === null) return withhold('no_platform', 'No configured platform is known for this alert.')
  const resolved = resolveUse(use, platform, actions)
  if (resolved === null) return withhold('unknown_action', `${platform.name} has no action ${use}.`)
  if (!allows(platform, resolved.spec))
    return withhold('no_capability', `${platform.name} does not allow ${resolved.spec.needs}.`)
  return { step, use: resolved.use, params }
}

/**
 * Every section in order, with its state and its actions. `when` governs the sections below its heading too: hidden
 * wins over undecided, undecided over shown. An action is offered only where all is known and the platform can do it, or
 * one of the team's webhooks where it needs no platform.
 */
export function viewSections(
  runbook: Pick<Runbook, 'sections'>,
  facts: Facts,
  platform: PlatformView | null,
  actions: ReadonlyMap<string, ActionSpec>,
  webhooks: ReadonlySet<string> = new Set(),
): readonly SectionView[] {
  const states: { state: SectionState; says: string | null }[] = []
  return runbook.sections.map((section) => {
    const own = stateOf(section, facts)
    const above = section.parent === null ? undefined : states[section.parent]
    const governed =
      above === undefined || above.state === 'shown' || own.state === 'hidden'
        ? own
        : above.state === 'hidden' || own.state === 'shown'
          ? above
          : own
    states.push(governed)
    const judged = section.actions.map((step) => judge(step, governed, platform, webhooks, actions))
    return {
      section,
      ...governed,
      offered: judged.filter((action): action is OfferedAction => 'use' in action),
      withheld: judged.filter((action): action is WithheldAction => 'reason' in action),
    }
  })
}

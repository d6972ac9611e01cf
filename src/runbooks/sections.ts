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
  /** The capability that it needs of the platform. */
  readonly needs: string
  /** The general name that it stands for, such as `run.rerun`. */
  readonly resolves?: string
  readonly params?: z.ZodType
  /** The least role that may run it, whatever runbook and operator say. */
  readonly floor?: string
}

export type WithheldReason = 'hidden' | 'undecided' | 'no_platform' | 'unknown_action' | 'no_capability'

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

/** The action behind a name: itself, or for `run.*` the first that stands for it and that the platform can do. */
export function resolveUse(
  use: string,
  platform: PlatformView | null,
  actions: ReadonlyMap<string, ActionSpec>,
): { readonly use: string; readonly spec: ActionSpec } | null {
  const spec = actions.get(use)
  if (spec !== undefined) return { use, spec }
  for (const [id, candidate] of actions)
    if (candidate.resolves === use && platform?.capabilities.has(candidate.needs) === true)
      return { use: id, spec: candidate }
  return null
}

function judge(
  step: ActionStep,
  section: { state: SectionState; says: string | null },
  platform: PlatformView | null,
  actions: ReadonlyMap<string, ActionSpec>,
): OfferedAction | WithheldAction {
  const withhold = (reason: WithheldReason, says: string): WithheldAction => ({ step, reason, says })
  if (section.state !== 'shown') return withhold(section.state, section.says ?? '')
  if (platform === null) return withhold('no_platform', 'No configured platform is known for this alert.')
  const { use, params } = onPlatform(step, platform)
  const resolved = resolveUse(use, platform, actions)
  if (resolved === null) return withhold('unknown_action', `${platform.name} has no action ${use}.`)
  if (!platform.capabilities.has(resolved.spec.needs))
    return withhold('no_capability', `${platform.name} does not allow ${resolved.spec.needs}.`)
  return { step, use: resolved.use, params }
}

/**
 * Every section in order, with its state and its actions. `when` governs the sections below its heading too: hidden
 * wins over undecided, undecided over shown. An action is offered only where all is known and the platform can do it.
 */
export function viewSections(
  runbook: Pick<Runbook, 'sections'>,
  facts: Facts,
  platform: PlatformView | null,
  actions: ReadonlyMap<string, ActionSpec>,
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
    const judged = section.actions.map((step) => judge(step, governed, platform, actions))
    return {
      section,
      ...governed,
      offered: judged.filter((action): action is OfferedAction => 'use' in action),
      withheld: judged.filter((action): action is WithheldAction => 'reason' in action),
    }
  })
}

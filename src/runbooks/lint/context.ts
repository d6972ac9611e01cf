// Runbooks held against an arrestor.yml: teams, policies, platforms, and the operator's floors.
import type { Catalogue } from '../catalogue.ts'
import { actionsOf, probesOf, type ActionStep, type ProbeStep, type Problem, type Runbook } from '../model.ts'
import { suggestion } from '../nearest.ts'
import { placesIn, type Places } from './places.ts'
import { collect, type Say } from './report.ts'
import { actionsBehind, variantsOf } from './steps.ts'

/** A configured platform as far as lint needs it. */
export interface LintPlatform {
  readonly name: string
  readonly kind: string
  /** What its reader can answer. */
  readonly reads: ReadonlySet<string>
  /** What the configuration allows to do to it. */
  readonly actions: ReadonlySet<string>
}

/** What an arrestor.yml says; no secrets are needed for it. */
export interface LintConfig {
  readonly teams: readonly string[]
  readonly policies: readonly string[]
  readonly platforms: readonly LintPlatform[]
  /** Every kind of platform that there is, configured or not. */
  readonly kinds: readonly string[]
  /** The operator's floor by action id. */
  readonly floors: ReadonlyMap<string, string>
  /** Names of the webhooks that actions may send. */
  readonly webhooks: readonly string[]
}

/** What is not looked at without a configuration. */
export const NEEDS_CONFIG = [
  'owners',
  'escalation policies',
  'platforms and what they offer',
  'floors of actions',
  'webhooks',
]

/** Who keeps the shipped library true: no team of anybody's, in every installation. */
const SHIPPED = 'arrestor'

/** From the least powerful on. */
const ROLES = ['viewer', 'responder', 'commander']

/** Owner, policy and platforms of one runbook. */
export function checkContext(runbook: Runbook, catalogue: Catalogue, config: LintConfig): Problem[] {
  const places = placesIn(runbook)
  return collect(runbook.file, (say) => {
    const { owner, escalation } = runbook
    if (owner !== SHIPPED && !config.teams.includes(owner))
      say(
        'unknown-owner',
        places.front(['owner']),
        `"${owner}" is no team of arrestor.yml`,
        suggestion(owner, config.teams),
      )
    if (escalation !== null && !config.policies.includes(escalation))
      say(
        'unknown-policy',
        places.front(['escalation']),
        `there is no escalation policy "${escalation}"`,
        suggestion(escalation, config.policies),
      )
    for (const step of [...probesOf(runbook), ...actionsOf(runbook)]) {
      checkOn(step, config, places, say)
      checkOffered(step, catalogue, config, places, say)
      checkWebhook(step, catalogue, config, places, say)
    }
  })
}

function checkOn(step: ProbeStep | ActionStep, config: LintConfig, places: Places, say: Say): void {
  const known = [...config.platforms.map(({ name }) => name), ...config.kinds]
  for (const name of Object.keys(step.on))
    if (!known.includes(name))
      say(
        'unknown-platform',
        places.key(step, ['on'], name),
        `"${name}" is neither a platform of arrestor.yml nor a kind of platform`,
        suggestion(name, known),
      )
}

/** Whether any configured platform offers what a step needs there, overrides and `run.*` resolved. */
function checkOffered(
  step: ProbeStep | ActionStep,
  catalogue: Catalogue,
  { platforms }: LintConfig,
  places: Places,
  say: Say,
): void {
  const isAction = 'verify' in step
  const lacking = new Set<string>()
  for (const platform of platforms) {
    const over = step.on[platform.name] ?? step.on[platform.kind]
    const use = over?.use ?? step.use
    // What a webhook takes needs no platform; whether one is configured is looked at elsewhere.
    if (isAction && catalogue.actions.get(use)?.needs === null) continue
    const ways = isAction
      ? actionsBehind(use, catalogue).map((id) => [catalogue.actions.get(id)?.needs ?? ''])
      : [catalogue.probes.get(use)?.needs ?? []]
    const offers = isAction ? platform.actions : platform.reads
    // A name that nobody has is said to be one elsewhere.
    if (ways.length === 0 || ways.some((needs) => needs.every((need) => offers.has(need)))) return
    for (const need of ways.flat()) if (!offers.has(need)) lacking.add(need)
  }
  if (lacking.size > 0)
    say(
      'no-platform',
      places.step(step, ['use']),
      `no configured platform offers ${[...lacking].join(', ')}: ${isAction ? 'there will be no button' : 'this is never looked at'}`,
      isAction
        ? 'Allow it to a platform in arrestor.yml (actions), or leave it out.'
        : 'Configure a platform that has it, or leave it out.',
    )
}

/** Whether a webhook is configured for an action that asks a pipeline, under the name that it gives. */
function checkWebhook(
  step: ProbeStep | ActionStep,
  { actions }: Catalogue,
  { webhooks }: LintConfig,
  places: Places,
  say: Say,
): void {
  for (const { use, params, path } of variantsOf(step)) {
    if (!('verify' in step) || actions.get(use)?.needs !== null) continue
    const named = params['webhook']
    const name = typeof named === 'string' ? named : null
    if (name === null ? webhooks.length > 0 : webhooks.includes(name)) continue
    say(
      'no-webhook',
      places.step(step, path),
      name === null
        ? 'no webhook is configured: there will be no button'
        : `there is no webhook "${name}": there will be no button`,
      (name === null ? null : suggestion(name, webhooks)) ??
        'Configure one under rollback.webhooks in arrestor.yml, or leave it out.',
    )
  }
}

/** An action that asks for less than its floor; `floors` are the operator's, none without a configuration. */
export function checkFloors(
  runbook: Runbook,
  catalogue: Catalogue,
  floors: ReadonlyMap<string, string>,
): Problem[] {
  const places = placesIn(runbook)
  return collect(runbook.file, (say) => {
    for (const step of actionsOf(runbook)) {
      if (step.requires === null) continue
      const wish = ROLES.indexOf(step.requires)
      const uses = new Set(variantsOf(step).flatMap(({ use }) => actionsBehind(use, catalogue)))
      for (const use of uses) {
        const own = ROLES.indexOf(catalogue.actions.get(use)?.floor ?? 'viewer')
        const operator = ROLES.indexOf(floors.get(use) ?? 'viewer')
        const floor = ROLES[Math.max(own, operator)] ?? 'viewer'
        if (wish < ROLES.indexOf(floor))
          say(
            'floor',
            places.step(step, ['requires']),
            `requires: ${step.requires} cannot lower the floor of ${use}, which ${operator >= own ? 'arrestor.yml' : 'the action itself'} sets: a ${floor} will be asked for`,
            `Write requires: ${floor}, or leave it out.`,
          )
      }
    }
  })
}

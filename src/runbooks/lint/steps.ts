// Probes and actions that do not exist, parameters and defaults that do not fit, actions without verification.
import type * as z from 'zod'
import type { Catalogue } from '../catalogue.ts'
import { keysAt } from '../keys-at.ts'
import {
  actionsOf,
  probesOf,
  type ActionInput,
  type ActionStep,
  type Params,
  type ProbeStep,
  type Problem,
  type Runbook,
} from '../model.ts'
import { suggestion } from '../nearest.ts'
import { onPlatform } from '../on-platform.ts'
import { placesIn, type Places } from './places.ts'
import { collect, type Say } from './report.ts'

type Step = ProbeStep | ActionStep

/** One way to carry a step out: its own, or a platform's override. */
interface Variant {
  /** The platform's name or kind; null for the step's own. */
  readonly platform: string | null
  readonly use: string
  readonly params: Params
  /** Where the `use` stands. */
  readonly path: readonly string[]
}

/** A step's own way first, then each override with its parameters over the step's. */
export function variantsOf(step: Step): readonly Variant[] {
  return [
    { platform: null, use: step.use, params: step.params, path: ['use'] },
    ...Object.entries(step.on).map(([platform, over]) => ({
      platform,
      ...onPlatform(step, { name: platform, kind: platform }),
      path: over.use === null ? ['on', platform] : ['on', platform, 'use'],
    })),
  ]
}

/** The actions behind a name: itself, or for `run.*` all that stand for it. */
export function actionsBehind(use: string, { actions }: Catalogue): readonly string[] {
  if (actions.has(use)) return [use]
  return [...actions].filter(([, spec]) => spec.resolves === use).map(([id]) => id)
}

/** Everything about steps that the catalogue alone decides. */
export function checkSteps(runbook: Runbook, catalogue: Catalogue): Problem[] {
  const places = placesIn(runbook)
  return collect(runbook.file, (say) => {
    for (const step of probesOf(runbook)) checkProbe(step, catalogue, places, say)
    for (const step of actionsOf(runbook)) checkAction(step, catalogue, places, say)
  })
}

function checkProbe(step: ProbeStep, { probes }: Catalogue, places: Places, say: Say): void {
  for (const variant of variantsOf(step)) {
    const { use, platform, path } = variant
    if (platform !== null && step.on[platform]?.use === null && !probes.has(use)) continue
    if (!probes.has(use))
      say(
        'unknown-probe',
        places.step(step, path),
        `there is no probe "${use}"`,
        suggestion(use, [...probes.keys()]),
      )
    checkParams(step, variant, [probes.get(use)?.params], places, say)
  }
}

function checkAction(step: ActionStep, catalogue: Catalogue, places: Places, say: Say): void {
  const { actions } = catalogue
  for (const variant of variantsOf(step)) {
    const { use, platform, path } = variant
    const behind = actionsBehind(use, catalogue)
    if (behind.length === 0) {
      if (platform !== null && step.on[platform]?.use === null) continue
      const known = new Set(
        [...actions].flatMap(([id, { resolves }]) => [id, ...(resolves === undefined ? [] : [resolves])]),
      )
      say(
        'unknown-action',
        places.step(step, path),
        `there is no action "${use}"`,
        suggestion(use, [...known]),
      )
    }
    checkParams(
      step,
      variant,
      behind.map((id) => actions.get(id)?.params),
      places,
      say,
    )
  }
  for (const [name, input] of Object.entries(step.inputs)) {
    const wrong = wrongDefault(input)
    if (wrong !== null)
      say(
        'input-default',
        places.step(step, ['inputs', name, 'default']),
        `the default of ${name} ${wrong}`,
        'Give what a person could give, or leave it out.',
      )
  }
  if (step.verify === null)
    say(
      'no-verify',
      places.step(step, []),
      `action ${step.id} is never verified`,
      'Give it verify: { within: 60s }, so that people learn whether it worked.',
    )
}

/** Says what no schema takes; where several actions stand behind a name, one that takes it is enough. */
function checkParams(
  step: Step,
  { use, platform, params }: Variant,
  schemas: readonly (z.ZodType | undefined)[],
  places: Places,
  say: Say,
): void {
  // What a person is asked for goes over the runbook's own; here it stands for whatever they will say.
  const inputs = 'inputs' in step ? Object.keys(step.inputs) : []
  const given = { ...Object.fromEntries(inputs.map((name) => [name, null])), ...params }
  let told: (() => void)[] = []
  for (const schema of schemas) {
    const issues = (schema?.safeParse(given).error?.issues ?? []).filter(
      ({ path }) => !isTemplate(params, path) && !inputs.includes(String(path[0])),
    )
    if (schema === undefined || issues.length === 0) return
    if (told.length === 0) told = issues.flatMap((issue) => issueTold(issue, schema))
  }
  for (const tell of told) tell()

  function issueTold(issue: z.core.$ZodIssue, schema: z.ZodType): (() => void)[] {
    const over = platform === null ? undefined : step.on[platform]
    const isOwn = (key: PropertyKey | undefined): boolean =>
      over !== undefined && key !== undefined && Object.hasOwn(over.params, String(key))
    // What an override only inherits has been said of the step itself, unless it goes to another probe or action.
    const isSaid = (key: PropertyKey | undefined): boolean => over?.use === null && !isOwn(key)
    const around = (key: PropertyKey | undefined): string[] =>
      platform !== null && isOwn(key) ? ['on', platform] : []
    const [head] = issue.path
    if (issue.code === 'unrecognized_keys')
      return issue.keys
        .filter((key) => !isSaid(head ?? key))
        .map((key) => () => {
          const isInput = head === undefined && !Object.hasOwn(params, key)
          say(
            'params',
            places.key(step, isInput ? ['inputs'] : [...around(head ?? key), ...issue.path], key),
            `${use} has no parameter "${[...issue.path.map(String), key].join('.')}"`,
            suggestion(key, keysAt(schema, issue.path)),
          )
        })
    if (isSaid(head)) return []
    const path = [...around(head), ...issue.path]
    const where = issue.path.map(String).join('.')
    return [
      () =>
        say(
          'params',
          places.step(step, path),
          `${where === '' ? `the parameters of ${use}` : where}: ${issue.message}`,
          `${use} takes: ${keysAt(schema, []).join(', ')}.`,
        ),
    ]
  }
}

/** A template's value is only known when it is filled; its type cannot be checked here. */
function isTemplate(params: Params, path: readonly PropertyKey[]): boolean {
  let value: unknown = params
  for (const step of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
  return path.length > 0 && typeof value === 'string' && value.includes('{{')
}

/** What is wrong with a default, or null. */
function wrongDefault({ type, min, max, choices, default: value }: ActionInput): string | null {
  if (value === null || (typeof value === 'string' && value.includes('{{'))) return null
  if (type === 'choice') return choices.includes(String(value)) ? null : `is none of ${choices.join(', ')}`
  const wanted = type === 'integer' ? 'number' : type
  if (typeof value !== wanted) return `is no ${type}`
  if (typeof value === 'string') {
    if (min !== null && value.length < min) return `is shorter than min (${min})`
    return max !== null && value.length > max ? `is longer than max (${max})` : null
  }
  if (typeof value !== 'number') return null
  if (type === 'integer' && !Number.isInteger(value)) return 'is no integer'
  if (min !== null && value < min) return `is less than min (${min})`
  return max !== null && value > max ? `is more than max (${max})` : null
}

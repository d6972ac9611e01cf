// Steps of a draft as the YAML blocks they were: parameters kept, references to probes that did not run left out.
import { stringify } from 'yaml'
import type { ActionInput, ActionStep, ParamValue, ProbeStep } from '../model.ts'
import { parseTemplate } from '../template.ts'
import { fenced } from './inert.ts'
import type { DraftAction } from './source.ts'

/** YAML on as many lines as it has keys; long text is not folded, so that a template stays in one piece. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, schema: 'core' })
}

type Loose = Record<string, unknown>

/** Whether all probes that templates inside speak of are in the draft. */
function isKnown(value: unknown, probes: ReadonlySet<string>): boolean {
  if (typeof value === 'object' && value !== null)
    return Object.values(value).every((inner) => isKnown(inner, probes))
  if (typeof value !== 'string') return true
  const template = parseTemplate(value)
  return (
    template.ok && template.names.every((name) => !name.includes('.') || probes.has(name.split('.')[0] ?? ''))
  )
}

function known(params: Readonly<Record<string, ParamValue>>, probes: ReadonlySet<string>): Loose {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => isKnown(value, probes)))
}

function overrides(step: ProbeStep | ActionStep, probes: ReadonlySet<string>): Loose {
  const entries = Object.entries(step.on).map(([platform, { use, params }]) => [
    platform,
    { ...(use === null ? {} : { use }), ...known(params, probes) },
  ])
  return entries.length === 0 ? {} : { on: Object.fromEntries(entries) as Loose }
}

/** A probe's block. */
export function probeBlock(step: ProbeStep, probes: ReadonlySet<string>): string {
  const block = {
    id: step.id,
    use: step.use,
    ...known(step.params, probes),
    ...overrides(step, probes),
    ...(step.grade === null ? {} : { grade: step.grade }),
    ...(step.says === null || !isKnown(step.says, probes) ? {} : { says: step.says }),
    ...(step.chart ? { chart: true } : {}),
  }
  return fenced('yaml probe', yaml(block))
}

function inputOf(input: ActionInput, probes: ReadonlySet<string>): Loose {
  const { type, label, min, max, choices } = input
  return {
    type,
    ...(label === null ? {} : { label }),
    ...(min === null ? {} : { min }),
    ...(max === null ? {} : { max }),
    ...(choices.length === 0 ? {} : { choices }),
    ...(input.default === null || !isKnown(input.default, probes) ? {} : { default: input.default }),
  }
}

/** What an action that was never verified is given: without it nobody learns whether it worked. */
const VERIFY_MS = 60_000

/** An action's block under `id`, with what it needed when it was pressed. */
export function actionBlock(action: DraftAction, id: string, probes: ReadonlySet<string>): string {
  const { step } = action
  const within = action.verifyMs ?? VERIFY_MS
  const inputs = Object.entries(step?.inputs ?? {}).map(([name, input]) => [name, inputOf(input, probes)])
  const block = {
    id,
    use: step?.use ?? action.use,
    ...(step === null ? {} : { ...known(step.params, probes), ...overrides(step, probes) }),
    ...(inputs.length === 0 ? {} : { inputs: Object.fromEntries(inputs) as Loose }),
    requires: action.requires,
    verify: { within: within % 1000 === 0 ? `${within / 1000}s` : `${within}ms` },
  }
  return fenced('yaml action', yaml(block))
}

// The executable blocks of a runbook, from YAML to steps: parameters apart from own keys, templates checked.
import type {
  ActionStep,
  MatchEntry,
  Params,
  ParamValue,
  PlatformOverride,
  ProbeStep,
  Problem,
} from './model.ts'
import { parseMatchers } from './matchers.ts'
import { ACTION_KEYS, PROBE_KEYS, actionSchema, probeSchema, whenSchema } from './schema.ts'
import { parseTemplate } from './template.ts'
import { readBlock, type Block, type BlockSource } from './yaml-block.ts'

export interface Place {
  readonly heading: string
  readonly prose: string
  /** Line of the block's fence. */
  readonly line: number
}

type Result<T> = { readonly value: T | null; readonly problems: readonly Problem[] }
type Loose = Readonly<Record<string, unknown>>

function paramsOf(data: Loose, own: readonly string[]): Params {
  return Object.fromEntries(
    Object.entries(data).filter(([key]) => !own.includes(key)) as [string, ParamValue][],
  )
}

function overridesOf(on: Readonly<Record<string, Loose>>): Readonly<Record<string, PlatformOverride>> {
  return Object.fromEntries(
    Object.entries(on).map(([platform, data]) => [
      platform,
      { use: typeof data['use'] === 'string' ? data['use'] : null, params: paramsOf(data, ['use']) },
    ]),
  )
}

/** Complains of every string under `value` that is no template. */
function templateProblems(block: Block<unknown>, value: unknown, path: readonly PropertyKey[]): Problem[] {
  if (typeof value === 'string') {
    const template = parseTemplate(value)
    return template.ok
      ? []
      : [block.problemAt(path, 'template', template.message, 'Use {{ name }} of a label or an output.')]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    templateProblems(block, inner, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

/** A `probe` block. */
export function readProbe(source: BlockSource, place: Place): Result<ProbeStep> {
  const block = readBlock(source, probeSchema, PROBE_KEYS)
  if (block.value === null) return { value: null, problems: block.problems }
  const { id, use, on, grade, says, chart } = block.value
  const step: ProbeStep = {
    ...place,
    id,
    use,
    on: overridesOf(on),
    params: paramsOf(block.value, PROBE_KEYS),
    grade:
      grade === undefined
        ? null
        : Object.fromEntries(Object.entries(grade).filter(([, value]) => value !== undefined)),
    says: says ?? null,
    chart,
  }
  const problems = [
    ...templateProblems(block, step.params, []),
    ...templateProblems(block, on, ['on']),
    ...templateProblems(block, step.says, ['says']),
  ]
  return { value: step, problems }
}

/** An `action` block. */
export function readAction(source: BlockSource, place: Place): Result<ActionStep> {
  const block = readBlock(source, actionSchema, ACTION_KEYS)
  if (block.value === null) return { value: null, problems: block.problems }
  const { id, use, on, inputs, requires, verify } = block.value
  const step: ActionStep = {
    ...place,
    id,
    use,
    on: overridesOf(on),
    params: paramsOf(block.value, ACTION_KEYS),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [
        name,
        {
          type: input.type,
          label: input.label ?? null,
          min: input.min ?? null,
          max: input.max ?? null,
          choices: input.choices,
          default: input.default ?? null,
        },
      ]),
    ),
    requires: requires ?? null,
    verify: verify === undefined ? null : { withinMs: verify.within },
  }
  const problems = [
    ...templateProblems(block, step.params, []),
    ...templateProblems(block, on, ['on']),
    ...Object.entries(inputs).flatMap(([name, input]) =>
      templateProblems(block, input.default, ['inputs', name, 'default']),
    ),
  ]
  return { value: step, problems }
}

/** Entries of matchers at `path` in a block, each with its line. */
export function readEntries(
  block: Block<unknown>,
  entries: readonly string[],
  path: readonly PropertyKey[],
): Result<MatchEntry[]> {
  const problems: Problem[] = []
  const value: MatchEntry[] = []
  for (const [i, text] of entries.entries()) {
    const at = [...path, i]
    const parsed = parseMatchers(text)
    if (!parsed.ok)
      problems.push(
        block.problemAt(
          at,
          'matcher',
          `${parsed.message} in ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`,
          parsed.message.includes('pattern')
            ? 'Patterns are RE2: no look-around, no references back, at most 1,000 characters.'
            : 'Write it as name="value", with =, !=, =~ or !~.',
          parsed.offset,
        ),
      )
    else if (parsed.value.length === 0)
      problems.push(
        block.problemAt(at, 'matcher', 'an entry without matchers', 'Name what must hold, or remove it.'),
      )
    else value.push({ text, matchers: parsed.value, line: block.lineAt(at) })
  }
  return { value, problems }
}

/** A `when` block. */
export function readWhen(source: BlockSource): Result<MatchEntry[]> {
  const block = readBlock(source, whenSchema)
  if (block.value === null) return { value: null, problems: block.problems }
  return readEntries(block, block.value, [])
}

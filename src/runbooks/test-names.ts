// Names in a test file that nothing bears: outputs that no probe has, kinds and capabilities that no platform has.
import type { Catalogue } from './catalogue.ts'
import { variantsOf } from './lint/steps.ts'
import { probesOf, type ProbeOutputs, type Problem, type Runbook } from './model.ts'
import { suggestion } from './nearest.ts'
import type { GivenAlert, ReadTestFile } from './test-file.ts'

export interface TestNames {
  /** Outputs by step id, of all runbooks together; null where the probe itself is unknown, which is told there. */
  readonly outputs: ReadonlyMap<string, ReadonlySet<string> | null>
  readonly kinds: readonly string[]
  readonly capabilities: readonly string[]
}

/** What test files of these runbooks may name. */
export function testNamesOf(
  runbooks: readonly Runbook[],
  { probes, actions }: Catalogue,
  kinds: Iterable<string>,
): TestNames {
  const outputs = new Map<string, Set<string> | null>()
  for (const step of runbooks.flatMap(probesOf))
    for (const { use } of variantsOf(step)) {
      const spec = probes.get(use)
      const before = outputs.get(step.id)
      const all = spec === undefined || before === null
      outputs.set(step.id, all ? null : new Set([...(before ?? []), ...Object.keys(spec.outputs)]))
    }
  const capabilities = [...new Set([...actions.values()].flatMap(({ needs }) => needs ?? []))]
  return { outputs, kinds: [...kinds], capabilities }
}

/** Holds the names that a test file gives against those that there are; each is told at its line. */
export function checkTestNames(read: ReadTestFile, file: string, names: TestNames): Problem[] {
  const problems: Problem[] = []
  const say = (code: string, path: readonly PropertyKey[], message: string, mend: string): void =>
    void problems.push({ file, line: read.lineAt(path), column: 1, level: 'error', code, message, mend })

  const checkOutputs = (given: ProbeOutputs | undefined, path: readonly PropertyKey[]): void => {
    for (const [step, values] of Object.entries(given ?? {})) {
      const known = names.outputs.get(step)
      if (known === undefined)
        say(
          'unknown-step',
          [...path, step],
          `outputs of "${step}": no runbook has a probe with this id`,
          suggestion(step, [...names.outputs.keys()]),
        )
      for (const output of known == null ? [] : Object.keys(values))
        if (known?.has(output) === false)
          say(
            'unknown-output',
            [...path, step, output],
            `no probe "${step}" has an output "${output}"`,
            suggestion(output, [...known]),
          )
    }
  }
  const checkPlatform = (
    platform: { readonly kind: string; readonly capabilities: readonly string[] } | undefined,
    path: readonly PropertyKey[],
  ): void => {
    if (platform === undefined) return
    const { kind, capabilities } = platform
    if (!names.kinds.includes(kind))
      say(
        'unknown-kind',
        [...path, 'kind'],
        `there is no kind of platform "${kind}"`,
        suggestion(kind, names.kinds),
      )
    for (const [i, capability] of capabilities.entries())
      if (!names.capabilities.includes(capability))
        say(
          'unknown-capability',
          [...path, 'capabilities', i],
          `no action needs the capability "${capability}"`,
          suggestion(capability, names.capabilities),
        )
  }

  const checkGiven = ({ platform, outputs }: GivenAlert, path: readonly PropertyKey[]): void => {
    checkPlatform(platform, [...path, 'platform'])
    checkOutputs(outputs, [...path, 'outputs'])
  }
  for (const [i, one] of (read.tests?.tests ?? []).entries()) {
    checkGiven(one, ['tests', i])
    checkOutputs(one.expect.outputs, ['tests', i, 'expect', 'outputs'])
  }
  for (const [i, one] of (read.tests?.must_not_match ?? []).entries()) checkGiven(one, ['must_not_match', i])
  return problems
}

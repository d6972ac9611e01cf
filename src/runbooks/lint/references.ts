// Names in matchers and templates that nothing answers: outputs no probe has, labels no alert of the tests has.
import type { Catalogue } from '../catalogue.ts'
import { probeNamed } from '../facts.ts'
import { actionsOf, probesOf, type ActionStep, type ProbeStep, type Problem, type Runbook } from '../model.ts'
import { suggestion } from '../nearest.ts'
import { parseTemplate } from '../template.ts'
import { TEMPLATE_NAMES } from '../template-names.ts'
import { placesIn, type Place } from './places.ts'
import { collect } from './report.ts'
import { variantsOf } from './steps.ts'

/** A name in a template, and the path of the text that holds it. */
interface Use {
  readonly name: string
  readonly path: readonly string[]
}

function usesIn(value: unknown, path: readonly string[]): Use[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => usesIn(inner, [...path, key]))
  if (typeof value !== 'string' || !value.includes('{{')) return []
  const template = parseTemplate(value)
  return template.ok ? template.names.map((name) => ({ name, path })) : []
}

/** Names in a step's parameters and overrides, in `says`, and in the defaults of inputs. */
function usesOf(step: ProbeStep | ActionStep): Use[] {
  return [
    ...Object.entries(step.params).flatMap(([key, value]) => usesIn(value, [key])),
    ...Object.entries(step.on).flatMap(([platform, { params }]) => usesIn(params, ['on', platform])),
    ...('says' in step ? usesIn(step.says, ['says']) : []),
    ...('inputs' in step
      ? Object.entries(step.inputs).flatMap(([name, input]) =>
          usesIn(input.default, ['inputs', name, 'default']),
        )
      : []),
  ]
}

/**
 * Holds every name against the runbook's probes, and names without a dot against the labels of its test alerts (null:
 * there are no tests to hold them against).
 */
export function checkReferences(
  runbook: Runbook,
  catalogue: Catalogue,
  labels: ReadonlySet<string> | null,
): Problem[] {
  const probes = new Map(probesOf(runbook).map((step) => [step.id, step]))
  const places = placesIn(runbook)
  // An override may look elsewhere and answer something else.
  const outputsOf = (step: ProbeStep): string[] =>
    variantsOf(step).flatMap(({ use }) => Object.keys(catalogue.probes.get(use)?.outputs ?? {}))
  return collect(runbook.file, (say) => {
    const checkOutput = (name: string, at: () => Place, ifLabel: string): void => {
      const [id = '', output = ''] = name.split('.')
      const step = probes.get(id)
      if (step === undefined)
        return say(
          'unknown-step',
          at(),
          `"${name}" speaks of a probe that this runbook has not`,
          `${suggestion(id, [...probes.keys()])} ${ifLabel}`,
        )
      // What is wrong with the probe's name is said there.
      if (variantsOf(step).some(({ use }) => !catalogue.probes.has(use))) return
      const outputs = outputsOf(step)
      if (!outputs.includes(output))
        say('unknown-output', at(), `${step.use} has no output "${output}"`, suggestion(output, outputs))
    }
    const entries = [...runbook.match, ...runbook.sections.flatMap((section) => section.when ?? [])]
    for (const entry of entries)
      for (const matcher of entry.matchers)
        if (probeNamed(matcher) !== null)
          checkOutput(
            matcher.name,
            () => places.entry(entry, matcher),
            `If it is a label, put the name in quotes: "${matcher.name}"="..."`,
          )
    for (const step of [...probes.values(), ...actionsOf(runbook)])
      for (const { name, path } of usesOf(step)) {
        const at = (): Place => places.step(step, path, name)
        const own = 'says' in step && path[0] === 'says' ? outputsOf(step) : []
        if (name.includes('.'))
          checkOutput(name, at, 'A template can name a label only where its name has no dot.')
        else if (labels !== null && !labels.has(name) && !TEMPLATE_NAMES.has(name) && !own.includes(name))
          say(
            'unknown-label',
            at(),
            `no alert in the test file has a label "${name}"`,
            `${suggestion(name, [...new Set([...own, ...labels, ...TEMPLATE_NAMES.keys()])])} If alerts do have it, show one in a test.`,
          )
      }
  })
}

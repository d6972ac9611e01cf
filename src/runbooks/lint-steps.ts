// Lint for the executable part: probes, actions, parameters, and references to outputs that nothing has.
import type { Catalogue } from './catalogue.ts'
import { probeNamed } from './facts.ts'
import { actionsOf, probesOf, type Params, type Problem, type Runbook } from './model.ts'
import { suggestion } from './nearest.ts'
import { parseTemplate } from './template.ts'

type Say = (line: number, code: string, message: string, mend: string, level?: 'error' | 'warning') => void

function collect(runbook: Runbook, look: (say: Say) => void): Problem[] {
  const problems: Problem[] = []
  look((line, code, message, mend, level = 'error') => {
    problems.push({ file: runbook.file, line, column: 1, level, code, message, mend })
  })
  return problems
}

const holdsTemplate = (params: Params): boolean => JSON.stringify(params).includes('{{')

/** Probes and actions that do not exist, parameters that do not fit, actions without verification. */
export function checkSteps(runbook: Runbook, catalogue: Catalogue): Problem[] {
  return collect(runbook, (say) => {
    for (const step of probesOf(runbook)) {
      const uses = [step.use, ...Object.values(step.on).flatMap((over) => over.use ?? [])]
      for (const use of uses.filter((name) => !catalogue.probes.has(name)))
        say(
          step.line,
          'unknown-probe',
          `there is no probe "${use}"`,
          suggestion(use, [...catalogue.probes.keys()]),
        )
      const params = catalogue.probes.get(step.use)?.params
      // A template's value is only known when it is filled; its type cannot be checked here.
      if (params === undefined || holdsTemplate(step.params)) continue
      const parsed = params.safeParse(step.params)
      for (const issue of parsed.error?.issues ?? [])
        say(
          step.line,
          'params',
          `probe ${step.id}: ${issue.path.map(String).join('.')} ${issue.message}`.replaceAll(/ +/g, ' '),
          `See what ${step.use} takes.`,
        )
    }
    const general = new Set([...catalogue.actions.values()].flatMap((action) => action.resolves ?? []))
    for (const step of actionsOf(runbook)) {
      const uses = [step.use, ...Object.values(step.on).flatMap((over) => over.use ?? [])]
      for (const use of uses.filter((name) => !catalogue.actions.has(name) && !general.has(name)))
        say(
          step.line,
          'unknown-action',
          `there is no action "${use}"`,
          suggestion(use, [...catalogue.actions.keys(), ...general]),
        )
      if (step.verify === null)
        say(
          step.line,
          'no-verify',
          `action ${step.id} is never verified`,
          'Give it verify: { within: 60s }, so that people learn whether it worked.',
          'warning',
        )
    }
  })
}

/** Names of the form `<probe>.<output>` in matchers and templates that no probe of this runbook answers. */
export function checkReferences(runbook: Runbook, catalogue: Catalogue): Problem[] {
  const probes = new Map(probesOf(runbook).map((step) => [step.id, step.use]))
  return collect(runbook, (say) => {
    const check = (name: string, line: number): void => {
      const [id = '', output = ''] = name.split('.')
      const use = probes.get(id)
      if (use === undefined)
        return say(
          line,
          'unknown-step',
          `"${name}" speaks of a probe that this runbook has not`,
          `${suggestion(id, [...probes.keys()])} If it is a label, put the name in quotes: "${name}"="..."`,
        )
      const outputs = Object.keys(catalogue.probes.get(use)?.outputs ?? {})
      if (catalogue.probes.has(use) && !outputs.includes(output))
        say(line, 'unknown-output', `${use} has no output "${output}"`, suggestion(output, outputs))
    }
    const entries = [...runbook.match, ...runbook.sections.flatMap((section) => section.when ?? [])]
    for (const entry of entries)
      for (const matcher of entry.matchers) if (probeNamed(matcher) !== null) check(matcher.name, entry.line)
    const checkTexts = (value: unknown, line: number): void => {
      if (typeof value === 'object' && value !== null)
        for (const inner of Object.values(value)) checkTexts(inner, line)
      if (typeof value !== 'string') return
      const template = parseTemplate(value)
      if (template.ok) for (const name of template.names) if (name.includes('.')) check(name, line)
    }
    for (const step of probesOf(runbook)) {
      checkTexts([step.params, step.on], step.line)
      // `says` also knows the probe's own outputs by their bare names.
      checkTexts(step.says, step.line)
    }
    for (const step of actionsOf(runbook)) checkTexts([step.params, step.on, step.inputs], step.line)
  })
}

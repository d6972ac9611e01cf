// Runbooks as people meet them, as data for tests of the pure builders: shipped ones, written ones, their sections judged.
import { readFileSync } from 'node:fs'
import type { RunbookSection, RunbookView } from '../../src/flow/runbook-view.ts'
import { progressOf, stepsOf } from '../../src/flow/runbook-progress.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import type { Runbook } from '../../src/runbooks/model.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { viewSections } from '../../src/runbooks/sections.ts'
import { viewWith } from './views.ts'

export const FOLDER = new URL('../../runbooks/', import.meta.url)

export function shipped(id: string): Runbook {
  const { runbook } = parseRunbook(readFileSync(new URL(`${id}.md`, FOLDER), 'utf8'), `${id}.md`)
  if (runbook === null) throw new Error(`${id} cannot be read`)
  return runbook
}

export function runbookOf(body: string): Runbook {
  const head = `---\nid: test\ntitle: A test\nowner: us\nmatch:\n  - 'alertname="X"'\n---\n\n`
  const { runbook, problems } = parseRunbook(`${head}${body}`, 'test.md')
  if (runbook === null) throw new Error(problems.map((one) => one.message).join('; '))
  return runbook
}

const PLATFORM = {
  name: 'sandbox',
  kind: 'spark-standalone',
  capabilities: new Set(['application.kill']),
}

/** The runbook as it stands when these facts are known; actions that may be offered are. */
export function standing(
  runbook: Runbook,
  facts: Readonly<Record<string, string>> = {},
  change: Partial<RunbookView> & {
    section?: (section: RunbookSection) => RunbookSection
  } = {},
): RunbookView {
  const { section = (one: RunbookSection) => one, ...rest } = change
  const views = viewSections(runbook, new Map(Object.entries(facts)), PLATFORM, ACTIONS)
  const sections = views.map((view) =>
    section({
      section: view.section,
      state: view.state,
      says: view.says,
      isStep: stepsOf([view]).length > 0,
      tick: null,
      probes: view.section.probes.map((step) => ({ step, findings: null })),
      actions: view.section.actions.map((step) => {
        const withheld = view.withheld.find((one) => one.step.id === step.id)
        return {
          step,
          use: step.use,
          standing: withheld === undefined ? { kind: 'offered' } : { kind: 'withheld', says: withheld.says },
        }
      }),
    }),
  )
  const ticks = new Map(sections.flatMap((one) => (one.tick === null ? [] : [[one.section.id, one.tick]])))
  return {
    card: viewWith(),
    runbook,
    sections,
    progress: progressOf(views, ticks),
    earlier: [],
    votes: { useful: 0, useless: 0, own: null },
    newer: false,
    updated: null,
    switched: null,
    ...rest,
  }
}

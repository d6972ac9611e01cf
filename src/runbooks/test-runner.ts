// Runs the test files that stand beside runbooks: each expectation against what really happens.
import { readFile, stat } from 'node:fs/promises'
import { createNormaliseJobName, type NormaliseJobName } from '../alerts/job-name.ts'
import type { Alert } from '../alerts/model.ts'
import { reasonOf } from '../errors.ts'
import { MAX_BYTES, normaliseText } from './bounds.ts'
import { factsOf } from './facts.ts'
import type { RunbookIndex } from './index-of.ts'
import { testFileOf } from './lint.ts'
import { loadRunbooks } from './load.ts'
import { matchAlert } from './match.ts'
import type { Problem, Runbook } from './model.ts'
import { viewSections, type ActionSpec } from './sections.ts'
import { alertFrom, readTestFile, type TestCase } from './test-file.ts'

/** What the test runner borrows from rooms that it may not import. */
export interface TestDeps {
  readonly actions: ReadonlyMap<string, ActionSpec>
  /** A body as the source posts it, to alerts. Throws what it cannot read. */
  normalise?(body: unknown): readonly Alert[]
  /** The incident's key for this alert under this runbook. */
  keyOf?(alert: Alert, runbook: Runbook): string
  readonly normaliseJobName?: NormaliseJobName
}

export interface Difference {
  /** `match`, `sections.if-killed`, `offered`, `key`. */
  readonly what: string
  readonly expected: string
  readonly actual: string
}

export interface CaseResult {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly differences: readonly Difference[]
}

export interface TestReport {
  /** Test files that were run. */
  readonly files: number
  readonly passed: number
  readonly failed: number
  readonly cases: readonly CaseResult[]
  /** Runbooks and test files that could not be read at all. */
  readonly problems: readonly Problem[]
}

interface Context {
  readonly index: RunbookIndex
  readonly runbook: Runbook
  readonly deps: TestDeps
  readonly normaliseJobName: NormaliseJobName
}

/** Runs every test file of the folders. Nothing outside the files is read, asked or changed. */
export async function testRunbooks(folders: readonly string[], deps: TestDeps): Promise<TestReport> {
  const { index, problems: loading } = await loadRunbooks(folders)
  const normaliseJobName = deps.normaliseJobName ?? createNormaliseJobName([])
  const problems = loading.filter((problem) => problem.level === 'error')
  const cases: CaseResult[] = []
  let files = 0
  for (const runbook of index.runbooks) {
    const file = testFileOf(runbook.file)
    const text = await readTests(file)
    if (text === null) continue
    files += 1
    if (typeof text !== 'string') {
      problems.push(text)
      continue
    }
    const read = readTestFile(text, file)
    problems.push(...read.problems)
    const context = { index, runbook, deps, normaliseJobName }
    for (const [i, test] of (read.tests?.tests ?? []).entries())
      cases.push({
        file,
        line: read.lineOf('tests', i),
        name: test.name,
        differences: runCase(test, context),
      })
    for (const [i, test] of (read.tests?.must_not_match ?? []).entries()) {
      const name = test.name ?? `must not match ${i + 1}`
      const differences = attempt(() =>
        alertsOf(test, context).flatMap((alert) => notMatched(alert, context)),
      )
      cases.push({ file, line: read.lineOf('must_not_match', i), name, differences })
    }
  }
  const failed = cases.filter(({ differences }) => differences.length > 0).length
  return { files, passed: cases.length - failed, failed, cases, problems }
}

async function readTests(file: string): Promise<string | Problem | null> {
  const problem = (message: string, mend: string): Problem => ({
    file,
    line: 1,
    column: 1,
    level: 'error',
    code: 'test-file',
    message,
    mend,
  })
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES)
      return problem(`the test file has more than ${MAX_BYTES} bytes`, 'Split the runbook.')
    return normaliseText(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    return problem(`the test file cannot be read: ${reasonOf(error)}`, 'Check that it may be read.')
  }
}

/** A case that cannot even be run has one difference: why not. */
function attempt(run: () => readonly Difference[]): readonly Difference[] {
  try {
    return run()
  } catch (error) {
    return [{ what: 'alert', expected: 'an alert that can be read', actual: reasonOf(error) }]
  }
}

function alertsOf(test: Pick<TestCase, 'alert' | 'alertmanager'>, context: Context): readonly Alert[] {
  if (test.alert !== undefined) return [alertFrom(test.alert, context.normaliseJobName)]
  if (context.deps.normalise === undefined) throw new Error('this command cannot read Alertmanager bodies')
  const alerts = context.deps.normalise(test.alertmanager)
  if (alerts.length === 0) throw new Error('the body holds no alert')
  return alerts
}

function notMatched(alert: Alert, { index, runbook }: Context): Difference[] {
  const { runbook: found, explanation } = matchAlert(index, alert)
  if (found?.id !== runbook.id) return []
  return [
    {
      what: 'match',
      expected: `not ${runbook.id}`,
      actual: `${runbook.id} by ${explanation[0]?.entry ?? 'name'}`,
    },
  ]
}

function runCase(test: TestCase, context: Context): readonly Difference[] {
  return attempt(() => alertsOf(test, context).flatMap((alert) => compareCase(test, alert, context)))
}

function compareCase(test: TestCase, alert: Alert, { index, runbook, deps }: Context): Difference[] {
  const differences: Difference[] = []
  const compare = (what: string, expected: string | undefined, actual: string): void => {
    if (expected !== undefined && expected !== actual) differences.push({ what, expected, actual })
  }
  const { expect } = test
  const match = matchAlert(index, alert, test.outputs, test.platform?.kind)
  const wanted = expect.match === undefined ? runbook.id : (expect.match ?? 'none')
  compare('match', wanted, match.runbook?.id ?? 'none')
  compare('why', expect.why, match.reason)
  compare('entry', expect.entry, match.explanation[0]?.entry ?? 'none')
  // Everything below speaks of the runbook that was meant; with another one it would only be noise.
  if (match.runbook === null || match.runbook.id !== wanted) return differences
  const platform =
    test.platform === undefined
      ? null
      : { ...test.platform, capabilities: new Set(test.platform.capabilities) }
  const facts = factsOf(alert, test.outputs, test.platform?.kind)
  const views = viewSections(match.runbook, facts, platform, deps.actions)
  for (const [name, state] of Object.entries(expect.sections ?? {})) {
    const view = views.find(({ section }) => section.id === name || section.heading === name)
    compare(`sections.${name}`, state, view?.state ?? 'no such section')
  }
  const offered = views.flatMap((view) => view.offered.map(({ step }) => step.id))
  compare('offered', expect.offered?.toSorted().join(', '), offered.toSorted().join(', '))
  const withheld = new Map(
    views.flatMap((view) => view.withheld.map(({ step, reason }) => [step.id, reason])),
  )
  for (const [id, reason] of Object.entries(expect.withheld ?? {}))
    compare(
      `withheld.${id}`,
      reason,
      withheld.get(id) ?? (offered.includes(id) ? 'offered' : 'no such action'),
    )
  if (expect.key !== undefined)
    compare('key', expect.key, deps.keyOf?.(alert, match.runbook) ?? 'this command cannot tell keys')
  return differences
}

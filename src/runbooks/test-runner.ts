// Runs the test files that stand beside runbooks: each expectation against what really happens.
import { createNormaliseJobName, type NormaliseJobName } from '../alerts/job-name.ts'
import type { Alert } from '../alerts/model.ts'
import type { Source } from '../alerts/source.ts'
import { reasonOf } from '../errors.ts'
import type { Catalogue } from './catalogue.ts'
import { loadRunbooks } from './load.ts'
import { matchAlert } from './match.ts'
import type { ProbeOutputs, Problem, Runbook } from './model.ts'
import type { PlatformView } from './sections.ts'
import {
  compareCase,
  compareNoMatch,
  platformOf,
  type Compared,
  type Difference,
  type SeenFinding,
} from './test-compare.ts'
import { findTests, readTests } from './test-discovery.ts'
import { alertFrom, readTestFile, type GivenAlert, type ReadTestFile } from './test-file.ts'
import { checkTestNames, testNamesOf } from './test-names.ts'

export type { Difference } from './test-compare.ts'

/** What the test runner borrows from rooms that it may not import. */
export interface TestDeps extends Pick<Compared, 'actions' | 'keyOf' | 'buttonsOf'> {
  /** What test files may name; without it their names are not checked. */
  readonly names?: { readonly probes: Catalogue['probes']; readonly kinds: Iterable<string> }
  /** Sources by name: a case may give an alert as any of them posts it. */
  readonly sources?: ReadonlyMap<string, Source>
  /** Runs the runbook's probes against recorded answers. Throws what cannot be replayed. */
  replay?(request: ReplayRequest): Promise<Replayed>
  readonly normaliseJobName?: NormaliseJobName
}

export interface ReplayRequest {
  /** `executor-oom`, `executor-oom@3.5`, or a folder relative to the test file. */
  readonly recorded: string
  readonly testFile: string
  /** The runbook of the first pass, whose probes run. */
  readonly runbook: Runbook
  readonly alert: Alert
  readonly platform: Pick<PlatformView, 'name' | 'kind'>
}

export interface Replayed {
  readonly outputs: ProbeOutputs
  readonly findings: readonly SeenFinding[]
}

export interface CaseResult {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly runbook: string
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

type Frame = Pick<Compared, 'index' | 'own' | 'lineOf'> & {
  readonly file: string
  readonly deps: TestDeps
  readonly normaliseJobName: NormaliseJobName
}

/** Runs every test file of the folders. Nothing outside the files is read or changed, nothing but a replay is asked. */
export async function testRunbooks(folders: readonly string[], deps: TestDeps): Promise<TestReport> {
  const library = await loadRunbooks(folders)
  const found = await findTests(folders, library)
  const normaliseJobName = deps.normaliseJobName ?? createNormaliseJobName([])
  const problems = [...library.problems.filter(({ level }) => level === 'error'), ...found.problems]
  const names =
    deps.names === undefined
      ? null
      : testNamesOf(
          library.served.map(({ runbook }) => runbook),
          { probes: deps.names.probes, actions: deps.actions },
          deps.names.kinds,
        )
  const cases: CaseResult[] = []
  let files = 0
  for (const { file, runbook } of found.files) {
    const text = await readTests(file)
    if (typeof text !== 'string') {
      problems.push(text)
      continue
    }
    files += 1
    const read = readTestFile(text, file, [...(deps.sources?.keys() ?? [])])
    problems.push(...read.problems, ...(names === null ? [] : checkTestNames(read, file, names)))
    const frame = { index: library.index, own: runbook, file, deps, normaliseJobName }
    cases.push(...(await runFile(read, frame)))
  }
  const failed = cases.filter(({ differences }) => differences.length > 0).length
  return { files, passed: cases.length - failed, failed, cases, problems }
}

async function runFile(read: ReadTestFile, frame: Omit<Frame, 'lineOf'>): Promise<CaseResult[]> {
  const { file, own } = frame
  const cases: CaseResult[] = []
  for (const [i, test] of (read.tests?.tests ?? []).entries()) {
    const lineOf = (path: readonly string[]): number =>
      read.lineAt(['tests', i, 'expect', ...path.map((word) => (/^\d+$/.test(word) ? Number(word) : word))])
    const differences = await runCase(test, { ...frame, lineOf }, (one) => compareCase(test.expect, one))
    cases.push({ file, line: read.lineAt(['tests', i]), name: test.name, runbook: own.id, differences })
  }
  for (const [i, test] of (read.tests?.must_not_match ?? []).entries()) {
    const line = read.lineAt(['must_not_match', i])
    const differences = await runCase(test, { ...frame, lineOf: () => line }, compareNoMatch)
    const name = test.name ?? `must not match ${i + 1}`
    cases.push({ file, line, name, runbook: own.id, differences })
  }
  return cases
}

/** A case that cannot even be run has one difference: why not. A body with several alerts must hold for each. */
async function runCase(
  given: GivenAlert,
  frame: Frame,
  compare: (compared: Compared) => readonly Difference[],
): Promise<readonly Difference[]> {
  const cannot = (what: string, expected: string, error: unknown): Difference[] => [
    { what, line: frame.lineOf([]), expected, actual: reasonOf(error), hint: null },
  ]
  let alerts: readonly Alert[]
  try {
    alerts = alertsOf(given, frame)
  } catch (error) {
    return cannot('alert', 'an alert that can be read', error)
  }
  const differences: Difference[] = []
  for (const alert of alerts)
    try {
      const { keyOf, buttonsOf } = frame.deps
      differences.push(
        ...compare({
          index: frame.index,
          own: frame.own,
          alert,
          platform: platformOf(given, alert),
          webhooks: given.webhooks,
          ...(await seenBy(given, alert, frame)),
          actions: frame.deps.actions,
          lineOf: frame.lineOf,
          ...(keyOf === undefined ? {} : { keyOf }),
          ...(buttonsOf === undefined ? {} : { buttonsOf }),
        }),
      )
    } catch (error) {
      differences.push(...cannot('recorded', 'a recording that can be replayed', error))
    }
  return differences
}

function alertsOf(given: GivenAlert, { deps, normaliseJobName }: Frame): readonly Alert[] {
  const alerts =
    given.body === null
      ? given.alert === undefined
        ? []
        : [alertFrom(given.alert, normaliseJobName)]
      : bodyAlerts(given.body, deps, normaliseJobName)
  if (alerts.length === 0) throw new Error('the body holds no alert')
  const platform = given.platform?.name
  // As routing does: an alert that names no platform is of the one that its team has.
  return alerts.map((alert) =>
    platform === undefined || alert.run.platform !== null
      ? alert
      : { ...alert, run: { ...alert.run, platform } },
  )
}

function bodyAlerts(
  { source, value }: NonNullable<GivenAlert['body']>,
  { sources }: TestDeps,
  normaliseJobName: NormaliseJobName,
): readonly Alert[] {
  const read = sources?.get(source)?.normalise(value, { now: new Date(), normaliseJobName })
  if (read === undefined) throw new Error(`there is no source ${source}`)
  if (read.kind === 'refused') throw new Error(read.reason)
  const [wrong] = read.rejected
  if (wrong !== undefined) throw new Error(`${wrong.pointer}: ${wrong.reason}`)
  return read.elements.map(({ alert }) => alert)
}

/** What probes have found: from a recording, by hand, or the one over the other; undefined before the second pass. */
async function seenBy(
  given: GivenAlert,
  alert: Alert,
  { index, deps, file }: Frame,
): Promise<Pick<Compared, 'outputs' | 'findings'>> {
  if (given.recorded === undefined) return { outputs: given.outputs, findings: [] }
  if (deps.replay === undefined) throw new Error('this command cannot replay recordings')
  const platform = platformOf(given, alert)
  const first = platform === null ? null : matchAlert(index, alert, undefined, platform.kind).runbook
  if (platform === null || first === null)
    throw new Error('no runbook takes the alert at first, so no probe runs')
  const { outputs, findings } = await deps.replay({
    recorded: given.recorded,
    testFile: file,
    runbook: first,
    alert,
    platform,
  })
  const merged: Record<string, ProbeOutputs[string]> = { ...outputs }
  for (const [probe, values] of Object.entries(given.outputs ?? {}))
    merged[probe] = { ...merged[probe], ...values }
  return { outputs: merged, findings }
}

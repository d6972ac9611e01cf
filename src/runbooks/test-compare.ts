// One case of a test file held against what really happens: each expectation, and how it differs. Pure.
import type { Alert } from '../alerts/model.ts'
import { factsOf, textOf, type Facts } from './facts.ts'
import type { RunbookIndex } from './index-of.ts'
import { explainEntry, matchAlert, type Match } from './match.ts'
import type { ProbeOutputs, Runbook, Scalar } from './model.ts'
import { nearest } from './nearest.ts'
import { viewSections, type ActionSpec, type PlatformView, type SectionView } from './sections.ts'
import type { Expectation, GivenAlert } from './test-file.ts'

/** One expectation that was not met. Lists are compared item by item. */
export interface Difference {
  /** `match`, `sections.if-killed`, `offered`, `key`. */
  readonly what: string
  /** Where it is expected, from 1. */
  readonly line: number
  readonly expected: string | readonly string[]
  readonly actual: string | readonly string[]
  /** The nearest right name, or which matcher failed; null where there is nothing to add. */
  readonly hint: string | null
}

/** A button as people see it. */
export interface ExpectedButton {
  readonly title: string
  readonly requires: string
}

/** A finding as far as tests speak of it. */
export interface SeenFinding {
  /** The step's id and the probe's name. */
  readonly step: string
  readonly use: string
  readonly severity: string
  readonly sentence: string
}

/** Everything a case is held against. */
export interface Compared {
  readonly index: RunbookIndex
  /** The runbook that the test file stands beside. */
  readonly own: Runbook
  readonly alert: Alert
  readonly platform: PlatformView | null
  /** Those that serve the team. */
  readonly webhooks: readonly string[]
  readonly outputs: ProbeOutputs | undefined
  readonly findings: readonly SeenFinding[]
  readonly actions: ReadonlyMap<string, ActionSpec>
  keyOf?(alert: Alert, runbook: Runbook): string
  buttonsOf?(
    views: readonly SectionView[],
    alert: Alert,
    facts: Facts,
    webhooks: readonly string[],
  ): readonly ExpectedButton[]
  /** Line of an expectation, by its path below `expect`. */
  lineOf(path: readonly string[]): number
}

/** The kind of platform that recordings are of. */
const REPLAYED_KIND = 'spark-standalone'

/** The platform that a case speaks of, as buttons need it; what is replayed comes from one that may not be acted on. */
export function platformOf(given: GivenAlert, alert: Alert): PlatformView | null {
  if (given.platform === undefined && given.recorded === undefined) return null
  const { name, kind, capabilities } = given.platform ?? { kind: REPLAYED_KIND, capabilities: [] }
  return { name: name ?? alert.run.platform ?? 'test', kind, capabilities: new Set(capabilities) }
}

/** As the service does: the second pass may lead to another runbook, never to none. */
export function matchTwice(
  { index, alert, outputs, platform }: Pick<Compared, 'index' | 'alert' | 'outputs' | 'platform'>,
  kind = platform?.kind,
): Match {
  const first = matchAlert(index, alert, undefined, kind)
  if (outputs === undefined) return first
  const second = matchAlert(index, alert, outputs, kind)
  return second.reason === 'catch_all' || second.reason === 'none' ? first : second
}

/** What is not as expected, in the order of the documentation; nothing when all is. */
export function compareCase(expect: Expectation, compared: Compared): readonly Difference[] {
  const collected = collector(compared)
  const match = matchTwice(compared)
  const facts = factsOf(compared.alert, compared.outputs, compared.platform?.kind)
  const wanted = expect.match === undefined ? compared.own.id : (expect.match ?? 'none')
  collected.same(['match'], wanted, match.runbook?.id ?? 'none', whyNot(compared, wanted, match, facts))
  collected.same(['why'], expect.why, match.reason)
  collected.same(['entry'], expect.entry, match.explanation[0]?.entry ?? 'none')
  compareOutputs(expect, compared, collected)
  compareFindings(expect, compared, collected)
  // What follows speaks of the runbook that was meant; with another one it would only be noise.
  if (match.runbook !== null && match.runbook.id === wanted)
    compareRunbook(expect, compared, match.runbook, facts, collected)
  return collected.differences
}

interface Collector {
  readonly differences: readonly Difference[]
  readonly differ: (
    path: readonly string[],
    expected: Difference['expected'],
    actual: Difference['actual'],
    hint?: string | null,
  ) => void
  /** Nothing expected is nothing compared. */
  readonly same: (
    path: readonly string[],
    expected: string | undefined,
    actual: string,
    hint?: string | null,
  ) => void
  readonly sameList: (path: readonly string[], expected: readonly string[], actual: readonly string[]) => void
}

function collector({ lineOf }: Pick<Compared, 'lineOf'>): Collector {
  const differences: Difference[] = []
  const differ: Collector['differ'] = (path, expected, actual, hint = null) =>
    void differences.push({ what: path.join('.'), line: lineOf(path), expected, actual, hint })
  return {
    differences,
    differ,
    same(path, expected, actual, hint) {
      if (expected !== undefined && expected !== actual) differ(path, expected, actual, hint)
    },
    sameList(path, expected, actual) {
      const equal = expected.length === actual.length && expected.every((item, i) => item === actual[i])
      if (!equal) differ(path, expected, actual)
    },
  }
}

function compareRunbook(
  expect: Expectation,
  compared: Compared,
  found: Runbook,
  facts: Facts,
  { differ, same, sameList }: Collector,
): void {
  const { alert, platform, webhooks } = compared
  same(['severity'], expect.severity, found.severity ?? alert.severity)
  const views = viewSections(found, facts, platform, compared.actions, new Set(webhooks))
  for (const [name, state] of Object.entries(expect.sections ?? {})) {
    const view = views.find(({ section }) => section.id === name || section.heading === name)
    const names = views.map(({ section }) => section.heading)
    if (view === undefined) differ(['sections', name], state, 'no such section', meant(name, names))
    else same(['sections', name], state, view.state, view.says)
  }
  compareActions(expect, views, { differ, same, sameList })
  if (expect.buttons !== undefined) {
    const buttons = compared.buttonsOf?.(views, alert, facts, webhooks)
    if (buttons === undefined) differ(['buttons'], 'buttons', 'this command cannot tell buttons')
    else {
      const wishes = expect.buttons
      // Who may press is compared where the test says who.
      const shown = buttons.map(({ title, requires }, i) =>
        wishes[i] !== undefined && wishes[i].requires === undefined ? title : `${title} (${requires})`,
      )
      const wanted = wishes.map(({ title, requires }) =>
        requires === undefined ? title : `${title} (${requires})`,
      )
      sameList(['buttons'], wanted, shown)
    }
  }
  if (expect.key !== undefined)
    same(['key'], expect.key, compared.keyOf?.(alert, found) ?? 'this command cannot tell keys')
}

function compareActions(
  expect: Expectation,
  views: readonly SectionView[],
  { differ, same, sameList }: Pick<Collector, 'differ' | 'same' | 'sameList'>,
): void {
  const offered = views.flatMap((view) => view.offered.map(({ step }) => step.id))
  const withheld = new Map(views.flatMap((view) => view.withheld.map((one) => [one.step.id, one])))
  const steps = [...offered, ...withheld.keys()]
  if (expect.offered !== undefined) {
    const unknown = expect.offered.find((id) => !steps.includes(id))
    if (unknown !== undefined) differ(['offered'], unknown, 'no such action', meant(unknown, steps))
    else sameList(['offered'], expect.offered.toSorted(), offered.toSorted())
  }
  for (const [id, wish] of Object.entries(expect.withheld ?? {})) {
    const { reason, says } = typeof wish === 'string' ? { reason: wish, says: undefined } : wish
    const one = withheld.get(id)
    const path = ['withheld', id]
    if (one === undefined) {
      const isOffered = offered.includes(id)
      const actual = isOffered ? 'offered' : 'no such action'
      differ(path, reason ?? 'withheld', actual, isOffered ? null : meant(id, steps))
      continue
    }
    same(path, reason, one.reason, one.says)
    if (says !== undefined && !one.says.includes(says)) differ([...path, 'says'], says, one.says)
  }
}

function compareOutputs({ outputs }: Expectation, compared: Compared, { same }: Collector): void {
  for (const [probe, values] of Object.entries(outputs ?? {}))
    for (const [name, value] of Object.entries(values)) {
      const [actual, hint] = outputOf(compared.outputs, probe, name)
      same(['outputs', probe, name], said(value), actual, hint)
    }
}

function compareFindings({ findings = [] }: Expectation, compared: Compared, { differ }: Collector): void {
  for (const [i, { probe, severity, says }] of findings.entries()) {
    const ofProbe = compared.findings.filter(
      ({ step, use }) => probe === undefined || step === probe || use === probe,
    )
    const met = ofProbe.some(
      (one) =>
        (severity === undefined || one.severity === severity) &&
        (says === undefined || one.sentence.includes(says)),
    )
    if (met) continue
    const shown = (ofProbe.length > 0 ? ofProbe : compared.findings).map(
      (one) => `${one.step}: ${one.severity}: ${one.sentence}`,
    )
    const wish = [probe, severity, says].filter((part) => part !== undefined).join(': ')
    differ(['findings', String(i)], [wish], shown.length > 0 ? shown : ['nothing was found'])
  }
}

/** An alert that must not get this runbook: one difference if it does, with the matchers that held. */
export function compareNoMatch(compared: Compared): Difference[] {
  const match = matchTwice(compared)
  if (match.runbook?.id !== compared.own.id) return []
  const by = match.explanation[0]?.entry ?? (match.reason === 'named' ? 'its name' : 'taking all')
  return [
    {
      what: 'match',
      line: compared.lineOf([]),
      expected: `not ${compared.own.id}`,
      actual: `${compared.own.id} by ${by}`,
      hint: null,
    },
  ]
}

const said = (value: Scalar): string => textOf(value) ?? 'null'

function outputOf(outputs: ProbeOutputs | undefined, probe: string, name: string): [string, string | null] {
  const values = outputs?.[probe]
  if (values === undefined) return ['no such probe', meant(probe, Object.keys(outputs ?? {}))]
  const value = values[name]
  return value === undefined ? ['no such output', meant(name, Object.keys(values))] : [said(value), null]
}

function meant(word: string, known: readonly string[]): string | null {
  const near = nearest(word, known)
  if (near !== null) return `Did you mean "${near}"?`
  return known.length === 0 ? null : `There is: ${[...new Set(known)].slice(0, 10).join(', ')}.`
}

/** Which matchers kept the wanted runbook from winning, or that it held and lost. */
function whyNot({ index }: Compared, wanted: string, match: Match, facts: Facts): string | null {
  if (wanted === (match.runbook?.id ?? 'none') || wanted === 'none') return null
  const runbook = index.byId.get(wanted)
  if (runbook === undefined) return meant(wanted, [...index.byId.keys()])
  const lost = match.runnersUp.find(({ id }) => id === wanted)
  if (lost !== undefined) return `${wanted} held and lost: ${lost.why}.`
  const failed = runbook.match.flatMap((entry) =>
    explainEntry(runbook, entry, facts)
      .matchers.filter(({ held }) => held !== true)
      .map(({ text, actual }) => `${text} (it is ${actual === null ? 'not known' : JSON.stringify(actual)})`),
  )
  return failed.length === 0 ? null : `${wanted} did not hold: ${failed.slice(0, 4).join('; ')}.`
}

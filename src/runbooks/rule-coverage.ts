// Which alerting rules have a runbook, as far as that can be told before anything fires. Pure.
import { createNormaliseJobName } from '../alerts/job-name.ts'
import { factName, factsOf, type Facts } from './facts.ts'
import type { RunbookIndex } from './index-of.ts'
import { matchAlert } from './match.ts'
import type { MatchEntry, Matcher } from './model.ts'
import type { AlertRule } from './rules-file.ts'
import { alertFrom } from './test-file.ts'

export type RuleStatus = 'caught' | 'maybe' | 'not_caught'

/** A runbook that a rule's alerts may get, and what that depends on. */
export interface Perhaps {
  readonly runbook: string
  readonly entry: string
  /** Labels that the rule does not set, and outputs of probes. */
  readonly depends: readonly string[]
}

export interface RuleCoverage {
  readonly alert: string
  readonly group: string
  readonly file: string
  readonly line: number
  readonly status: RuleStatus
  /** What takes the alert whatever its other labels are; of a rule that is not caught the catch-all, or null. */
  readonly runbook: string | null
  /** The entry that holds; null where the rule's annotation names the runbook, or none holds. */
  readonly entry: string | null
  /** Runbooks that would go before that one, nearest to winning first. */
  readonly perhaps: readonly Perhaps[]
}

/** Perhapses that are told for one rule. */
const MAX_PERHAPS = 5

/** Holds each rule against the runbooks. A label that the rule does not set, or sets by a template, may be anything. */
export function coverRules(index: RunbookIndex, rules: readonly AlertRule[]): RuleCoverage[] {
  const normalise = createNormaliseJobName([])
  return rules.map((rule) => {
    const alert = alertFrom(
      { labels: { ...plainOf(rule.labels), alertname: rule.alert }, annotations: plainOf(rule.annotations) },
      normalise,
    )
    const at = { alert: rule.alert, group: rule.group, file: rule.file, line: rule.line }
    const named = matchAlert(index, alert)
    if (named.reason === 'named')
      return { ...at, status: 'caught', runbook: named.runbook?.id ?? null, entry: null, perhaps: [] }
    const facts = new Map(factsOf(alert))
    // Without the label the severity is only our default; the series may carry one.
    if (alert.labels['severity'] === undefined) facts.delete('severity')
    const perhaps: Perhaps[] = []
    for (const { runbook, entry } of index.candidates) {
      const depends = openQuestions(entry, facts)
      if (depends === null || perhaps.some((one) => one.runbook === runbook.id)) continue
      if (depends.length === 0)
        return {
          ...at,
          status: 'caught',
          runbook: runbook.id,
          entry: entry.text,
          perhaps: perhaps.slice(0, MAX_PERHAPS),
        }
      perhaps.push({ runbook: runbook.id, entry: entry.text, depends })
    }
    const runbook = index.catchAlls[0]?.id ?? null
    const status = perhaps.length > 0 ? 'maybe' : 'not_caught'
    return { ...at, status, runbook, entry: null, perhaps: perhaps.slice(0, MAX_PERHAPS) }
  })
}

function plainOf(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !value.includes('{{')))
}

/** Names that decide whether an entry holds; none when it holds for certain, null when it cannot. */
function openQuestions({ matchers }: MatchEntry, facts: Facts): string[] | null {
  const open = new Set<string>()
  for (const matcher of matchers) {
    const actual = facts.get(factName(matcher))
    if (actual === undefined) {
      if (!holdsForAll(matcher)) open.add(matcher.name)
    } else if (!matcher.holds(actual)) return null
  }
  return [...open]
}

const holdsForAll = ({ op, value }: Matcher): boolean => op === '=~' && value === '.*'

// The result of `runbook coverage` over rules files, for people: gaps first, each with its place.
import { count, formatProblem } from './format.ts'
import type { Problem } from './model.ts'
import type { RuleCoverage, RuleStatus } from './rule-coverage.ts'
import { forTerminal } from './terminal.ts'

export interface RulesReport {
  readonly rules: readonly RuleCoverage[]
  readonly problems: readonly Problem[]
}

const ORDER: readonly RuleStatus[] = ['not_caught', 'maybe', 'caught']
const SAYS: Readonly<Record<RuleStatus, string>> = {
  not_caught: 'not caught',
  maybe: 'maybe',
  caught: 'caught',
}

/** How many rules have which status. */
export function countRules(rules: readonly RuleCoverage[]): Readonly<Record<RuleStatus, number>> {
  const of = (status: RuleStatus): number => rules.filter((rule) => rule.status === status).length
  return { not_caught: of('not_caught'), maybe: of('maybe'), caught: of('caught') }
}

/** A line a rule, the gaps first, then the sum. */
export function formatRules({ rules, problems }: RulesReport): string {
  const width = Math.min(50, Math.max(0, ...rules.map(({ alert }) => forTerminal(alert).length)))
  const lines = ORDER.flatMap((status) =>
    rules
      .filter((rule) => rule.status === status)
      .map(
        (rule) =>
          `${SAYS[status].padEnd(10)}  ${forTerminal(rule.alert).padEnd(width)}  ${forTerminal(resultOf(rule))}  (${forTerminal(rule.file)}:${rule.line})`,
      ),
  )
  const { caught, maybe, not_caught } = countRules(rules)
  const total = `${count(rules.length, 'rule')}: ${caught} caught, ${maybe} maybe, ${not_caught} not caught`
  return [...problems.map(formatProblem), ...lines, total].join('\n')
}

function resultOf({ status, runbook, perhaps }: RuleCoverage): string {
  const ifs = perhaps.map((one) => `${one.runbook} if ${one.depends.join(', ')} fits`).join('; ')
  const other = runbook === null ? 'no runbook' : `${runbook} (catch-all)`
  switch (status) {
    case 'caught':
      return ifs === '' ? (runbook ?? '') : `${runbook ?? ''}, or ${ifs}`
    case 'maybe':
      return `${ifs}; else ${other}`
    case 'not_caught':
      return other
  }
}

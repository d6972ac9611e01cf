// The report of lint for people, for machines, and as annotations on a pull request.
import { count, formatProblem } from '../format.ts'
import type { Problem } from '../model.ts'
import type { LintReport } from './report.ts'

export const LINT_FORMATS = ['human', 'json', 'github'] as const
export type LintFormat = (typeof LINT_FORMATS)[number]

function totalOf({ runbooks, errors, warnings }: LintReport): string {
  return `${count(runbooks, 'runbook')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`
}

/** The result of `runbook lint`. */
export function formatLint(report: LintReport, format: LintFormat): string {
  if (format === 'json') return JSON.stringify(report, null, 2)
  const total = totalOf(report)
  if (format === 'github') return [...report.problems.map(annotation), total].join('\n')
  const { unchecked } = report
  const open =
    unchecked.length === 0 ? [] : [`not checked without an arrestor.yml (--config): ${unchecked.join(', ')}`]
  return [...report.problems.map(formatProblem), total, ...open].join('\n')
}

/** A workflow command of GitHub Actions; https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function annotation({ file, line, column, level, code, message, mend }: Problem): string {
  const properties = { file, line, col: column, title: code }
  const list = Object.entries(properties).map(([name, value]) => `${name}=${inProperty(String(value))}`)
  return `::${level} ${list.join(',')}::${inMessage(`${message}\n${mend}`)}`
}

// What GitHub's own @actions/core escapes, in its order.
function inMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function inProperty(text: string): string {
  return inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

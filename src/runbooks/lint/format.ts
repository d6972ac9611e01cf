// The report of lint for people, for machines, and as annotations on a pull request.
import { annotation } from '../annotation.ts'
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
  if (format === 'github') return [...report.problems.map(annotate), total].join('\n')
  const { unchecked } = report
  const open =
    unchecked.length === 0 ? [] : [`not checked without an arrestor.yml (--config): ${unchecked.join(', ')}`]
  return [...report.problems.map(formatProblem), total, ...open].join('\n')
}

function annotate({ file, line, column, level, code, message, mend }: Problem): string {
  return annotation(level, { file, line, col: column, title: code }, `${message}\n${mend}`)
}

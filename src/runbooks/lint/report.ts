// What lint answers, and how its checks say what they found.
import type { Problem } from '../model.ts'
import { LINT_CODES, type LintCode } from './codes.ts'
import type { Place } from './places.ts'

export interface LintReport {
  readonly runbooks: number
  readonly errors: number
  readonly warnings: number
  /** By file, line, column and code. */
  readonly problems: readonly Problem[]
  /** Checks that were not made because no configuration was given; one phrase each. */
  readonly unchecked: readonly string[]
}

export type Say = (code: LintCode, place: Place, message: string, mend: string) => void

/** Runs checks over one file and collects what they say. The level follows from the code. */
export function collect(file: string, look: (say: Say) => void): Problem[] {
  const problems: Problem[] = []
  look((code, place, message, mend) => {
    problems.push({ file, ...place, level: LINT_CODES[code].level, code, message, mend })
  })
  return problems
}

function compare(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
}

/** The report over all that was found, in order. */
export function reportOf(
  runbooks: number,
  problems: readonly Problem[],
  unchecked: readonly string[],
): LintReport {
  const errors = problems.filter(({ level }) => level === 'error').length
  return {
    runbooks,
    errors,
    warnings: problems.length - errors,
    problems: problems.toSorted(compare),
    unchecked,
  }
}

// Reports of test and match for people (plain text) and for machines (JSON).
import type { EntryExplanation } from './match.ts'
import type { MatchReport } from './explain.ts'
import type { Problem } from './model.ts'
import { forTerminal } from './terminal.ts'

export type Format = 'human' | 'json'

/** `1 file`, `2 files`. */
export const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

/** `file:line:column: error: message` and the mend below it, as editors and terminals make links of. */
export function formatProblem({ file, line, column, level, message, mend, code }: Problem): string {
  return `${forTerminal(file)}:${line}:${column}: ${level}: ${forTerminal(message)} [${code}]\n  ${forTerminal(mend)}`
}

function formatEntry({ runbookId, entry, matchers }: EntryExplanation): string[] {
  return [
    `  ${runbookId}: ${entry ?? '(no matchers)'}`,
    ...matchers.map(({ text, held, actual }) => {
      const mark = held === true ? 'held  ' : held === false ? 'failed' : 'unknown'
      return `    ${mark}  ${text}${held === true ? '' : `  (it is ${actual === null ? 'not known yet' : JSON.stringify(actual)})`}`
    }),
  ]
}

const REASONS = {
  named: 'named by the alert',
  matched: 'matched',
  catch_all: 'taken by the catch-all: a gap in coverage',
  none: 'no runbook: a gap in coverage',
} as const

/** The result of `runbook match`: the winner with every matcher, the runners-up, and what nearly matched. */
export function formatMatch({ match, nearly }: MatchReport, format: Format): string {
  if (format === 'json') {
    const { runbook, ...rest } = match
    return JSON.stringify({ runbook: runbook?.id ?? null, ...rest, nearly }, null, 2)
  }
  const lines = [`${match.runbook?.id ?? 'none'}: ${REASONS[match.reason]}`]
  if (match.unknownName !== null)
    lines.push(`  the alert names "${match.unknownName}", which is no runbook here`)
  lines.push(...match.explanation.filter(({ entry }) => entry !== null).flatMap(formatEntry))
  if (match.runnersUp.length > 0)
    lines.push('runners-up', ...match.runnersUp.map(({ id, why }) => `  ${id}: ${why}`))
  if (nearly.length > 0) lines.push('nearly', ...nearly.flatMap(formatEntry))
  return lines.map(forTerminal).join('\n')
}

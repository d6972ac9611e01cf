// docs/errors.md from the catalogue in src/errors.ts, and the codes that were given up and never come back.
import { CATALOGUE, type ErrorCode, type Fault } from '../../src/errors.ts'
import { table } from './markdown.ts'

/** Codes once published that no longer exist, with the version that gave them up. They are never used again. */
export const RETIRED: Readonly<Record<string, string>> = {}

const GROUPS: Readonly<Record<string, string>> = {
  1: 'Configuration and environment',
  2: 'Database',
  3: 'Slack',
  4: 'PagerDuty',
  5: 'Platforms',
  6: 'Runbooks',
  7: 'Command line',
  9: 'HTTP',
}

const WHOSE: Readonly<Record<Fault, string>> = {
  user: 'the configuration',
  theirs: 'the other end',
  ours: 'ours: please report it',
}

/** The page. Throws when a code belongs to no group. */
export function errorsPage(): string {
  const codes = Object.keys(CATALOGUE) as ErrorCode[]
  const digits = [...new Set(codes.map(groupOf))]
  const retired = Object.entries(RETIRED)
  return `# Errors

Every failure that a person can meet has a code, says what happened, and says what to do. Codes are never reused.
What stands in braces is filled in. "Passes by itself" means that the same call may succeed later without anybody
changing anything.

${digits.map(section(codes)).join('\n\n')}
${retired.length === 0 ? '' : `\n## Retired\n\n${table(['code', 'since'], retired)}\n`}`
}

function section(codes: readonly ErrorCode[]): (digit: string) => string {
  return (digit) => {
    const title = GROUPS[digit]
    if (title === undefined) throw new Error(`codes ARR-${digit}xx have no heading in scripts/docs/errors.ts`)
    return `## ${title}\n\n${codes
      .filter((code) => groupOf(code) === digit)
      .map(entry)
      .join('\n\n')}`
  }
}

function entry(code: ErrorCode): string {
  const { what, mend, fault, retryable } = CATALOGUE[code]
  return `### ${code}

${what.replace(/:\n\{(\w+)\}$/, ': {$1}.')}

${mend}

Whose: ${WHOSE[fault]}. Passes by itself: ${retryable ? 'yes' : 'no'}.`
}

const groupOf = (code: string): string => code.slice('ARR-'.length, 'ARR-'.length + 1)

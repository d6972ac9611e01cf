// docs/lint.md: every code that `arrestor runbook lint` may bear.
import { LINT_CODES, READING_CODES } from '../../src/runbooks/lint/codes.ts'
import { table } from './markdown.ts'

export function lintPage(): string {
  const rows = (codes: typeof READING_CODES | typeof LINT_CODES): string[][] =>
    Object.entries(codes).map(([code, { level, says }]) => [`\`${code}\``, level, says])
  return `# What lint finds

\`arrestor runbook lint\` tells each mistake with file, line, column, one of these codes, and its mend. Codes are for
machines: they stay as they are. See [runbooks](runbooks.md#lint) for how to run it.

## The file cannot be read

Until these are mended the last good version serves, where there was one.

${table(['code', 'level', 'what'], rows(READING_CODES))}

## The runbook can be read

${table(['code', 'level', 'what'], rows(LINT_CODES))}
`
}

// The result of `runbook test`: for people, as JSON, as annotations of a pull request, and as JUnit XML.
import { annotation } from './annotation.ts'
import { count, formatProblem } from './format.ts'
import type { Problem } from './model.ts'
import { forTerminal } from './terminal.ts'
import type { CaseResult, Difference, TestReport } from './test-runner.ts'

export const TEST_FORMATS = ['human', 'json', 'github', 'junit'] as const
export type TestFormat = (typeof TEST_FORMATS)[number]

/** What failed, then the sum; every form says the same. */
export function formatTests(report: TestReport, format: TestFormat): string {
  switch (format) {
    case 'json':
      return JSON.stringify(report, null, 2)
    case 'github':
      return [...github(report), total(report)].join('\n')
    case 'junit':
      return junit(report)
    case 'human':
      return [...report.problems.map(formatProblem), ...failed(report).map(human), total(report)].join('\n')
  }
}

/** 0 when all is well, 1 when a test failed or there is none, 2 when something could not be run. */
export function exitCodeOf(report: TestReport): 0 | 1 | 2 {
  if (report.problems.some(({ level }) => level === 'error')) return 2
  return report.failed > 0 || report.files === 0 ? 1 : 0
}

const failed = ({ cases }: TestReport): CaseResult[] =>
  cases.filter(({ differences }) => differences.length > 0)

function total(report: TestReport): string {
  if (report.files === 0) return 'There is no test file (<id>.test.yml beside <id>.md): nothing was tested.'
  return `${count(report.files, 'file')}: ${report.passed} passed, ${report.failed} failed`
}

function human({ file, line, name, differences }: CaseResult): string {
  const told = differences.flatMap((difference) => [
    `  ${forTerminal(difference.what)} (line ${difference.line})`,
    ...diffOf(difference).map((text) => `    ${text}`),
    ...(difference.hint === null ? [] : [`    ${forTerminal(difference.hint)}`]),
  ])
  return [`${forTerminal(file)}:${line}: FAILED ${forTerminal(name)}`, ...told].join('\n')
}

/** `-` is what was expected, `+` what is; what both have stands between them unmarked. */
export function diffOf({ expected, actual }: Difference): string[] {
  if (typeof expected === 'string' && typeof actual === 'string')
    return [`- expected ${shown(expected)}`, `+ actual   ${shown(actual)}`]
  return listDiff([expected].flat(), [actual].flat())
}

/** A longest common subsequence, so that one item too many does not make all others look wrong. */
function listDiff(expected: readonly string[], actual: readonly string[]): string[] {
  const rows: number[][] = [actual.map(() => 0)]
  // rows[0] is the row of the item that was looked at last: from the end to the beginning.
  for (let i = expected.length - 1; i >= 0; i -= 1) {
    const below = rows[0] ?? []
    const row: number[] = []
    for (let j = actual.length - 1; j >= 0; j -= 1)
      row[j] = expected[i] === actual[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    rows.unshift(row)
  }
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < expected.length || j < actual.length)
    if (i < expected.length && j < actual.length && expected[i] === actual[j]) {
      lines.push(`  ${shown(expected[i] ?? '')}`)
      i += 1
      j += 1
    } else if (j >= actual.length || (i < expected.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${shown(expected[i] ?? '')}`)
      i += 1
    } else {
      lines.push(`+ ${shown(actual[j] ?? '')}`)
      j += 1
    }
  if (actual.length === 0) lines.push('+ (nothing)')
  if (expected.length === 0) lines.unshift('- (nothing)')
  return lines
}

/** One line, whatever is in it. */
function shown(text: string): string {
  return text === '' ? "''" : forTerminal(text)
}

function github(report: TestReport): string[] {
  const problem = ({ file, line, column, level, message, mend }: Problem): string =>
    annotation(level, { file, line, col: column, title: 'runbook test' }, `${message}\n${mend}`)
  const difference = ({ file, name }: CaseResult, one: Difference): string =>
    annotation(
      'error',
      { file, line: one.line, title: `${name}: ${one.what}` },
      [...diffOf(one), ...(one.hint === null ? [] : [one.hint])].join('\n'),
    )
  return [
    ...report.problems.map(problem),
    ...failed(report).flatMap((result) => result.differences.map((one) => difference(result, one))),
  ]
}

/** A suite for each test file; what could not be run is an error of a suite of its own. */
function junit(report: TestReport): string {
  const errors = report.problems.filter(({ level }) => level === 'error')
  const suites = [...Map.groupBy(report.cases, ({ file }) => file)].map(([file, cases]) =>
    element(
      'testsuite',
      { name: file, tests: cases.length, failures: cases.filter((one) => one.differences.length > 0).length },
      cases.map((one) =>
        element(
          'testcase',
          { classname: one.runbook, name: one.name, file, line: one.line },
          one.differences.map((difference) =>
            element('failure', { message: `${difference.what}: not as expected` }, [
              xml([...diffOf(difference), ...(difference.hint === null ? [] : [difference.hint])].join('\n')),
            ]),
          ),
        ),
      ),
    ),
  )
  if (errors.length > 0)
    suites.push(
      element(
        'testsuite',
        { name: 'could not be run', tests: errors.length, errors: errors.length },
        errors.map((one) =>
          element('testcase', { classname: one.code, name: `${one.file}:${one.line}` }, [
            element('error', { message: one.message }, [xml(one.mend)]),
          ]),
        ),
      ),
    )
  const counts = {
    tests: report.cases.length + errors.length,
    failures: report.failed,
    errors: errors.length,
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'arrestor runbook test', ...counts }, suites)}`
}

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[],
): string {
  const told = Object.entries(attributes).map(([key, value]) => ` ${key}="${xml(String(value))}"`)
  if (children.length === 0) return `<${name}${told.join('')}/>`
  return `<${name}${told.join('')}>\n${children.join('\n')}\n</${name}>`
}

/** What XML 1.0 cannot hold at all becomes U+FFFD. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[[\p{Cc}\ufffe\uffff]--[\t\n\r]]/gv, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

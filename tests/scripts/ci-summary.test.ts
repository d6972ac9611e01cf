// CI's last line: sums that are right, and nothing that failed goes missing in them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SUMMARY = path.resolve(import.meta.dirname, '../../scripts/ci/summary.ts')

let dir: string
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'arrestor-summary-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** A report as vitest writes it, of one file with these tests. */
function report(name: string, statuses: readonly string[], more: Record<string, unknown> = {}): string {
  const count = (status: string): number => statuses.filter((one) => one === status).length
  const file = path.join(dir, name)
  const body = {
    success: count('failed') === 0,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    testResults: [
      {
        name: `tests/${name}`,
        status: count('failed') > 0 ? 'failed' : 'passed',
        assertionResults: statuses.map((status, index) => ({ status, fullName: `${name} ${index}` })),
      },
    ],
    ...more,
  }
  writeFileSync(file, JSON.stringify(body))
  return file
}

function summary(...args: readonly string[]): { code: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, [SUMMARY, ...args], { encoding: 'utf8' })
  return { code: status, lines: stdout.trimEnd().split('\n') }
}

test('adds up checks and reports, and names what was skipped', () => {
  const { code, lines } = summary(
    '--checks',
    '5',
    '0',
    report('fast.json', ['passed', 'passed']),
    report('real.json', ['passed', 'pending']),
  )
  expect(lines).toEqual(['skipped: real.json 1', '8 passed, 0 failed, 1 skipped'])
  expect(code).toBe(0)
})

test.each([
  ['a failed test', () => [report('a.json', ['passed', 'failed'])], '1 passed, 1 failed, 0 skipped'],
  [
    'a failed check',
    () => ['--checks', '1', '1', report('a.json', ['passed'])],
    '2 passed, 1 failed, 0 skipped',
  ],
  [
    'a run without a report',
    () => [report('a.json', ['passed']), '/nowhere.json'],
    '1 passed, 1 failed, 0 skipped',
  ],
  [
    'a file that could not be read',
    () => [
      report('a.json', ['passed'], {
        success: false,
        testResults: [{ name: 'b', status: 'failed', message: 'no such module', assertionResults: [] }],
      }),
    ],
    '1 passed, 1 failed, 0 skipped',
  ],
  [
    'an error beside all tests',
    () => [report('a.json', ['passed'], { success: false })],
    '1 passed, 1 failed, 0 skipped',
  ],
  ['nothing at all', () => [report('a.json', [])], '0 passed, 0 failed, 0 skipped'],
] as const)('fails for %s', (_what, args, last) => {
  const { code, lines } = summary(...args())
  expect(lines.at(-1)).toBe(last)
  expect(code).toBe(1)
})

test('tells of each failed test what was said, and where', () => {
  const said = [
    'AssertionError: 1 is not 2',
    'It says: nothing',
    '    at node:internal/x:1:2',
    '    at /w/tests/a.test.ts:3:4',
  ]
  const file = { name: 'a', status: 'failed', assertionResults: [{ status: 'failed', fullName: 'a b', failureMessages: [said.join('\n')] }] } // prettier-ignore
  const { lines } = summary(report('a.json', ['failed'], { testResults: [file] }))
  expect(lines.slice(0, -1)).toEqual([
    'failed: a b',
    '  AssertionError: 1 is not 2',
    '  It says: nothing',
    '  at /w/tests/a.test.ts:3:4',
  ])
})

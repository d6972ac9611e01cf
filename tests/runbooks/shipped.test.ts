// The shipped library: lints clean against what there is to name, and every test beside a runbook passes.
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { lintConfigOf } from '../../src/cli/runbook/lint.ts'
import { loadOutline } from '../../src/config/outline.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import { formatProblem } from '../../src/runbooks/format.ts'
import { formatLint } from '../../src/runbooks/lint/format.ts'
import { lintRunbooks } from '../../src/runbooks/lint/index.ts'
import { SOURCES } from '../../src/sources/registry.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { actionsOf } from '../../src/runbooks/model.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { readTestFile } from '../../src/runbooks/test-file.ts'
import { formatTests } from '../../src/runbooks/test-report.ts'
import { testRunbooks } from '../../src/runbooks/test-runner.ts'
import { testDeps } from '../../src/cli/runbook/test.ts'

const FOLDERS = ['runbooks']

describe('the shipped runbooks', () => {
  // The day is given: what was verified in time today is not for ever.
  const now = new Date('2026-11-22T12:00:00Z')
  const catalogue = { probes: PROBES, actions: ACTIONS }
  const sources = [...SOURCES.keys()]

  test('lint clean: no unknown name, no tie, no shadow, nothing unreachable, not even a warning', async () => {
    const report = await lintRunbooks(FOLDERS, catalogue, { now, sources })
    expect(formatLint(report, 'github')).toMatch(/^\d{2,} runbooks, 0 errors, 0 warnings$/)
  })

  test.each(['arrestor.example.yml', 'src/cli/sandbox.yml'])('lint clean against %s', async (file) => {
    const config = lintConfigOf(loadOutline(file, {}))
    const report = await lintRunbooks(FOLDERS, catalogue, { now, sources, config })
    // The library is for every kind of platform; these files configure one, which has no logs, metrics or containers and
    // runs nothing again, and no deployment pipeline.
    const others =
      /: warning: no (?:configured platform offers (?:log|metrics|containers|run\.rerun): .* \[no-platform\]|webhook is configured: .* \[no-webhook\])$/
    const told = formatLint(report, 'human').split('\n')
    const problems = told.filter((line) => /: (?:warning|error): /.test(line) && !others.test(line))
    expect(problems).toEqual([])
    expect(told.at(-1)).toMatch(/^\d{2,} runbooks, 0 errors, /)
  })

  test('pass their own tests', async () => {
    const report = await testRunbooks(FOLDERS, testDeps(null))
    expect(formatTests(report, 'human')).toMatch(/^\d{2,} files: \d{2,} passed, 0 failed$/)
  })

  test.each([
    // The verdict says who may run a job again.
    ['spark.kill-application', 5, { requires: 'commander', verify: { withinMs: 60_000 } }],
    ['run.rerun', 5, { requires: null, verify: { withinMs: 600_000 } }],
    ['deploy.roll-back', 1, { requires: 'commander', verify: { withinMs: 1_800_000 } }],
  ])(
    'say the risk of %s (in %i runbooks or more), who may press it, and how long to look whether it worked',
    async (use, least, wanted) => {
      const { index } = await loadRunbooks(FOLDERS)
      const actions = index.runbooks.flatMap(actionsOf).filter((action) => action.use === use)
      expect(actions.length).toBeGreaterThanOrEqual(least)
      for (const action of actions) {
        expect(action).toMatchObject(wanted)
        expect(action.prose).toContain('**Risk.**')
      }
    },
  )

  test('hold no action that is not held to this', async () => {
    const { index } = await loadRunbooks(FOLDERS)
    const uses = index.runbooks.flatMap(actionsOf).map(({ use }) => use)
    expect([...new Set(uses)].sort()).toEqual(['deploy.roll-back', 'run.rerun', 'spark.kill-application'])
  })

  test('say when to escalate and what to hand over', async () => {
    const { index } = await loadRunbooks(FOLDERS)
    for (const runbook of index.runbooks)
      expect(runbook.sections.map(({ heading }) => heading)).toEqual(
        expect.arrayContaining(['Escalate when', 'Hand over']),
      )
  })
})

describe('the examples in docs/runbooks.md', () => {
  test('are a runbook and a test file that can be read', async () => {
    const page = await readFile('docs/runbooks.md', 'utf8')
    const book = /^````markdown\n(.*?)^````$/ms.exec(page)?.[1] ?? ''
    expect(parseRunbook(book, 'example.md').problems).toEqual([])
    const tests = /^```yaml\n(tests:.*?)^```$/ms.exec(page)?.[1] ?? ''
    expect(readTestFile(tests, 'example.test.yml', ['alertmanager'])).toMatchObject({
      problems: [],
      tests: { tests: [{}] },
    })
  })

  test('hold a task for VS Code that finds what lint prints', async () => {
    const page = await readFile('docs/runbooks.md', 'utf8')
    const json = /^```json\n(\{\n {2}"version".*?)^```$/ms.exec(page)?.[1] ?? '{}'
    const task = JSON.parse(json) as { tasks: { problemMatcher: { pattern: { regexp: string } } }[] }
    const pattern = new RegExp(task.tasks[0]?.problemMatcher.pattern.regexp ?? '')
    const problem = { file: 'runbooks/a.md', line: 3, column: 7, code: 'dead-link', mend: 'Mend it.' }
    const line =
      formatProblem({ ...problem, level: 'warning', message: 'no [x]: there' }).split('\n')[0] ?? ''
    expect(pattern.exec(line)?.slice(1)).toEqual([
      'runbooks/a.md',
      '3',
      '7',
      'warning',
      'no [x]: there',
      'dead-link',
    ])
  })
})

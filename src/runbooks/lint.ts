// What is wrong with runbooks although they parse: names nobody has, ties, buttons without a word of warning.
import { access } from 'node:fs/promises'
import path from 'node:path'
import { SEVERITIES } from '../alerts/model.ts'
import type { Catalogue } from './catalogue.ts'
import { checkSteps, checkReferences } from './lint-steps.ts'
import { loadRunbooks } from './load.ts'
import type { MatchEntry, Problem, Runbook } from './model.ts'
import { suggestion } from './nearest.ts'

export interface LintReport {
  readonly runbooks: number
  readonly errors: number
  readonly warnings: number
  readonly problems: readonly Problem[]
}

/** Lints every runbook of the folders against what there is to name. Reads files and nothing else. */
export async function lintRunbooks(folders: readonly string[], catalogue: Catalogue): Promise<LintReport> {
  const library = await loadRunbooks(folders)
  const { runbooks } = library.index
  const problems = [
    ...library.problems,
    ...runbooks.flatMap((runbook) => [
      ...checkForm(runbook),
      ...checkSteps(runbook, catalogue),
      ...checkReferences(runbook, catalogue),
    ]),
    ...checkTies(runbooks),
    ...(await checkTestFiles(runbooks)),
  ]
  if (runbooks.length > 0 && library.index.catchAlls.length === 0)
    problems.push(
      warn(
        folders[0] ?? '',
        1,
        'no-catch-all',
        'no runbook takes what nothing else takes',
        'Add one with catch_all: true.',
      ),
    )
  problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
  const errors = problems.filter((problem) => problem.level === 'error').length
  return { runbooks: runbooks.length, errors, warnings: problems.length - errors, problems }
}

function warn(file: string, line: number, code: string, message: string, mend: string): Problem {
  return { file, line, column: 1, level: 'warning', code, message, mend }
}

/** File name, prose, severity words: what concerns one runbook alone. */
function checkForm(runbook: Runbook): Problem[] {
  const { file, id } = runbook
  const problems: Problem[] = []
  const error = (line: number, code: string, message: string, mend: string): void =>
    void problems.push({ ...warn(file, line, code, message, mend), level: 'error' })
  if (path.parse(file).name !== id)
    error(2, 'file-name', `the file is not named after its id "${id}"`, `Rename it to ${id}.md.`)
  if (runbook.intro.trim() === '')
    problems.push(
      warn(
        file,
        1,
        'no-prose',
        'nothing is said before the first section',
        'Say what it means and who is hurt.',
      ),
    )
  if (runbook.sections.length === 0)
    problems.push(warn(file, 1, 'no-sections', 'there is no section', 'Say what to look at and what to do.'))
  for (const section of runbook.sections) {
    if (section.actions.length > 0 && section.prose.trim() === '')
      error(
        section.line,
        'no-prose',
        `"${section.heading}" offers an action and says nothing about it`,
        'Say what it does and what it may cost.',
      )
  }
  for (const entry of [...runbook.match, ...runbook.sections.flatMap((section) => section.when ?? [])])
    for (const { name, op, value } of entry.matchers)
      if (name === 'severity' && (op === '=' || op === '!=') && !SEVERITIES.some((word) => word === value))
        error(
          entry.line,
          'severity-word',
          `severity is never "${value}"`,
          `It is one of ours, whatever the label says: ${SEVERITIES.join(', ')}. ${suggestion(value, SEVERITIES)}`,
        )
  return problems
}

/** The same matchers in whatever order and form. */
function canonical(entry: MatchEntry): string {
  return entry.matchers
    .map(({ name, op, value }) => JSON.stringify([name, op, value]))
    .sort()
    .join()
}

/** Two entries that hold for the same alerts: a tie, or one that can never win. */
function checkTies(runbooks: readonly Runbook[]): Problem[] {
  const problems: Problem[] = []
  const seen = new Map<string, Runbook>()
  const compare = (key: string, runbook: Runbook, line: number, what: string): void => {
    const other = seen.get(key)
    if (other === undefined) return void seen.set(key, runbook)
    const tie = other.priority === runbook.priority
    const loser = tie || other.priority > runbook.priority ? runbook : other
    const winner = loser === runbook ? other : runbook
    problems.push({
      ...warn(
        loser.file,
        loser === runbook ? line : 1,
        tie ? 'tie' : 'unreachable',
        tie
          ? `${what} as ${winner.file}, with the same priority`
          : `${what} as ${winner.file}, which has the higher priority: this never wins`,
        tie
          ? 'Make one of them more specific, or give it a priority.'
          : 'Remove it, or make it more specific.',
      ),
      level: tie ? 'error' : 'warning',
    })
  }
  for (const runbook of runbooks) {
    if (runbook.catchAll) compare('catch-all', runbook, 1, 'catches all')
    for (const key of new Set(runbook.match.map(canonical)))
      compare(
        key,
        runbook,
        runbook.match.find((entry) => canonical(entry) === key)?.line ?? 1,
        'matches the same alerts',
      )
  }
  return problems
}

/** The test file that stands beside a runbook. */
export function testFileOf(file: string): string {
  return file.replace(/\.(?:md|markdown)$/i, '.test.yml')
}

async function checkTestFiles(runbooks: readonly Runbook[]): Promise<Problem[]> {
  const found = await Promise.all(
    runbooks.map(async ({ file, id }) => {
      const there = await access(testFileOf(file)).then(
        () => true,
        () => false,
      )
      return there
        ? []
        : [
            warn(
              file,
              1,
              'no-test',
              'there is no test file',
              `Write ${id}.test.yml: an alert that must match, one that must not.`,
            ),
          ]
    }),
  )
  return found.flat()
}

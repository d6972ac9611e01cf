// What is wrong with runbooks although they can be read: each family of checks has a file of its own.
import type { Catalogue } from '../catalogue.ts'
import { type FolderChoice, loadRunbooks } from '../load.ts'
import { folderOf } from '../folder.ts'
import { checkContext, checkFloors, type LintConfig, NEEDS_CONFIG } from './context.ts'
import { checkForm, checkInvisible, checkVerified } from './form.ts'
import { checkLinks } from './links.ts'
import { checkReach } from './reach.ts'
import { checkReferences } from './references.ts'
import { collect, reportOf, type LintReport } from './report.ts'
import { checkSteps } from './steps.ts'
import { testNamesOf } from '../test-names.ts'
import { readTestsBeside } from './tests-beside.ts'

export type { LintReport } from './report.ts'
export type { LintConfig, LintPlatform } from './context.ts'

/** Days after which somebody should hold a runbook against reality again. */
export const VERIFIED_DAYS = 180

export interface LintContext {
  /** Without it, what needs an arrestor.yml is not checked, and the report says so. */
  readonly config?: LintConfig
  /** Default: VERIFIED_DAYS. */
  readonly verifiedDays?: number
  readonly now?: Date
  /** Names of the alert sources; without them the form of test files is left to `runbook test`. */
  readonly sources?: readonly string[]
  /** A folder that is not linted has a catch-all, which serves these runbooks' alerts too. */
  readonly caughtElsewhere?: boolean
  /** Kinds of platforms; without them the names in test files are left to `runbook test`. */
  readonly kinds?: Iterable<string>
}

/** Lints every runbook of the folders against what there is to name. Reads files and nothing else. */
export async function lintRunbooks(
  folders: readonly FolderChoice[],
  catalogue: Catalogue,
  {
    config,
    verifiedDays = VERIFIED_DAYS,
    now = new Date(),
    sources,
    kinds,
    caughtElsewhere,
  }: LintContext = {},
): Promise<LintReport> {
  const library = await loadRunbooks(folders)
  const runbooks = library.served.map(({ runbook }) => runbook)
  const tests = await readTestsBeside(
    runbooks,
    sources,
    kinds === undefined ? null : testNamesOf(runbooks, catalogue, kinds),
  )
  const problems = [
    ...library.problems,
    ...tests.problems,
    ...runbooks.flatMap((runbook) => [
      ...checkForm(runbook),
      ...checkInvisible(runbook),
      ...checkVerified(runbook, verifiedDays, now),
      ...checkSteps(runbook, catalogue),
      ...checkReferences(runbook, catalogue, tests.labels.get(runbook.id) ?? null),
      ...checkFloors(runbook, catalogue, config?.floors ?? new Map()),
      ...(config === undefined ? [] : checkContext(runbook, catalogue, config)),
    ]),
    ...checkReach(library),
    ...(await checkLinks(runbooks)),
  ]
  const place = folders[0] === undefined ? '' : folderOf(folders[0]).path
  if (runbooks.length === 0 && problems.length === 0)
    problems.push(
      ...collect(place, (say) =>
        say(
          'no-runbooks',
          { line: 1, column: 1 },
          'there is no runbook here, so nothing was checked',
          'Name a folder with <id>.md files.',
        ),
      ),
    )
  if (runbooks.length > 0 && caughtElsewhere !== true && !runbooks.some(({ catchAll }) => catchAll))
    problems.push(
      ...collect(place, (say) =>
        say(
          'no-catch-all',
          { line: 1, column: 1 },
          'no runbook takes what nothing else takes',
          'Add one with catch_all: true.',
        ),
      ),
    )
  return reportOf(runbooks.length, problems, config === undefined ? NEEDS_CONFIG : [])
}

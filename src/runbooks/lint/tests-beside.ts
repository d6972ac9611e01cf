// The test file beside a runbook: that there is one, that it can be read, and which labels its alerts have.
import { parseDocument } from 'yaml'
import { MAX_BYTES, normaliseText } from '../bounds.ts'
import type { Problem, Runbook } from '../model.ts'
import { readAtMost } from '../read-file.ts'
import { readTestFile } from '../test-file.ts'
import { checkTestNames, type TestNames } from '../test-names.ts'
import { testFileOf } from '../test-path.ts'
import { collect } from './report.ts'

/** Files read at once. */
const CONCURRENCY = 32

export interface TestsBeside {
  readonly problems: readonly Problem[]
  /** Labels of the alerts by runbook id; runbooks whose tests cannot be read are absent. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>
}

/** Looks at the test file of every runbook. */
export async function readTestsBeside(
  runbooks: readonly Runbook[],
  sources: readonly string[] | undefined,
  names: TestNames | null,
): Promise<TestsBeside> {
  const problems: Problem[] = []
  const labels = new Map<string, ReadonlySet<string>>()
  for (let i = 0; i < runbooks.length; i += CONCURRENCY)
    await Promise.all(
      runbooks.slice(i, i + CONCURRENCY).map(async (runbook) => {
        const text = await read(testFileOf(runbook.file))
        if (text === null) return void problems.push(...missing(runbook))
        const file = testFileOf(runbook.file)
        const tests = sources === undefined ? null : readTestFile(text, file, sources)
        const wrong = tests?.problems ?? []
        problems.push(...wrong)
        if (tests !== null && names !== null) problems.push(...checkTestNames(tests, file, names))
        const found = wrong.length > 0 ? null : labelsIn(text)
        if (found !== null) labels.set(runbook.id, found)
      }),
    )
  return { problems, labels }
}

/** Null where there is none that lint could read; the test runner says more of one that is too large. */
async function read(file: string): Promise<string | null> {
  try {
    const bytes = await readAtMost(file, MAX_BYTES)
    return bytes === null ? null : normaliseText(bytes.toString('utf8'))
  } catch {
    return null
  }
}

function missing({ file, id }: Runbook): Problem[] {
  return collect(file, (say) =>
    say(
      'no-test',
      { line: 1, column: 1 },
      'there is no test file',
      `Write ${id}.test.yml: an alert that must match, one that must not.`,
    ),
  )
}

const LABELS = /^(?:labels|commonLabels|groupLabels)$/

/** Keys of every mapping that holds labels, in whatever format the alerts are written; null where it is no YAML. */
function labelsIn(text: string): ReadonlySet<string> | null {
  const found = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (LABELS.test(key) && typeof inner === 'object' && inner !== null)
        for (const label of Object.keys(inner)) found.add(label)
      walk(inner)
    }
  }
  try {
    const data: unknown = parseDocument(text, { schema: 'core' }).toJS({ maxAliasCount: 10 })
    walk(typeof data === 'object' && data !== null && 'tests' in data ? data.tests : null)
    return found
  } catch {
    // An alias without its anchor, or a bomb: `runbook test` says more of it.
    return null
  }
}

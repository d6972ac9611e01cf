// Which test files there are, and which runbook each is for: a test that runs for nobody must not look green.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { reasonOf } from '../errors.ts'
import { MAX_BYTES, normaliseText } from './bounds.ts'
import { testFileOf } from './test-path.ts'
import type { Library } from './load.ts'
import type { Problem, Runbook } from './model.ts'
import { nearest } from './nearest.ts'
import { readAtMost } from './read-file.ts'

export interface FoundTests {
  /** Test files with the runbook that each stands beside, by path. */
  readonly files: readonly { readonly file: string; readonly runbook: Runbook }[]
  readonly problems: readonly Problem[]
}

/** Every `*.test.yml` of the folders, as far as a runbook that serves stands beside it. */
export async function findTests(folders: readonly string[], library: Library): Promise<FoundTests> {
  const serving = new Map(library.index.runbooks.map((runbook) => [testFileOf(runbook.file), runbook]))
  const known = new Map([...library.files.keys()].map((file) => [testFileOf(file), file]))
  const files: { file: string; runbook: Runbook }[] = []
  const problems: Problem[] = []
  for (const file of await listTests(folders)) {
    const runbook = serving.get(file)
    const beside = known.get(file)
    if (runbook !== undefined) files.push({ file, runbook })
    else if (beside === undefined) problems.push(orphan(file, [...known.keys()]))
    else if (library.files.get(beside)?.runbook != null)
      problems.push({
        ...testProblem(file, 'it is not run: another runbook with this id goes before its own', ''),
        level: 'warning',
        mend: 'Nothing to mend if the override is meant.',
      })
    // What cannot be read at all has been told with its own line.
  }
  return { files, problems }
}

/** The text of a test file, or why there is none. */
export async function readTests(file: string): Promise<string | Problem> {
  try {
    const bytes = await readAtMost(file, MAX_BYTES)
    if (bytes === null)
      return testProblem(file, `the test file has more than ${MAX_BYTES} bytes`, 'Split the runbook.')
    return normaliseText(bytes.toString('utf8'))
  } catch (error) {
    return testProblem(
      file,
      `the test file cannot be read: ${reasonOf(error)}`,
      'Check that it is a file and may be read.',
    )
  }
}

function testProblem(file: string, message: string, mend: string): Problem {
  return { file, line: 1, column: 1, level: 'error', code: 'test-file', message, mend }
}

function orphan(file: string, known: readonly string[]): Problem {
  const near = nearest(
    path.basename(file),
    known.filter((one) => path.dirname(one) === path.dirname(file)).map((one) => path.basename(one)),
  )
  return testProblem(
    file,
    'no runbook stands beside this test file, so nothing runs it',
    near === null ? 'Name it after its runbook, or remove it.' : `Did you mean "${near}"?`,
  )
}

/** As runbooks are listed: hidden folders are left out, links to folders not followed. */
async function listTests(folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  const queue = [...folders]
  for (let dir = queue.shift(); dir !== undefined; dir = queue.shift()) {
    // A folder that cannot be read has been told by whoever loaded the runbooks.
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      const full = path.join(dir, entry.name)
      if (entry.isDirectory()) queue.push(full)
      else if (/\.test\.ya?ml$/i.test(entry.name)) found.add(full)
    }
  }
  return [...found].sort()
}

// A runbook drafted from an incident: what was looked at, done and noted, in our format, ready for a pull request. Pure.
import { bodyOf } from './draft/body.ts'
import { frontOf } from './draft/front.ts'
import { createInert } from './draft/inert.ts'
import type { DraftSource, DraftSurroundings } from './draft/source.ts'
import { yaml } from './draft/steps.ts'
import { testsOf } from './draft/tests.ts'
import { parseRunbook } from './parse.ts'

export type * from './draft/source.ts'

export interface DraftFile {
  readonly name: string
  readonly text: string
}

export interface Draft {
  readonly id: string
  readonly title: string
  /** The runbook, then its test file. */
  readonly files: readonly [DraftFile, DraftFile]
}

/**
 * Drafts a runbook and its test file. Nothing from outside (alerts, findings, notes) keeps a secret, a person's name or
 * a meaning in Markdown or YAML. Throws an Error where the draft does not parse: that would be a fault of ours.
 */
export function draftRunbook(source: DraftSource, around: DraftSurroundings): Draft {
  const inert = createInert(source.people)
  const front = frontOf(source, around, inert)
  const head = yaml({
    id: front.id,
    title: front.title,
    owner: source.team,
    severity: source.severity,
    match: front.match,
    ...(front.priority === null ? {} : { priority: front.priority }),
    verified: source.now.toISOString().slice(0, 10),
  })
  const name = `${front.id}.md`
  const text = `---\n${head}---\n\n${bodyOf(source, front.title, inert)}`
  const { runbook, problems } = parseRunbook(text, name)
  if (runbook === null)
    throw new Error(`The draft does not parse: ${problems.map(({ message }) => message).join('; ')}`)
  const tests = testsOf(source, front, runbook, around, createInert(source.people))
  return {
    id: front.id,
    title: front.title,
    files: [
      { name, text },
      { name: `${front.id}.test.yml`, text: tests },
    ],
  }
}

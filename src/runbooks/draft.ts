// A runbook drafted from an incident: what was looked at, done and noted, in our format, ready for a pull request. Pure.
import { bodyOf } from './draft/body.ts'
import { type Front, frontOf } from './draft/front.ts'
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
  const name = `${front.id}.md`
  const text = `---\n${headOf(source, front)}---\n\n${bodyOf(source, front.title, inert)}`
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

/** The front matter, with what only people can write as comments. */
function headOf(source: DraftSource, front: Front): string {
  const { id, title, match, takenBy } = front
  return [
    yaml({ id, title, owner: source.team, severity: source.severity }),
    takenBy === null ? '' : openMatch(takenBy),
    yaml({ match }),
    '# TODO: go through it against reality, then say on which day: verified: 2026-11-01 (without it lint warns).\n',
  ].join('')
}

/** `takenBy` is an id of ours, so nothing in it can end the comment. */
function openMatch(takenBy: string): string {
  return [
    `# TODO: say which alerts this is for. The runbook ${takenBy} is there for all that this incident tells of itself: with the`,
    '# same matchers the two would tie, and with a higher priority that one would get no alert any more. The label TODO below',
    '# stands for one that tells these alerts from the others, such as a cluster or an environment; write its name and value',
    '# here and in the test file. Until then no alert gets this runbook, and nothing is taken from the other.',
    '',
  ].join('\n')
}

// Every code that a problem of a runbook may bear: how bad it is, and what it means. Codes are for machines: they stay.
import type { Problem } from '../model.ts'

interface Code {
  readonly level: Problem['level']
  /** One sentence for docs/lint.md. */
  readonly says: string
}

const error = (says: string): Code => ({ level: 'error', says })
const warning = (says: string): Code => ({ level: 'warning', says })

/** What can be wrong with the file itself, so that it is not read. */
export const READING_CODES = {
  folder: error('A folder cannot be read.'),
  unreadable: error('A file cannot be read.'),
  encoding: error('A file is not UTF-8.'),
  bounds: error('A bound is broken: size, headings, length of lines, nesting, emphasis.'),
  'front-matter': error('The file does not begin with front matter.'),
  yaml: error('The YAML of the front matter, a block or a test file cannot be read.'),
  'unknown-key': error('A key is not known there; the nearest right one is named.'),
  invalid: error('A value is missing, or is not what its key takes.'),
  template: error('A template is none: logic, an unclosed tag, or a name that cannot be one.'),
  matcher: error('A matcher is none, or its pattern is no RE2 expression.'),
  'no-match': error('Neither `match` nor `catch_all`: nothing says when the runbook applies.'),
  'catch-all': error('A catch-all has a `match` as well.'),
  'no-heading': error('A block stands before the first section, so it has no label.'),
  'two-whens': error('A section has a second `when` block.'),
  'duplicate-step': error('Two probes or actions of a runbook have one id.'),
  buried: error('A block stands inside a list or a quote, where it is not run.'),
  'block-kind': error('The last word of a block is nearly `probe`, `action` or `when`.'),
  'duplicate-id': error('Two files of a folder have one id.'),
  overridden: warning('A folder named earlier has a runbook with this id, which serves instead.'),
} as const satisfies Readonly<Record<string, Code>>

/** What can be wrong with a runbook that can be read. */
export const LINT_CODES = {
  'file-name': error('The file is not named after its id.'),
  'no-intro': warning('Nothing is said before the first section.'),
  'no-sections': warning('There is no section.'),
  'no-prose': error('A section offers an action and says nothing about it.'),
  invisible: error(
    'A character that cannot be seen, or that turns the direction of text, stands in front matter, a heading or a block.',
  ),
  unverified: warning('There is no `verified`.'),
  'verified-age': warning('`verified` is older than its limit (180 days, `--verified-days`).'),
  'verified-future': warning('`verified` is a day that has not come yet.'),
  'unknown-probe': error('There is no probe of this name.'),
  'unknown-action': error('There is no action of this name.'),
  params: error('A parameter does not fit its probe or action.'),
  'input-default': error('The default of an input is not what the input takes.'),
  'no-verify': warning('An action is never verified.'),
  'unknown-step': error(
    'A matcher or a template speaks of a probe that the runbook has not, or a test of one that no runbook has.',
  ),
  'unknown-output': error('A matcher, a template or a test speaks of an output that the probe has not.'),
  'unknown-label': error('A template names a label that no alert in the test file has.'),
  'unknown-kind': error('A test names a kind of platform that there is not.'),
  'unknown-capability': error('A test gives a platform a capability that no action needs.'),
  'severity-word': error('A matcher compares `severity` with a word that is none of ours.'),
  'never-holds': error('An entry contradicts itself: no alert can ever satisfy it.'),
  tie: error('Two runbooks are for the same alerts, equally specific and with the same priority.'),
  unreachable: error('Whatever a runbook matches, other runbooks take first.'),
  shadowed: warning('Whatever one entry matches, another runbook takes first; other entries still serve.'),
  'dead-link': error('A link leads to a file, a heading or a definition that does not exist.'),
  'no-test': warning('There is no test file.'),
  'no-runbooks': warning('The folders hold no runbook at all.'),
  'no-catch-all': warning('No runbook of the folders takes what nothing else takes.'),
  'unknown-owner': warning('The owner is no team of arrestor.yml.'),
  'unknown-policy': error('The escalation policy is none of arrestor.yml.'),
  'unknown-platform': warning('`on` names neither a platform of arrestor.yml nor a kind that there is.'),
  'no-platform': warning('No configured platform offers what a probe or an action needs.'),
  'no-webhook': warning(
    'No webhook of arrestor.yml takes what an action asks for, or none of the name that it gives.',
  ),
  floor: warning('`requires` is below the floor of the action; the floor holds.'),
} as const satisfies Readonly<Record<string, Code>>

export type LintCode = keyof typeof LINT_CODES

export const ALL_CODES: Readonly<Record<string, Code>> = { ...READING_CODES, ...LINT_CODES }

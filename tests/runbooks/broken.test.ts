// More than sixty runbooks, each wrong in one way: each is told once, at its place, with its mend, and nothing else is.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ALL_CODES } from '../../src/runbooks/lint/codes.ts'
import { lintRunbooks } from '../../src/runbooks/lint/index.ts'
import type { Problem } from '../../src/runbooks/model.ts'
import { CATALOGUE, CONFIG, NOW } from './broken-context.ts'

const ROOT = path.join(import.meta.dirname, 'broken')
/** With nothing wrong: the others tie with them, link to them, or are shadowed by them. */
const HEALTHY = ['alone/alone.md', 'files/catches.md', 'files/healthy.md', 'files/partner.md']
/** What no file can show: it is missing, may not be read, or its folder may not. `lint.test.ts` shows them. */
const WITHOUT_FILE = ['folder', 'unreadable', 'no-runbooks']

/** File, code, place, and a part of the mend. */
const EXPECTED: readonly (readonly [string, string, string, string])[] = [
  ['files/action-duration.md', 'invalid', '21:19', 'Give it as docs/runbooks.md says.'],
  ['files/action-role.md', 'invalid', '21:11', 'Did you mean "commander"?'],
  ['files/action-says-nothing.md', 'no-prose', '18:1', 'Say what it does and what it may cost.'],
  ['files/action-unknown-on.md', 'unknown-action', '21:20', 'Did you mean "run.rerun"?'],
  ['files/action-unknown.md', 'unknown-action', '20:6', 'Did you mean "spark.kill-application"?'],
  ['files/bidi-in-title.md', 'invisible', '3:14', 'Remove it; what is read must be what is there.'],
  ['files/block-before-heading.md', 'no-heading', '14:1', 'Put it under a heading: the heading is the'],
  ['files/block-in-list.md', 'buried', '20:3', 'Move it to the left margin.'],
  ['files/block-kind.md', 'block-kind', '18:1', 'Did you mean "probe"?'],
  ['files/catch-all-yes.md', 'invalid', '6:12', 'Give it as docs/runbooks.md says.'],
  ['files/floor-of-action.md', 'floor', '21:11', 'Write requires: commander, or leave it out.'],
  ['files/floor-of-operator.md', 'floor', '21:11', 'Write requires: commander, or leave it out.'],
  ['files/front-matter-none.md', 'front-matter', '1:1', 'Begin the file with a line of ---, the keys'],
  ['files/front-matter-open.md', 'front-matter', '1:1', 'End it with a line of ---.'],
  ['files/id-with-blanks.md', 'invalid', '2:5', 'Give it as docs/runbooks.md says.'],
  ['files/indent-too-deep.md', 'bounds', '18:1', 'Nest less deeply.'],
  ['files/input-choices.md', 'invalid', '23:32', 'Give it as docs/runbooks.md says.'],
  ['files/input-default-choice.md', 'input-default', '23:56', 'Give what a person could give, or leave it out.'],
  ['files/input-default.md', 'input-default', '23:40', 'Give what a person could give, or leave it out.'],
  ['files/input-min-max.md', 'invalid', '23:28', 'Give it as docs/runbooks.md says.'],
  ['files/input-name.md', 'invalid', '23:3', 'Give it another name.'],
  ['files/invisible-in-block.md', 'invisible', '19:10', 'Remove it; what is read must be what is there.'],
  ['files/invisible-in-heading.md', 'invisible', '18:7', 'Remove it; what is read must be what is there.'],
  ['files/invisible-in-matcher.md', 'invisible', '6:26', 'Remove it; what is read must be what is there.'],
  ['files/key-a-word.md', 'invalid', '8:6', 'Give it as docs/runbooks.md says.'],
  ['files/label-unknown-input.md', 'unknown-label', '23:37', 'There is: alertname, severity, platform,'],
  ['files/label-unknown-param.md', 'unknown-label', '21:20', 'Did you mean "namespace"? If alerts do have'],
  ['files/label-unknown-says.md', 'unknown-label', '21:11', 'Did you mean "count"? If alerts do have it,'],
  ['files/line-too-long.md', 'bounds', '18:1', 'Break the line.'],
  ['files/link-by-nothing.md', 'dead-link', '18:1', 'Add a line [page]: https://..., or link inline.'],
  ['files/link-defined-dead.md', 'dead-link', '20:1', 'Mend the path; it is relative to this file.'],
  ['files/link-to-no-file.md', 'dead-link', '18:5', 'Mend the path; it is relative to this file.'],
  ['files/link-to-no-heading-here.md', 'dead-link', '18:5', 'Did you mean "look"?'],
  ['files/link-to-no-heading.md', 'dead-link', '18:5', 'Did you mean "stop"?'],
  ['files/link-to-no-image.md', 'dead-link', '18:1', 'Mend the path; it is relative to this file.'],
  ['files/match-and-catch-all.md', 'catch-all', '6:3', 'Remove match, or remove catch_all.'],
  ['files/match-none.md', 'no-match', '2:1', 'Give match: a list of matchers such as'],
  ['files/matcher-backtracking.md', 'matcher', '6:6', 'Patterns are RE2: no look-around, no'],
  ['files/matcher-bad-pattern.md', 'matcher', '6:21', 'Patterns are RE2: no look-around, no'],
  ['files/matcher-empty.md', 'matcher', '6:5', 'Name what must hold, or remove it.'],
  ['files/matcher-long-pattern.md', 'matcher', '6:6', 'Patterns are RE2: no look-around, no'],
  ['files/matcher-no-operator.md', 'matcher', '6:15', 'Write it as name="value", with =, !=, =~ or !~.'],
  ['files/matcher-quote-open.md', 'matcher', '6:16', 'Write it as name="value", with =, !=, =~ or !~.'],
  ['files/named-otherwise.md', 'file-name', '2:5', 'Rename it to not-my-name.md.'],
  ['files/never-beginnings.md', 'never-holds', '6:6', 'Remove one of them; for "or" write an entry'],
  ['files/never-disjoint.md', 'never-holds', '6:6', 'Remove one of them; for "or" write an entry'],
  ['files/never-empty.md', 'never-holds', '6:6', 'Remove one of them; for "or" write an entry'],
  ['files/never-excluded.md', 'never-holds', '6:6', 'Remove one of them; for "or" write an entry'],
  ['files/never-looked-at.md', 'no-verify', '19:1', 'Give it verify: { within: 60s }, so that'],
  ['files/never-two-values.md', 'never-holds', '6:6', 'Remove one of them; for "or" write an entry'],
  ['files/never-verified.md', 'unverified', '2:1', 'Do so, and give the day: verified: 2026-11-01.'],
  ['files/no-platform-action.md', 'no-platform', '20:6', 'Allow it to a platform in arrestor.yml'],
  ['files/no-platform-probe.md', 'no-platform', '20:6', 'Configure a platform that has it, or leave'],
  ['files/no-section.md', 'no-sections', '1:1', 'Say what to look at and what to do.'],
  ['files/no-test.md', 'no-test', '1:1', 'Write no-test.test.yml: an alert that must'],
  ['files/no-webhook.md', 'no-webhook', '20:6', 'Did you mean "pipeline"?'],
  ['files/not-utf-8.md', 'encoding', '1:1', 'Save it as UTF-8.'],
  ['files/other/healthy.md', 'duplicate-id', '1:1', 'Give it its own id.'],
  ['files/output-unknown-input.md', 'unknown-output', '28:36', 'There is: signature, count.'],
  ['files/output-unknown-match.md', 'unknown-output', '6:40', 'Did you mean "signature"?'],
  ['files/output-unknown-on.md', 'unknown-output', '26:26', 'There is: signature, count.'],
  ['files/output-unknown-param.md', 'unknown-output', '26:12', 'There is: signature, count.'],
  ['files/output-unknown-says.md', 'unknown-output', '21:11', 'There is: signature, count.'],
  ['files/output-unknown-when.md', 'unknown-output', '25:3', 'Did you mean "count"?'],
  ['files/owner-a-list.md', 'invalid', '4:8', 'Give it as docs/runbooks.md says.'],
  ['files/owner-unknown.md', 'unknown-owner', '4:8', 'Did you mean "data-platform"?'],
  ['files/param-of-action.md', 'params', '21:10', 'run.rerun takes: grace_s.'],
  ['files/param-on.md', 'params', '22:16', 'spark.skew takes: top, query.'],
  ['files/param-unknown.md', 'params', '21:1', 'There is: top, query.'],
  ['files/param-value.md', 'params', '21:6', 'spark.skew takes: top, query.'],
  ['files/platform-unknown.md', 'unknown-platform', '21:7', 'Did you mean "prod"?'],
  ['files/policy-unknown.md', 'unknown-policy', '8:13', 'Did you mean "urgent"?'],
  ['files/priority-fraction.md', 'invalid', '8:11', 'Give it as docs/runbooks.md says.'],
  ['files/probe-id-missing.md', 'invalid', '19:1', 'Add id.'],
  ['files/probe-unknown-on.md', 'unknown-probe', '21:32', 'Did you mean "spark.executor-deaths"?'],
  ['files/probe-unknown.md', 'unknown-probe', '20:6', 'Did you mean "spark.executor-deaths"?'],
  ['files/probe-without-use.md', 'invalid', '19:1', 'Add use.'],
  ['files/says-nothing.md', 'no-intro', '1:1', 'Say what it means and who is hurt.'],
  ['files/severity-pattern.md', 'severity-word', '6:36', 'It is one of ours, whatever the label says:'],
  ['files/severity-unknown.md', 'invalid', '8:11', 'Did you mean "high"?'],
  ['files/severity-word.md', 'severity-word', '19:3', 'It is one of ours, whatever the label says:'],
  ['files/shadowed.md', 'shadowed', '7:6', 'Remove it, make it more specific, or give'],
  ['files/step-twice.md', 'duplicate-step', '23:1', 'Give each probe and action an id of its own.'],
  ['files/step-unknown-match.md', 'unknown-step', '7:6', 'There is none. If it is a label, put the'],
  ['files/step-unknown-template.md', 'unknown-step', '21:12', 'There is: skew. A template can name a label'],
  ['files/step-unknown-when.md', 'unknown-step', '19:3', 'There is none. If it is a label, put the'],
  ['files/template-logic.md', 'template', '21:8', 'Use {{ name }} of a label or an output.'],
  ['files/template-open.md', 'template', '21:7', 'Use {{ name }} of a label or an output.'],
  ['files/test-file-capability.test.yml', 'unknown-capability', '4:1', 'Did you mean "application.kill"?'],
  ['files/test-file-key.test.yml', 'unknown-key', '4:15', 'Did you mean "match"?'],
  ['files/test-file-kind.test.yml', 'unknown-kind', '4:1', 'Did you mean "spark-standalone"?'],
  ['files/test-file-output.test.yml', 'unknown-output', '5:1', 'Did you mean "signature"?'],
  ['files/test-file-step.test.yml', 'unknown-step', '4:1', 'Did you mean "death"?'],
  ['files/tie-alternatives.md', 'tie', '6:6', 'Make one of them more specific, or give it'],
  ['files/tie-catch-all.md', 'tie', '6:12', 'Keep one catch-all, or give one a priority.'],
  ['files/tie-quoted.md', 'tie', '6:6', 'Make one of them more specific, or give it'],
  ['files/tie.md', 'tie', '6:6', 'Make one of them more specific, or give it'],
  ['files/title-missing.md', 'invalid', '2:1', 'Add title.'],
  ['files/title-too-long.md', 'invalid', '3:8', 'Give it as docs/runbooks.md says.'],
  ['files/too-many-headings.md', 'bounds', '1016:1', 'Split it into several runbooks.'],
  ['files/unknown-key-merge.md', 'unknown-key', '8:1', 'Merge keys are not read; write the keys out.'],
  ['files/unknown-key-nested.md', 'unknown-key', '23:23', 'Did you mean "label"?'],
  ['files/unknown-key-slip.md', 'unknown-key', '21:1', 'Did you mean "says"?'],
  ['files/unknown-key.md', 'unknown-key', '8:1', 'Did you mean "severity"?'],
  ['files/unreachable-beginning.md', 'unreachable', '6:6', 'Remove it, make it more specific, or give'],
  ['files/unreachable-catch-all.md', 'unreachable', '6:12', 'Remove one of them.'],
  ['files/unreachable-excluding.md', 'unreachable', '6:6', 'Remove it, or make it more specific than'],
  ['files/unreachable-value.md', 'unreachable', '6:6', 'Remove it, make it more specific, or give'],
  ['files/verified-long-ago.md', 'verified-age', '7:11', 'Go through it, and give the day of that.'],
  ['files/verified-no-day.md', 'invalid', '7:11', 'Give it as docs/runbooks.md says.'],
  ['files/verified-tomorrow.md', 'verified-future', '7:11', 'Give the day on which it was checked.'],
  ['files/when-a-map.md', 'invalid', '19:1', 'Give it as docs/runbooks.md says.'],
  ['files/when-broken.md', 'matcher', '19:18', 'Write it as name="value", with =, !=, =~ or !~.'],
  ['files/when-twice.md', 'two-whens', '22:1', 'Put all entries in one block.'],
  ['files/yaml-alias-bomb.md', 'yaml', '2:1', 'Write it out, without anchors and aliases.'],
  ['files/yaml-block.md', 'yaml', '20:28', 'Mend the YAML there.'],
  ['files/yaml-key-twice.md', 'yaml', '8:1', 'Remove one of them.'],
  ['files/yaml-tab.md', 'yaml', '9:1', 'Mend the YAML; tabs may not indent it.'],
  ['second/healthy.md', 'overridden', '1:1', 'Nothing to mend if that is meant: folders'],
  ['alone', 'no-catch-all', '1:1', 'Add one with catch_all: true.'],
] // prettier-ignore

const problems = new Map<string, Problem[]>()
for (const folders of [['files', 'second'], ['alone']]) {
  const paths = folders.map((folder) => path.join(ROOT, folder))
  const report = await lintRunbooks(paths, CATALOGUE, {
    config: CONFIG,
    now: NOW,
    sources: ['alertmanager'],
    kinds: ['spark-standalone'],
  })
  for (const problem of report.problems) {
    const file = path.relative(ROOT, problem.file)
    problems.set(file, [...(problems.get(file) ?? []), problem])
  }
}

describe('a broken runbook is told once, at its place, with its mend', () => {
  test.each(EXPECTED)('%s: %s', (file, code, place, mend) => {
    const found = problems.get(file) ?? []
    expect(found.map((problem) => [problem.code, `${problem.line}:${problem.column}`])).toEqual([
      [code, place],
    ])
    expect(found[0]?.mend).toContain(mend)
    expect(found[0]?.level).toBe(ALL_CODES[code]?.level)
  })
})

describe('the folder of broken runbooks', () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).map((file) =>
    file.split(path.sep).join('/'),
  )
  const books = files.filter((file) => file.endsWith('.md'))

  test('has more than sixty, and nothing is said of any other file', () => {
    expect(EXPECTED.length).toBeGreaterThan(60)
    expect([...problems.keys()].sort()).toEqual(EXPECTED.map(([file]) => file).sort())
    const told = EXPECTED.map(([file]) => file.replace('.test.yml', '.md')).filter((file) => file !== 'alone')
    expect([...new Set([...told, ...HEALTHY])].sort()).toEqual(books.sort())
  })

  test('has no two files that are the same', () => {
    const texts = books.map((file) => readFileSync(path.join(ROOT, file), 'latin1'))
    expect(new Set(texts).size).toBe(books.length)
    const said = EXPECTED.map(([file]) => (problems.get(file) ?? []).map(({ message }) => message).join())
    expect(said.every((message) => message !== '')).toBe(true)
  })

  test('shows every code that there is', () => {
    const shown = new Set([...EXPECTED.map(([, code]) => code), ...WITHOUT_FILE])
    expect([...shown].sort()).toEqual(Object.keys(ALL_CODES).sort())
  })
})

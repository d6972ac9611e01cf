// Lint: what it finds, and that it finds nothing where nothing is.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as z from 'zod'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatLint } from '../../src/runbooks/lint/format.ts'
import { lintRunbooks } from '../../src/runbooks/lint/index.ts'
import { CATALOGUE, source } from './support.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'arrestor-lint-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const put = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text)
const front = (id: string, more = `match: ['alertname="${id}"']`): string =>
  `id: ${id}\ntitle: T\nowner: us\n${more}`
const body = (kind: string, yaml: string, prose = 'Words.'): string =>
  `Intro.\n\n## Do\n\n${prose}\n\n\`\`\`yaml ${kind}\n${yaml}\n\`\`\`\n`

describe('lint', () => {
  /** Everything found, apart from what every small folder lacks. */
  const found = async (): Promise<string[]> => {
    const { problems } = await lintRunbooks([folder], CATALOGUE)
    return problems
      .filter(({ code }) => code !== 'no-test' && code !== 'no-catch-all')
      .map(
        ({ file, line, level, code, message, mend }) =>
          `${path.basename(file)}:${line} ${level} ${code}: ${message} ${mend}`,
      )
  }

  test.each([
    ['a probe nobody has', body('probe', 'id: p\nuse: spark.skews'), 'unknown-probe: there is no probe "spark.skews" Did you mean "spark.skew"?'],
    ['an override nobody has', body('probe', 'id: p\nuse: spark.skew\non: { yarn: { use: yarn.nothing } }'), 'there is no probe "yarn.nothing"'],
    ['an action nobody has', body('action', 'id: k\nuse: spark.kill-aplication\nverify: { within: 1m }'), 'Did you mean "spark.kill-application"?'],
    ['a button without a word', body('action', 'id: k\nuse: spark.kill-application\nverify: { within: 1m }', ''), 'error no-prose: "Do" offers an action'],
    ['an action never verified', body('action', 'id: k\nuse: spark.kill-application'), 'warning no-verify'],
    ['an output nobody has', `${body('probe', 'id: death\nuse: spark.executor-deaths')}\n${body('when', '- death.sgnature="F02"')}`, 'unknown-output: spark.executor-deaths has no output "sgnature" Did you mean "signature"?'],
    ['a probe that is not here', body('when', '- deaths.signature="F02"'), 'unknown-step: "deaths.signature" speaks of a probe that this runbook has not'],
    ['a template of it', body('probe', 'id: p\nuse: spark.skew\nx: "{{ death.count }}"'), 'unknown-step: "death.count"'],
    ['an input’s default of it', `${body('probe', 'id: death\nuse: spark.executor-deaths')}\n${body('action', 'id: k\nuse: spark.kill-application\nverify: { within: 1m }\ninputs: { n: { type: integer, default: "{{ death.mib }}" } }')}`, 'has no output "mib"'],
    ['a severity nobody has', body('when', '- severity="warning"'), 'severity-word: severity is never "warning"'],
    ['nothing said at all', '## Do\n\nWords.\n', 'warning no-prose: nothing is said before the first section'],
  ])('%s', async (_, text, expected) => {
    await put('a.md', source(front('a'), text))
    expect(await found()).toEqual([expect.stringContaining(expected)])
  }) // prettier-ignore

  test('parameters are held against the probe’s own schema, unless a template fills them', async () => {
    const params = z.strictObject({ top: z.int().max(10).default(3) })
    const catalogue = {
      ...CATALOGUE,
      probes: new Map([...CATALOGUE.probes, ['spark.skew', { outputs: {}, params }] as const]),
    }
    await put('a.md', source(front('a'), body('probe', 'id: p\nuse: spark.skew\ntop: 11')))
    await put('b.md', source(front('b'), body('probe', 'id: p\nuse: spark.skew\ntop: "{{ top }}"')))
    const { problems } = await lintRunbooks([folder], catalogue)
    expect(problems.filter(({ code }) => code === 'params').map(({ file }) => path.basename(file))).toEqual([
      'a.md',
    ])
  })

  test('a file not named after its id', async () => {
    await put('b.md', source(front('a')))
    expect(await found()).toEqual([
      expect.stringContaining('file-name: the file is not named after its id "a" Rename it to a.md.'),
    ])
  })

  test('two runbooks for the same alerts tie; with a priority one of them never wins', async () => {
    await put('a.md', source(front('a', `match: ['x="1", y=~"2|3"']`)))
    await put('b.md', source(front('b', `match: ['y=~"2|3",x=1']`)))
    expect(await found()).toEqual([
      expect.stringMatching(/^b\.md:5 error tie: matches the same alerts as .*a\.md/),
    ])
    await put('b.md', source(front('b', `priority: 1\nmatch: ['y=~"2|3",x=1']`)))
    expect(await found()).toEqual([
      expect.stringMatching(/^a\.md:\d warning unreachable: .*b\.md, which has the higher/),
    ])
  })

  test('two catch-alls tie', async () => {
    await put('a.md', source(front('a', 'catch_all: true')))
    await put('b.md', source(front('b', 'catch_all: true')))
    expect(await found()).toEqual([expect.stringContaining('error tie: catches all')])
  })

  test('no test file and no catch-all are warnings; the report counts, for people and machines', async () => {
    await put('a.md', source(front('a')))
    const report = await lintRunbooks([folder], CATALOGUE)
    expect(report).toMatchObject({ runbooks: 1, errors: 0, warnings: 2 })
    expect(formatLint(report, 'human')).toContain(
      'a.md:1:1: warning: there is no test file [no-test]\n  Write a.test.yml',
    )
    expect(JSON.parse(formatLint(report, 'json'))).toEqual(report)
  })
})

// Lint over folders: what only a folder can show, whose runbooks meet, and the report for people, machines, pull requests.
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ALL_CODES } from '../../../src/runbooks/lint/codes.ts'
import { formatLint } from '../../../src/runbooks/lint/format.ts'
import { type LintContext, lintRunbooks } from '../../../src/runbooks/lint/index.ts'
import { reportOf } from '../../../src/runbooks/lint/report.ts'
import type { Problem } from '../../../src/runbooks/model.ts'
import { CATALOGUE, CONFIG, NOW } from '../broken-context.ts'
import { source } from '../support.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'arrestor-lint-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(name: string, text: string): Promise<void> {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}
const front = (id: string, more = `match: ['alertname="${id}"']`): string =>
  `id: ${id}\ntitle: T\nowner: streaming\nverified: 2026-11-01\n${more}`
const body = (kind: string, yaml: string, prose = 'Words.'): string =>
  `Intro.\n\n## Do\n\n${prose}\n\n\`\`\`yaml ${kind}\n${yaml}\n\`\`\`\n`
const at = (name: string): string => path.join(folder, name)

/** `file:line:column code` of everything found, apart from what every small folder lacks. */
async function found(
  folders: Parameters<typeof lintRunbooks>[0] = [folder],
  more: LintContext = {},
): Promise<string[]> {
  const { problems } = await lintRunbooks(folders, CATALOGUE, { now: NOW, config: CONFIG, ...more })
  return problems
    .filter(({ code }) => code !== 'no-test' && code !== 'no-catch-all')
    .map(({ file, line, column, code }) => `${path.relative(folder, file)}:${line}:${column} ${code}`)
}

describe('what only a folder shows', () => {
  test('a folder that is not there, a file that cannot be read', async () => {
    await symlink('nowhere', at('gone.md'))
    expect(await found([folder, at('missing')])).toEqual(['gone.md:1:1 unreadable', 'missing:1:1 folder'])
  })

  test('a file of five megabytes is refused before it is read', async () => {
    await put('a.md', source(front('a'), 'x'.repeat(99).concat('\n').repeat(52_500)))
    expect(await found()).toEqual(['a.md:1:1 bounds'])
  })

  test('a folder without runbooks is told, and needs no catch-all', async () => {
    const { problems } = await lintRunbooks([folder], CATALOGUE)
    expect(problems.map(({ code }) => code)).toEqual(['no-runbooks'])
  })
})

describe('the owner', () => {
  test('of what is shipped is no team, and nobody is told so; of a file of one’s own one must be', async () => {
    await put('a.md', source('id: a\ntitle: T\nowner: streeming\nverified: 2026-11-01\ncatch_all: true'))
    const owners = (where: readonly string[]): Promise<string[]> =>
      found(where).then((all) => all.filter((one) => one.endsWith('owner')))
    expect(await owners(['runbooks'])).toEqual([])
    expect(await owners([folder])).toEqual(['a.md:4:8 unknown-owner'])
  })
})

describe('a team and its own folder', () => {
  const shared = `match: ['alertname="X"']`

  test('its own may take what a shared one takes, and may not tie with itself', async () => {
    await put('shared/a.md', source(front('a', shared)))
    await put('data/b.md', source(front('b', shared)))
    const teams = [at('shared'), { path: at('data'), team: 'data' }]
    expect(await found(teams)).toEqual([])
    await put('data/c.md', source(front('c', shared)))
    expect(await found(teams)).toEqual(['data/c.md:6:10 tie'])
  })

  test('two teams never meet', async () => {
    await put('data/a.md', source(front('a', shared)))
    await put('ml/b.md', source(front('b', shared)))
    expect(
      await found([
        { path: at('data'), team: 'data' },
        { path: at('ml'), team: 'ml' },
      ]),
    ).toEqual([])
  })

  test('its own is unreachable where a shared one is more specific', async () => {
    await put('shared/a.md', source(front('a', `match: ['alertname="X", zone=~"a|b"']`)))
    await put(
      'data/b.md',
      source(front('b', `match: ['alertname=~"X", zone="a"', 'alertname="X", zone=~"a"']`)),
    )
    expect(await found([at('shared'), { path: at('data'), team: 'data' }])).toEqual([])
    await put('data/b.md', source(front('b', `match: ['alertname=~"X", zone=~"a"']`)))
    expect(await found([at('shared'), { path: at('data'), team: 'data' }])).toEqual([
      'data/b.md:6:10 unreachable',
    ])
  })
})

describe('names and numbers', () => {
  test('a platform’s own parameters are held against its own probe', async () => {
    const on = 'id: p\nuse: spark.executor-deaths\non:\n  prod: { use: spark.skew, top: 11 }'
    await put('a.md', source(front('a'), body('probe', on)))
    expect(await found()).toEqual(['a.md:21:33 params'])
    const inherited =
      'id: p\nuse: spark.skew\nleast: 1\non:\n  prod: { topp: 3 }\n  spark-standalone: { query: x }'
    await put('a.md', source(front('a'), body('probe', inherited)))
    expect(await found()).toEqual(['a.md:20:1 params', 'a.md:22:11 params'])
  })

  test('a parameter that a template fills has no type yet; its neighbours have', async () => {
    const params = 'id: p\nuse: spark.skew\ntop: "{{ attempt }}"\nquery: 5'
    await put('a.md', source(front('a'), body('probe', params)))
    expect(await found()).toEqual(['a.md:21:8 params'])
  })

  test('run.* is held against every action that stands for it', async () => {
    const rerun = (grace: string): string =>
      body('action', `id: r\nuse: run.rerun\ngrace_s: ${grace}\nverify: { within: 1m }`)
    await put('a.md', source(front('a'), rerun('5')))
    expect(await found()).toEqual([])
    await put('a.md', source(front('a'), rerun('soon')))
    expect(await found()).toEqual(['a.md:20:10 params'])
  })

  test('what a person is asked for is a parameter too', async () => {
    const asked = (name: string): string =>
      body('action', `id: r\nuse: spark.rerun\nverify: { within: 1m }\ninputs:\n  ${name}: { type: integer }`)
    await put('a.md', source(front('a'), asked('grace_s')))
    expect(await found()).toEqual([])
    await put('a.md', source(front('a'), asked('grace')))
    expect(await found()).toEqual(['a.md:22:3 params'])
  })

  test('labels that a test alert has may be named, in whatever format it is written', async () => {
    await put('a.md', source(front('a'), body('probe', 'id: p\nuse: spark.skew\nquery: "{{ ns }}{{ pod }}"')))
    // Without a test there is nothing to hold them against.
    expect(await found()).toEqual([])
    await put(
      'a.test.yml',
      'tests:\n  - { name: t, alert: { labels: { alertname: a, ns: x } }, expect: {} }\n',
    )
    expect(await found()).toEqual(['a.md:20:20 unknown-label'])
    await put(
      'a.test.yml',
      'tests:\n  - name: t\n    alertmanager: { alerts: [{ labels: { alertname: a, ns: x, pod: y } }] }\n    expect: {}\n',
    )
    expect(await found([folder], { sources: ['alertmanager'] })).toEqual([])
  })

  test('a test file that is no YAML is told, and nothing is made of its labels', async () => {
    await put('a.md', source(front('a'), body('probe', 'id: p\nuse: spark.skew\nquery: "{{ ns }}"')))
    await put('a.test.yml', 'tests: *nothing\n')
    expect(await found([folder], { sources: [] })).toEqual(['a.test.yml:1:1 yaml'])
    expect(await found()).toEqual([])
  })

  test('a step shadows nothing outside of its block: fences of any length, indented, tildes', async () => {
    const block =
      '~~~~yaml probe\nid: p\nuse: spark.skews\n~~~~\n\n  ````yaml probe\n  id: q\n  use: spark.skews\n  ````\n'
    await put('a.md', source(front('a'), `Intro.\n\n## Do\n\n${block}`))
    expect(await found()).toEqual(['a.md:17:6 unknown-probe', 'a.md:22:8 unknown-probe'])
  })

  test('the requirement of an action may be raised, and may be left out', async () => {
    const kill = (more: string): string =>
      body('action', `id: k\nuse: spark.kill-application\nverify: { within: 1m }${more}`)
    for (const more of ['', '\nrequires: commander']) {
      await put('a.md', source(front('a'), kill(more)))
      expect(await found()).toEqual([])
    }
    await put('a.md', source(front('a'), kill('\nrequires: responder')))
    expect(await found()).toEqual(['a.md:21:11 floor'])
    // The action's own floor is a responder; without an arrestor.yml nobody asks for more.
    const { problems } = await lintRunbooks([folder], CATALOGUE, { now: NOW })
    expect(problems.map(({ code }) => code)).not.toContain('floor')
  })

  test('a kind that no platform has here is no mistake; a configuration without platforms offers nothing to miss', async () => {
    const on = 'id: p\nuse: spark.skew\non: { spark-standalone: { top: 2 }, prod: { top: 3 } }'
    await put('a.md', source(front('a'), body('probe', on)))
    expect(await found([folder], { config: { ...CONFIG, platforms: [] } })).toEqual([
      'a.md:20:37 unknown-platform',
    ])
    expect(await found()).toEqual([])
  })

  test.each([
    ['2026-11-22', 180, []],
    ['2026-11-23', 180, []],
    ['2026-11-25', 180, ['a.md:5:11 verified-future']],
    ['2026-05-26', 180, []],
    ['2026-05-25', 180, ['a.md:5:11 verified-age']],
    ['2026-05-25', 365, []],
  ])('verified on %s, at most %i days old', async (day, verifiedDays, expected) => {
    await put('a.md', source(front('a').replace('2026-11-01', day)))
    expect(await found([folder], { verifiedDays })).toEqual(expected)
  })
})

describe('the report', () => {
  const problem: Problem = {
    file: 'run,books/100%:a.md',
    line: 3,
    column: 7,
    level: 'error',
    code: 'tie',
    message: 'ties with b, 100%\r\nof the time',
    mend: 'Give it: a priority.',
  }

  test('counts, in the order of files and places', async () => {
    await put('b.md', source(front('b')))
    await put('a.md', source(front('x'), body('probe', 'id: p\nuse: spark.skews')))
    const report = await lintRunbooks([folder], CATALOGUE, { now: NOW, config: CONFIG })
    expect(report).toMatchObject({ runbooks: 2, errors: 2, warnings: 3, unchecked: [] })
    expect(report.problems.map(({ code }) => code)).toEqual([
      'no-catch-all',
      'no-test',
      'file-name',
      'unknown-probe',
      'no-test',
    ])
    expect(JSON.parse(formatLint(report, 'json'))).toEqual(report)
  })

  test('says to people what was not checked, and to nobody else', async () => {
    const report = reportOf(1, [problem], ['owners', 'floors'])
    expect(formatLint(report, 'human').split('\n').slice(-2)).toEqual([
      '1 runbook, 1 error, 0 warnings',
      'not checked without an arrestor.yml (--config): owners, floors',
    ])
    expect(formatLint(report, 'github')).not.toContain('not checked')
  })

  test('annotates a pull request: nothing in a file’s name or a message ends the command early', () => {
    expect(formatLint(reportOf(1, [problem], []), 'github').split('\n')).toEqual([
      '::error file=run%2Cbooks/100%25%3Aa.md,line=3,col=7,title=tie::ties with b, 100%25\\u{d}%0Aof the time%0AGive it: a priority.',
      '1 runbook, 1 error, 0 warnings',
    ])
  })

  test('bears no code that is not in the list: the parsers’ own are read from their source', async () => {
    const room = 'src/runbooks'
    const files = (await readdir(room)).filter((name) => /^(?:parse|blocks|yaml-block|load)/.test(name))
    const texts = await Promise.all(files.map((name) => readFile(path.join(room, name), 'utf8')))
    const used = texts
      .join('\n')
      .matchAll(/(?:complain|problem|problemAt)\(\s*(?:[^,'"`()]|\([^()]*\)|\[[^[\]]*\])+,\s*'([a-z-]+)'/g)
    const codes = [...new Set([...used].map(([, code]) => code))]
    expect(codes.length).toBeGreaterThan(12)
    for (const code of codes) expect(Object.keys(ALL_CODES)).toContain(code)
  })
})

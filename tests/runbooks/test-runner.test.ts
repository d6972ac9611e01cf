// The test runner: what is not as expected is told with its line; what cannot be run is never green.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Source } from '../../src/alerts/source.ts'
import { diffOf, exitCodeOf, formatTests } from '../../src/runbooks/test-report.ts'
import {
  testRunbooks,
  type Difference,
  type TestDeps,
  type TestReport,
} from '../../src/runbooks/test-runner.ts'
import { CATALOGUE, alert, source } from './support.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'arrestor-tests-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const put = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text)
const KILL = `Intro.

## Do

Words.

\`\`\`yaml action
id: kill
use: spark.kill-application
verify: { within: 1m }
\`\`\`

## If it was memory

\`\`\`yaml when
- 'death.signature="F02"'
\`\`\`
`
const FRONT = `id: a\ntitle: T\nowner: us\nseverity: low\nmatch: ['alertname="a"']`
const deps: TestDeps = { actions: CATALOGUE.actions }

async function run(tests: string, more: Partial<TestDeps> = {}): Promise<TestReport> {
  await put('a.md', source(FRONT, KILL))
  await put('a.test.yml', tests)
  return await testRunbooks([folder], { ...deps, ...more })
}

const oneCase = (expected: string, given = ''): string =>
  `tests:\n  - name: t\n    alert: { labels: { alertname: a, ns: n1 } }\n${given}    expect: ${expected}\n`

/** `what: expected / actual` of each difference, and the hints apart. */
async function told(expected: string, more: Partial<TestDeps> = {}, given = ''): Promise<string[]> {
  const report = await run(oneCase(expected, given), more)
  expect(report.problems).toEqual([])
  return report.cases.flatMap(({ differences }) => differences.map(text))
}
const text = ({ what, expected, actual, hint }: Difference): string =>
  `${what}: ${String(expected)} / ${String(actual)}${hint === null ? '' : ` (${hint})`}`

describe('an expectation', () => {
  test.each([
    ['{}', []],
    ['{ match: a, why: matched, severity: low, sections: { do: shown, Do: shown } }', []],
    ['{ match: null }', ['match: none / a']],
    ['{ match: aa }', ['match: aa / a (Did you mean "a"?)']],
    ['{ why: named }', ['why: named / matched']],
    [`{ entry: 'alertname="b"' }`, ['entry: alertname="b" / alertname="a"']],
    ['{ severity: critical }', ['severity: critical / low']],
    ['{ sections: { Do: hidden } }', ['sections.Do: hidden / shown']],
    ['{ sections: { If it was memory: undecided } }', []],
    [
      '{ sections: { If it wes memory: shown } }',
      ['sections.If it wes memory: shown / no such section (Did you mean "If it was memory"?)'],
    ],
    ['{ offered: [kill] }', ['offered: kill / ']],
    ['{ offered: [kil] }', ['offered: kil / no such action (Did you mean "kill"?)']],
    [
      '{ withheld: { kill: undecided } }',
      ['withheld.kill: undecided / no_platform (No configured platform is known for this alert.)'],
    ],
    ['{ withheld: { kill: { reason: no_platform, says: No configured } } }', []],
    [
      '{ withheld: { kill: { says: sorry } } }',
      ['withheld.kill.says: sorry / No configured platform is known for this alert.'],
    ],
    ['{ withheld: { kil: hidden } }', ['withheld.kil: hidden / no such action (Did you mean "kill"?)']],
    ['{ key: x }', ['key: x / this command cannot tell keys']],
    ['{ buttons: [] }', ['buttons: buttons / this command cannot tell buttons']],
    ['{ outputs: { death: { signature: F02 } } }', ['outputs.death.signature: F02 / no such probe']],
    ['{ findings: [{ probe: death }] }', ['findings.0: death / nothing was found']],
  ])('%s', async (expected, wanted) => {
    expect(await told(expected)).toEqual(wanted)
  })

  test('about outputs given by hand decides the sections, and names the nearest output', async () => {
    const given = '    outputs: { death: { signature: F02, count: 3 } }\n'
    expect(await told('{ sections: { If it was memory: shown } }', {}, given)).toEqual([])
    expect(await told('{ outputs: { death: { signture: F02, count: 4 } } }', {}, given)).toEqual([
      'outputs.death.signture: F02 / no such output (Did you mean "signature"?)',
      'outputs.death.count: 4 / 3',
    ])
  })

  test('that another runbook wins tells which matchers failed', async () => {
    await put('b.md', source(`id: b\ntitle: T\nowner: us\nmatch: ['alertname="a", ns="n2"']`))
    expect(await told('{ match: b }')).toEqual(['match: b / a (b did not hold: ns="n2" (it is "n1").)'])
    await put('b.md', source(`id: b\ntitle: T\nowner: us\nmatch: ['alertname=~"a|b"']`))
    expect(await told('{ match: b }')).toEqual([
      'match: b / a (b held and lost: less specific: 0 equalities against 1 of a.)',
    ])
  })

  test('about keys and buttons is answered by whoever makes them', async () => {
    const keyOf: TestDeps['keyOf'] = (spoken, runbook) => `${runbook.id}/${spoken.labels['ns'] ?? ''}`
    expect(await told('{ key: a/n1 }', { keyOf })).toEqual([])
    const buttonsOf: TestDeps['buttonsOf'] = () => [
      { title: 'Kill It', requires: 'commander' },
      { title: 'Rerun It', requires: 'responder' },
    ]
    expect(
      await told('{ buttons: [{ title: Kill It }, { title: Rerun It, requires: responder }] }', {
        buttonsOf,
      }),
    ).toEqual([])
    expect(await told('{ buttons: [{ title: Kill It, requires: responder }] }', { buttonsOf })).toEqual([
      'buttons: Kill It (responder) / Kill It (commander),Rerun It (responder)',
    ])
  })

  test('is told with the line on which it stands', async () => {
    const report = await run(
      'tests:\n  - name: t\n    alert: { labels: { alertname: a } }\n    expect:\n      why: named\n      sections:\n        Do: hidden\n',
    )
    expect(report.cases[0]?.differences.map(({ what, line }) => [what, line])).toEqual([
      ['why', 5],
      ['sections.Do', 7],
    ])
  })
})

describe('an alert as a source posts it', () => {
  const pager: Source = {
    name: 'pager',
    normalise: (body) =>
      Array.isArray(body)
        ? {
            kind: 'alerts',
            elements: body.map((name: string) => ({ pointer: '/', alert: alert({ alertname: name }) })),
            rejected: [],
          }
        : { kind: 'refused', reason: 'it is no list' },
  }
  const sources = new Map([['pager', pager]])
  const of = (given: string): string => `tests:\n  - name: t\n    ${given}\n    expect: { match: a }\n`
  const actual = async (given: string): Promise<unknown[]> =>
    (await run(of(given), { sources })).cases.flatMap(({ differences }) =>
      differences.map((one) => one.actual),
    )

  test('goes through any source that is registered, and must hold for each alert in it', async () => {
    expect(await actual('pager: [a, a]')).toEqual([])
    expect(await actual('pager: [a, b]')).toEqual(['none'])
  })

  test('that the source refuses, or that holds nothing, fails with the source’s words', async () => {
    expect(await actual('pager: { x: 1 }')).toEqual(['it is no list'])
    expect(await actual('pager: []')).toEqual(['the body holds no alert'])
  })

  test.each([['pager: [a]\n    alert: { labels: { alertname: a } }'], ['outputs: {}'], ['pagr: [a]']])(
    'is given once, by a name that is known: %j',
    async (given) => {
      const report = await run(of(given), { sources })
      expect(report.problems.map(({ file }) => path.basename(file))).toContain('a.test.yml')
      expect(exitCodeOf(report)).toBe(2)
    },
  )
})

describe('recorded answers', () => {
  const given = '    recorded: executor-oom\n'
  const replay: TestDeps['replay'] = ({ runbook, platform, recorded }) =>
    Promise.resolve({
      outputs: { death: { signature: 'F02', count: 1 } },
      findings: [
        {
          step: 'death',
          use: 'spark.executor-deaths',
          severity: 'high',
          sentence: `${recorded} ${runbook.id} ${platform.kind}`,
        },
      ],
    })

  test('are asked for the first pass’s runbook, and feed the second', async () => {
    const expected =
      '{ sections: { If it was memory: shown }, findings: [{ probe: death, severity: high, says: executor-oom a spark-standalone }, { probe: spark.executor-deaths }] }'
    expect(await told(expected, { replay }, given)).toEqual([])
    expect(await told('{ findings: [{ probe: death, says: nothing }] }', { replay }, given)).toEqual([
      'findings.0: death: nothing / death: high: executor-oom a spark-standalone',
    ])
  })

  test('give way to outputs by hand, output by output', async () => {
    const both = `${given}    outputs: { death: { signature: F03 } }\n`
    const expected = '{ sections: { If it was memory: hidden }, outputs: { death: { count: 1 } } }'
    expect(await told(expected, { replay }, both)).toEqual([])
  })

  test('count for what must not match as well', async () => {
    await put('b.md', source(`id: b\ntitle: T\nowner: us\nmatch: ['alertname="x", death.signature="F02"']`))
    await put(
      'b.test.yml',
      `${oneCase('{ match: a }')}must_not_match:\n  - alert: { labels: { alertname: x } }\n    recorded: r\n  - alert: { labels: { alertname: x } }\n    outputs: { death: { signature: F02 } }\n  - alert: { labels: { alertname: x } }\n`,
    )
    await put('z.md', source('id: z\ntitle: T\nowner: us\ncatch_all: true'))
    const { cases } = await run(oneCase('{}'), { replay })
    expect(cases.flatMap(({ name, differences }) => differences.map((one) => [name, one.actual]))).toEqual([
      ['must not match 1', 'b by alertname="x", death.signature="F02"'],
      ['must not match 2', 'b by alertname="x", death.signature="F02"'],
    ])
  })

  test('that nobody can replay fail the case, with the reason', async () => {
    expect(await told('{}', {}, given)).toEqual([
      'recorded: a recording that can be replayed / this command cannot replay recordings',
    ])
  })

  test.each(['../../../etc/passwd\0', '/etc', 'a b', '@3.5', ''])('%j names none', async (recorded) => {
    const report = await run(oneCase('{}', `    recorded: ${JSON.stringify(recorded)}\n`), { replay })
    expect(exitCodeOf(report)).not.toBe(0)
  })
})

describe('what could not be run is never green', () => {
  test('a test file without its runbook, with the nearest one', async () => {
    await put('aa.test.yml', oneCase('{}'))
    const report = await run(oneCase('{}'))
    expect(report.problems).toMatchObject([
      {
        file: path.join(folder, 'aa.test.yml'),
        code: 'test-file',
        level: 'error',
        mend: 'Did you mean "a.test.yml"?',
      },
    ])
    expect([report.files, exitCodeOf(report)]).toEqual([1, 2])
  })

  test('a runbook that cannot be read, once', async () => {
    await put('b.md', '# nothing')
    await put('b.test.yml', oneCase('{}'))
    expect((await run(oneCase('{}'))).problems.map(({ code }) => code)).toEqual(['front-matter'])
  })

  test('no test file at all says so', async () => {
    await put('a.md', source(FRONT, KILL))
    const report = await testRunbooks([folder], deps)
    expect(formatTests(report, 'human')).toMatch(/^There is no test file/)
    expect(exitCodeOf(report)).toBe(1)
  })

  test('a runbook that another folder overrides is said not to be tested', async () => {
    const other = path.join(folder, 'other')
    await mkdir(other)
    await put('other/a.md', source(FRONT, KILL))
    await put('other/a.test.yml', oneCase('{ match: null }'))
    await put('a.md', source(FRONT, KILL))
    const first = path.join(folder, 'first')
    await mkdir(first)
    await put('first/a.md', source(FRONT, KILL))
    await put('first/a.test.yml', oneCase('{}'))
    const report = await testRunbooks([first, other], deps)
    expect(report).toMatchObject({ files: 1, passed: 1, failed: 0 })
    expect(report.problems).toMatchObject([{ level: 'warning', file: path.join(other, 'a.test.yml') }])
    expect(exitCodeOf(report)).toBe(0)
  })

  test.each([
    ['tests:\n  - nme: t', '2:5'],
    ['tests: []', '1:8'],
    ['tests:\n  - name: t\n    expect: {}', '2:5'],
    ['tests:\n\t- x', '2:1'],
    [`tests: ${'['.repeat(5000)}`, '1:1'],
    ['a: &a [1]\ntests: [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]', '1:1'],
    ['\u0000', '1:1'],
  ])('a test file that is none: %#', async (tests, place) => {
    const report = await run(tests)
    const [problem] = report.problems
    expect(report.cases).toEqual([])
    expect(exitCodeOf(report)).toBe(2)
    if (tests.length < 100) expect(`${problem?.line}:${problem?.column}`).toBe(place)
  })

  test('a test file beyond all measure', async () => {
    const report = await run(`# ${'x'.repeat(300_000)}`)
    expect(report.problems[0]?.message).toContain('more than 262144 bytes')
    expect(exitCodeOf(report)).toBe(2)
  })
})

describe('the report', () => {
  const failing =
    'tests:\n  - name: "100%, <b>: fails"\n    alert: { labels: { alertname: a } }\n    expect: { why: named }\n  - name: fine\n    alert: { labels: { alertname: a } }\n    expect: {}\nmust_not_match:\n  - name: never\n    alert: { labels: { alertname: a } }\n'

  test('for people has file, line, both sides, and the sum', async () => {
    const report = await run(failing)
    const file = path.join(folder, 'a.test.yml')
    expect(formatTests(report, 'human')).toBe(
      [
        `${file}:2: FAILED 100%, <b>: fails`,
        '  why (line 4)',
        '    - expected named',
        '    + actual   matched',
        `${file}:9: FAILED never`,
        '  match (line 9)',
        '    - expected not a',
        '    + actual   a by alertname="a"',
        '1 file: 1 passed, 2 failed',
      ].join('\n'),
    )
    expect([report.passed, report.failed, exitCodeOf(report)]).toEqual([1, 2, 1])
    expect(JSON.parse(formatTests(report, 'json'))).toEqual(report)
  })

  test('for a pull request is annotations whose text cannot break out', async () => {
    const lines = formatTests(await run(failing), 'github').split('\n')
    expect(lines[0]).toBe(
      `::error file=${path.join(folder, 'a.test.yml')},line=4,title=100%25%2C <b>%3A fails%3A why::- expected named%0A+ actual   matched`,
    )
    expect(lines).toHaveLength(3)
  })

  test('as JUnit counts, escapes, and tells what could not be run as errors', async () => {
    await put('aa.test.yml', 'x')
    const xml = formatTests(await run(failing), 'junit')
    expect(xml).toContain('<testsuites name="arrestor runbook test" tests="4" failures="2" errors="1">')
    expect(xml).toContain('name="100%, &lt;b&gt;: fails"')
    expect(xml).not.toContain('<b>')
    expect(xml.match(/<failure /g)).toHaveLength(2)
    // Every element that opens closes.
    const names = (pattern: RegExp): string =>
      [...xml.matchAll(pattern)]
        .map(([, name]) => name ?? '')
        .toSorted((a, b) => (a < b ? -1 : 1))
        .join()
    expect(names(/<\/(\w+)>/g)).toBe(names(/<(\w+)[^>]*[^/]>/g))
  })

  test('as JUnit holds no character that XML cannot', async () => {
    const tests =
      'tests:\n  - name: "\\0 \\e \\uD800 🔥"\n    alert: { labels: { alertname: a } }\n    expect: {}\n'
    expect(formatTests(await run(tests), 'junit')).not.toMatch(/[[\p{Cc}\p{Cs}]--[\t\n\r]]/v)
  })

  test.each([
    [
      ['a', 'b', 'c'],
      ['a', 'c'],
      ['  a', '- b', '  c'],
    ],
    [['a'], ['x', 'a'], ['+ x', '  a']],
    [['a'], [], ['- a', '+ (nothing)']],
    [[], ['a'], ['- (nothing)', '+ a']],
    ['a\nb', 'c', [String.raw`- expected a\nb`, '+ actual   c']],
    [['one'], 'two', ['- one', '+ two']],
  ])('shows %j against %j line by line', (expected, actual, lines) => {
    expect(diffOf({ what: 'x', line: 1, expected, actual, hint: null })).toEqual(lines)
  })
})

describe('names in a test file', () => {
  const names = { probes: CATALOGUE.probes, kinds: ['spark-standalone', 'yarn'] }
  const run = async (tests: string): Promise<TestReport> => {
    await put('n.md', source('id: n\ntitle: n\nowner: us\nmatch: [\'alertname="n"\']', KILL + PROBE))
    await put('n.test.yml', tests)
    return await testRunbooks([folder], { actions: CATALOGUE.actions, names })
  }
  const PROBE = '\n## Look\n\n```yaml probe\nid: death\nuse: spark.executor-deaths\n```\n'

  test('are told with the nearest right one where nothing bears them, in cases of both kinds', async () => {
    const report = await run(`tests:
  - name: matches
    alert: { labels: { alertname: n } }
    platform: { kind: yaarn, capabilities: [app.nope] }
    outputs:
      deth: { signature: F02 }
      death: { signatur: F02, count: 4 }
    expect:
      match: n
must_not_match:
  - alert: { labels: { alertname: other } }
    outputs: { constructor: { x: 1 } }
`)
    expect(report.problems.map(({ line, code, mend }) => [line, code, mend])).toEqual([
      [4, 'unknown-kind', 'Did you mean "yarn"?'],
      [4, 'unknown-capability', 'There is: application.kill.'],
      [6, 'unknown-step', 'Did you mean "death"?'],
      [7, 'unknown-output', 'Did you mean "signature"?'],
      [12, 'unknown-step', 'There is: death.'],
    ])
    expect(exitCodeOf(report)).toBe(2)
  })

  test('pass where something does', async () => {
    const report = await run(`tests:
  - name: matches
    alert: { labels: { alertname: n } }
    platform: { kind: yarn, capabilities: [application.kill] }
    outputs: { death: { signature: F02 } }
    expect: { outputs: { death: { signature: F02 } } }
`)
    expect([report.problems, report.passed]).toEqual([[], 1])
  })
})

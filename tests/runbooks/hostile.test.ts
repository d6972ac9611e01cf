// Runbooks as nobody sane writes them: read or refused, within bounds, and never trusted with the language they are read by.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lintRunbooks } from '../../src/runbooks/lint/index.ts'
import { actionsOf, probesOf, type Problem } from '../../src/runbooks/model.ts'
import { parseMatchers } from '../../src/runbooks/matchers.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { CATALOGUE, CONFIG, NOW } from './broken-context.ts'
import { source } from './support.ts'

const FRONT = 'id: a\ntitle: A\nowner: streaming\ncatch_all: true\nverified: 2026-11-01'
const TESTS = 'tests:\n  - { name: any, alert: { labels: { alertname: x } }, expect: {} }\n'
const LOOK = 'Intro.\n\n## Look\n\nHere.\n'

async function linted(text: string, tests = TESTS): Promise<readonly Problem[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'arrestor-hostile-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  await writeFile(path.join(folder, 'a.md'), text)
  await writeFile(path.join(folder, 'a.test.yml'), tests)
  return (await lintRunbooks([folder], CATALOGUE, { config: CONFIG, now: NOW, sources: ['alertmanager'] }))
    .problems
}
const codes = async (text: string, tests?: string): Promise<string[]> =>
  (await linted(text, tests)).map(({ code, line, column }) => `${line}:${column} ${code}`)

describe('patterns', () => {
  test('that backtrack for years elsewhere answer at once, either way', () => {
    for (const pattern of ['(a+)+b', '(a|aa)+b', '(a|a?)+b', '(.*a){12}b', '(x+x+)+y']) {
      const parsed = parseMatchers(`alertname=~"${pattern}"`)
      expect(parsed.ok).toBe(true)
      if (!parsed.ok) continue
      const text = pattern.startsWith('(x') ? 'x'.repeat(2000) : 'a'.repeat(2000)
      expect(parsed.value[0]?.holds(text)).toBe(false)
      expect(parsed.value[0]?.holds(`${text}${pattern.at(-1)}`)).toBe(true)
    }
  })

  test('are compared by lint without trying them on anything', async () => {
    const entries = Array.from({ length: 60 }, (_, i) => `  - 'alertname=~"(a+)+(b|c)*x{0,${i}}.*"'`)
    const front = FRONT.replace('catch_all: true', `match:\n${entries.join('\n')}`)
    expect(await codes(source(front, LOOK))).toEqual(['1:1 no-catch-all'])
  })

  test('that repeat themselves into millions of states are refused', () => {
    expect(parseMatchers('a=~"((x{1000}){1000}){1000}"').ok).toBe(false)
  })
})

describe('keys that JavaScript treats specially', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is a key like others',
    async (key) => {
      const probe = `## Look\n\n\`\`\`yaml probe\nid: p\nuse: spark.skew\n${key}: 1\n\`\`\`\n`
      expect(await codes(source(FRONT, `Intro.\n\n${probe}`))).toEqual([
        key === '__proto__' ? '18:1 unknown-key' : '18:1 params',
      ])
      expect(await codes(source(`${FRONT}\n${key}: 1`, LOOK))).toEqual(['7:1 unknown-key'])
      expect(Reflect.get({}, 'polluted')).toBeUndefined()
    },
  )

  test('as an input, a platform, a probe’s id and a template they name nothing', async () => {
    const blocks = [
      '```yaml probe\nid: constructor\nuse: spark.executor-deaths\nsays: "{{ toString }} {{ constructor.name }}"\n```',
      '```yaml action\nid: valueof\nuse: spark.kill-application\non: { constructor: { use: spark.kill-application } }\ninputs:\n  constructor: { type: integer }\nverify: { within: 1m }\n```',
    ]
    const text = source(FRONT, `Intro.\n\n## Look\n\nWords.\n\n${blocks.join('\n\n')}\n`)
    expect(await codes(text)).toEqual([
      '20:11 unknown-label',
      '20:26 unknown-output',
      '26:7 unknown-platform',
    ])
    const { runbook } = parseRunbook(text, 'a.md')
    expect(runbook === null ? [] : probesOf(runbook).map(({ id }) => id)).toEqual(['constructor'])
    expect(runbook === null ? [] : Object.keys(actionsOf(runbook)[0]?.inputs ?? {})).toEqual(['constructor'])
  })
})

describe('YAML', () => {
  test('merge keys are not read: they would say keys that nobody sees', () => {
    const { problems } = parseRunbook(source(`x: &x { severity: critical }\n<<: *x\n${FRONT}`, LOOK), 'a.md')
    expect(problems.map(({ message, mend }) => `${message} ${mend}`)).toEqual([
      expect.stringContaining('unknown key "x"'),
      'front matter: unknown key "<<" Merge keys are not read; write the keys out.',
    ])
  })

  test('few aliases are read, a bomb is refused in front matter, blocks and test files alike', async () => {
    const bomb = 'a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]'
    const few = FRONT.replace('catch_all: true', `match: [&m 'a="b"', *m]`)
    expect(parseRunbook(source(few, LOOK), 'a.md').problems).toEqual([])
    expect(await codes(source(`${bomb}\n${FRONT}`, LOOK))).toEqual(['2:1 yaml'])
    const probe = `Intro.\n\n## Look\n\n\`\`\`yaml probe\nid: p\nuse: spark.skew\n${bomb}\n\`\`\`\n`
    expect(await codes(source(FRONT, probe))).toEqual(['16:1 yaml'])
    expect(await codes(source(FRONT, LOOK), `${bomb}\n${TESTS}`)).toEqual(['1:1 yaml'])
  })

  test('nesting that exhausts the stack is a problem, not a crash', async () => {
    const deep = `x: ${'['.repeat(1900)}${']'.repeat(1900)}`
    expect(await codes(source(`${FRONT}\n${deep}`, LOOK))).toEqual(['7:104 yaml'])
    const probe = `Intro.\n\n## Look\n\n\`\`\`yaml probe\nid: p\nuse: spark.executor-deaths\n${deep}\n\`\`\`\n`
    expect(await codes(source(FRONT, probe))).toEqual(['18:104 yaml'])
    expect(await codes(source(`${FRONT}\nx:\n  ${'- '.repeat(1900)}`, LOOK))).toEqual(['8:203 yaml'])
    const shallow = `match: ['alertname=~"${'[[]'.repeat(90)}"']`
    expect(await codes(source(FRONT.replace('catch_all: true', shallow), LOOK))).toEqual(['1:1 no-catch-all'])
  })

  test('tags that make objects elsewhere make nothing here', () => {
    const { runbook, problems } = parseRunbook(source(`${FRONT}\nkey: !!js/function 'x'`, LOOK), 'a.md')
    expect(runbook).toBeNull()
    expect(problems.length).toBeGreaterThan(0)
  })
})

describe('characters', () => {
  test('right-to-left text, joined emoji and four-byte letters are text like other', async () => {
    const front = FRONT.replace('title: A', 'title: "عطل في المهمة 👩‍🚒 𝔖park"')
    expect(await codes(source(front, 'مرحبا 👨‍👩‍👧.\n\n## القسم 🔥\n\nنص [هنا](#القسم-).\n'))).toEqual([])
  })

  test.each([
    ['202E', '\u202E'],
    ['2066', '\u2066'],
    ['200B', '\u200B'],
    ['00AD', '\u00AD'],
    ['0007', '\u0007'],
    ['0085', '\u0085'],
    ['E0041', '\u{E0041}'],
  ])('U+%s is refused where it makes a thing look like another, and left to prose', async (_, character) => {
    expect(await codes(source(FRONT, `Intro${character}.\n\n## Look\n\nHe${character}re.\n`))).toEqual([])
    expect(await codes(source(FRONT, `Intro.\n\n## Lo${character}ok\n\nHere.\n`))).toEqual(['13:6 invisible'])
    const when = `Intro.\n\n## Look\n\nHere.\n\n\`\`\`yaml when\n# ${character}\n- a="b"\n\`\`\`\n`
    expect(await codes(source(FRONT, when))).toEqual(['18:3 invisible'])
  })

  test('CRLF, a byte order mark and columns after emoji: places are those of the file', async () => {
    const text = source(FRONT, `Intro.\n\n## Look 🔥\n\n🔥 [gone](gone.md)\n`)
    const windows = `\uFEFF${text.replaceAll('\n', '\r\n')}`
    expect(await codes(text)).toEqual(['15:4 dead-link'])
    expect(await codes(windows)).toEqual(['15:4 dead-link'])
  })
})

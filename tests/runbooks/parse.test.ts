// Reading a runbook: what becomes what, and every mistake with its line, its column and its mend.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_BYTES } from '../../src/runbooks/bounds.ts'
import { actionsOf, probesOf } from '../../src/runbooks/model.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { source } from './support.ts'

const FULL = `---
id: executor-oom
title: Executor out of memory
owner: data-platform
severity: high                       # critical, high, medium, low
match:                               # any entry
  - 'alertname=~"Spark(Executor|Container)OOM.*"'
  - 'alertname="SparkJobFailed", death.signature=~"F02|F03"'
escalation: batch
key: [namespace]
verified: 2026-11-01
---
# Executor out of memory

An executor's JVM or its container ran out of memory.

## Diagnose

### Why executors died
Look at **this** first.
\`\`\`yaml probe
id: death
use: spark.executor-deaths
\`\`\`

### Heap over the last hour
\`\`\`yaml probe
id: heap
use: prometheus.query
query: max(heap{application_name="{{ job_name }}"})
grade: { low: 0.8, medium: 0.9, high: 0.95 }
says: "Peak heap is {{ value }} of the limit"
chart: true
\`\`\`

## If the container was killed
\`\`\`yaml when
- 'death.signature="F03"'
\`\`\`

### Rerun with more overhead
One run only; the job's definition stays as it is.
\`\`\`yaml action
id: rerun
use: run.rerun
on:
  yarn: { use: airflow.clear-task, dag: nightly }
inputs:
  overhead_mib: { type: integer, min: 512, max: 8192, default: "{{ death.suggested_mib }}" }
requires: commander
verify: { within: 20m }
\`\`\`

\`\`\`yaml
just: an example
\`\`\`
`

const messages = (raw: string): string[] =>
  parseRunbook(raw, 'x.md').problems.map(
    ({ line, column, message, mend }) => `${line}:${column} ${message} | ${mend}`,
  )

describe('a whole runbook', () => {
  const { runbook, problems } = parseRunbook(FULL, 'runbooks/executor-oom.md')

  test('has its front matter', () => {
    expect(problems).toEqual([])
    expect(runbook).toMatchObject({
      id: 'executor-oom',
      title: 'Executor out of memory',
      owner: 'data-platform',
      severity: 'high',
      priority: 0,
      catchAll: false,
      escalation: 'batch',
      keyLabels: ['namespace'],
      verified: '2026-11-01',
      file: 'runbooks/executor-oom.md',
      intro: "An executor's JVM or its container ran out of memory.",
    })
    expect(runbook?.match.map(({ line, matchers }) => [line, matchers.map(({ name }) => name)])).toEqual([
      [7, ['alertname']],
      [8, ['alertname', 'death.signature']],
    ])
  })

  test('has its sections, each under the one around it', () => {
    expect(runbook?.sections.map(({ id, level, parent, line }) => [id, level, parent, line])).toEqual([
      ['diagnose', 2, null, 17],
      ['why-executors-died', 3, 0, 19],
      ['heap-over-the-last-hour', 3, 0, 26],
      ['if-the-container-was-killed', 2, null, 36],
      ['rerun-with-more-overhead', 3, 3, 41],
    ])
    expect(runbook?.sections[3]?.when?.[0]?.matchers[0]?.text).toBe('death.signature="F03"')
  })

  test('has its probes: own keys apart from parameters', () => {
    expect(runbook === null ? [] : probesOf(runbook)).toEqual([
      expect.objectContaining({
        id: 'death',
        heading: 'Why executors died',
        prose: 'Look at **this** first.',
        params: {},
        line: 21,
      }),
      expect.objectContaining({
        id: 'heap',
        params: { query: 'max(heap{application_name="{{ job_name }}"})' },
        grade: { low: 0.8, medium: 0.9, high: 0.95 },
        says: 'Peak heap is {{ value }} of the limit',
        chart: true,
      }),
    ])
  })

  test('has its actions: inputs, overrides, role and verification', () => {
    expect(runbook === null ? [] : actionsOf(runbook)).toEqual([
      expect.objectContaining({
        id: 'rerun',
        use: 'run.rerun',
        prose: "One run only; the job's definition stays as it is.",
        on: { yarn: { use: 'airflow.clear-task', params: { dag: 'nightly' } } },
        inputs: {
          overhead_mib: {
            type: 'integer',
            label: null,
            min: 512,
            max: 8192,
            choices: [],
            default: '{{ death.suggested_mib }}',
          },
        },
        requires: 'commander',
        verify: { withinMs: 1_200_000 },
      }),
    ])
  })

  test('keeps plain YAML as prose and hides the executable', () => {
    const last = runbook?.sections.at(-1)?.prose ?? ''
    expect(last).toContain('just: an example')
    expect(last).not.toContain('use: run.rerun')
  })

  test('is the same runbook with CRLF and a byte order mark', () => {
    const windows = parseRunbook(`\uFEFF${FULL.replaceAll('\n', '\r\n')}`, 'runbooks/executor-oom.md')
    expect(windows.runbook?.hash).toBe(runbook?.hash)
    expect(windows.runbook?.text).toBe(FULL)
  })

  test('has another hash when one letter changes', () => {
    expect(parseRunbook(FULL.replace('first', 'First'), 'x.md').runbook?.hash).not.toBe(runbook?.hash)
  })

  test('survives right-to-left text and emoji of four bytes, offsets and all', () => {
    const book = parseRunbook(
      source('id: rtl\ntitle: "عطل 🔥"\nowner: us\ncatch_all: true', 'مرحبا 🔥🔥\n\n## القسم 🔥\n\nنص\n'),
      'rtl.md',
    ).runbook
    expect(book).toMatchObject({ title: 'عطل 🔥', intro: 'مرحبا 🔥🔥' })
    expect(book?.sections[0]).toMatchObject({ id: 'القسم', heading: 'القسم 🔥', prose: 'نص' })
  })
})

describe('mistakes', () => {
  const front = 'id: a\ntitle: A\nowner: us'
  const block = (kind: string, yaml: string): string =>
    source(`${front}\ncatch_all: true`, `Text.\n\n## Do\n\nWords.\n\n\`\`\`yaml ${kind}\n${yaml}\n\`\`\`\n`)

  test.each([
    ['no front matter', '# Hello', '1:1 there is no front matter'],
    ['front matter never closed', '---\nid: a\n', '1:1 the front matter is never closed'],
    ['an unknown key', source(`${front}\ncatch_all: true\nseverty: high`), '6:1 front matter: unknown key "severty" | Did you mean "severity"?'],
    ['an unknown key, far from all', source(`${front}\ncatch_all: true\nzzzzzzzzz: 1`), '6:1 front matter: unknown key "zzzzzzzzz" | There is: id, title'],
    ['a wrong word', source(`${front}\ncatch_all: true\nseverity: hihg`), '6:11 front matter: severity: expected one of critical, high, medium, low | Did you mean "high"?'],
    ['a missing key', source('id: a\nowner: us\ncatch_all: true'), '2:1 front matter: title is missing: expected text | Add title.'],
    ['a bad id', source('id: A b\ntitle: A\nowner: us\ncatch_all: true'), '2:5 front matter: id: an id is made of'],
    ['a date that is none', source(`${front}\ncatch_all: true\nverified: 2026-02-31`), '6:11 front matter: verified: expected a date'],
    ['nothing to match', source(front), '2:1 front matter: nothing says when this applies'],
    ['a catch-all that matches', source(`${front}\ncatch_all: true\nmatch:\n  - 'a="b"'`), 'a catch-all has no match'],
    ['a matcher without operator', source(`${front}\nmatch:\n  - 'alertname'`), '6:15 front matter: expected an operator'],
    ['a bad pattern', source(`${front}\nmatch:\n  - 'a="b", c=~"x("'`), '6:13 front matter: the pattern of c is no RE2 expression: missing closing )'],
    ['an empty entry', source(`${front}\nmatch:\n  - ''`), '6:5 front matter: an entry without matchers'],
    ['tabs in YAML', source(`${front}\nmatch:\n\t- 'a="b"'`), '6:1 front matter: Tabs are not allowed as indentation | Mend the YAML; tabs may not indent it.'],
    ['a key twice', source(`${front}\nid: b\ncatch_all: true`), '5:1 front matter: Map keys must be unique'],
    ['a slip in a probe', block('probe', 'id: p\nuses: spark.skew'), '18:1 probe: unknown key "uses" | Did you mean "use"?'],
    ['a probe without use', block('probe', 'id: p'), '17:1 probe: use is missing: expected text | Add use.'],
    ['a role nobody has', block('action', 'id: k\nuse: spark.kill\nrequires: comander'), '19:11 action: requires: expected responder or commander | Did you mean "commander"?'],
    ['a duration without unit', block('action', 'id: k\nuse: spark.kill\nverify: { within: 20 }'), '19:19 action: verify.within: expected a duration'],
    ['choices without the type', block('action', 'id: k\nuse: spark.kill\ninputs:\n  n: { type: integer, choices: [a] }'), 'inputs.n.choices: choices belong to type choice'],
    ['min above max', block('action', 'id: k\nuse: spark.kill\ninputs:\n  n: { type: integer, min: 5, max: 1 }'), '20:28 action: inputs.n.min: is more than max'],
    ['a template with logic', block('probe', 'id: p\nuse: spark.skew\nquery: "{{#a}}x{{/a}}"'), '19:8 probe: sections ({{#x}}) are not allowed'],
    ['a template never closed', block('probe', 'id: p\nuse: spark.skew\nquery: "{{ a"'), '19:8 probe: Unclosed tag'],
    ['an unescaped template', block('probe', 'id: p\nuse: spark.skew\nnested: { query: ["{{{ a }}}"] }'), '19:19 probe: unescaped variables'],
    ['a broken when', block('when', '- death.signature'), '17:18 when: expected an operator'],
    ['a when that is a map', block('when', 'a: b'), '17:1 when: expected a list of matchers'],
    ['a block of an unknown kind', block('prob', 'id: p'), '16:1 a block of kind "prob" | Did you mean "probe"?'],
  ])('%s', (_, raw, expected) => {
    expect(messages(raw).join('\n')).toContain(expected)
    expect(parseRunbook(raw, 'x.md').runbook).toBeNull()
  }) // prettier-ignore

  test('a block before the first section has no label', () => {
    const raw = source(`${front}\ncatch_all: true`, '```yaml probe\nid: p\nuse: spark.skew\n```\n')
    expect(messages(raw)).toEqual([expect.stringContaining('10:1 a probe block before the first section')])
  })

  test('a block inside a list would never run, so it is refused', () => {
    const raw = source(
      `${front}\ncatch_all: true`,
      '## Do\n\n- x\n\n  ```yaml action\n  id: k\n  use: spark.kill\n  ```\n',
    )
    expect(messages(raw)).toEqual([expect.stringContaining('14:3 a action block inside a list')])
  })

  test('two steps with one id, and two whens in a section', () => {
    const probe = '```yaml probe\nid: p\nuse: spark.skew\n```\n'
    const when = '```yaml when\n- a="b"\n```\n'
    const raw = source(`${front}\ncatch_all: true`, `## Do\n\n${probe}\n${probe}\n${when}\n${when}`)
    expect(messages(raw)).toEqual([
      expect.stringContaining('a second step with id "p" (the first is in line 12)'),
      expect.stringContaining('a second when block in one section'),
    ])
  })

  test('all mistakes are told at once, each of them once', () => {
    const parsed = parseRunbook(source('id: A\nowner: us\nmatch: ["x"]\nseverty: 1'), 'x.md')
    expect(parsed.problems.map(({ code, line }) => [code, line])).toEqual([
      ['invalid', 2],
      ['invalid', 2],
      ['unknown-key', 5],
    ])
  })
})

describe('hostile files are refused or read, and quickly', () => {
  const front = 'id: a\ntitle: A\nowner: us\ncatch_all: true'
  const nest = (open: string, n: number): string => open.repeat(n)

  test.each([
    ['five megabytes', source(front, 'x'.repeat(80).concat('\n').repeat(64_000)), `more than ${MAX_BYTES}`],
    ['ten thousand headings', source(front, '# a\n'.repeat(10_000)), 'more than 500 headings'],
    ['a NUL', source(front, 'a\0b'), 'NUL'],
    ['one endless line', source(front, 'x'.repeat(5000)), 'longer than 4000'],
    ['quotes in quotes', source(front, nest('> ', 2000)), 'indented by more than 100'],
    ['lists in lists', source(front, Array.from({ length: 300 }, (_, i) => `${' '.repeat(i * 2)}- a`).join('\n')), 'indented by more than 100'],
    ['emphasis in emphasis', source(front, '**a_ '.repeat(700).concat('\n').repeat(4)), 'more emphasis'],
    ['openers in many paragraphs', source(front, '[a '.repeat(1000).concat('\n\n').repeat(11)), 'more emphasis'],
    ['an alias bomb', source(`a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n${front}`), 'Excessive alias count'],
    ['flow in flow', source(`${front}\nx: ${nest('[', 3900)}`), 'front matter'],
  ])('%s', (_, raw, expected) => {
    const { runbook, problems } = parseRunbook(raw, 'x.md')
    expect(runbook).toBeNull()
    expect(problems.map(({ message }) => message).join('\n')).toContain(expected)
  }) // prettier-ignore

  test('a list marker two thousand times in one line is read', () => {
    expect(parseRunbook(source(front, nest('- ', 1900)), 'x.md').problems).toEqual([])
  })

  test('keys that JavaScript treats specially are keys like others', () => {
    const raw = source(`${front}\n__proto__: { polluted: true }`)
    expect(messages(raw).join()).toContain('unknown key "__proto__"')
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test('whatever the text, the answer is a runbook or a problem with a place in it', () => {
    const scrap = fc.constantFrom(
      '---\n',
      'id: a\n',
      '```yaml probe\n',
      '```\n',
      '# h\n',
      '\t',
      '{{',
      '&a [*a]',
      '- ',
      '> ',
      '\r\n',
      '"',
      ': ',
      '😀',
      '\uFEFF',
      '|',
    )
    const text = fc.array(fc.oneof(scrap, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 40 })
    fc.assert(
      fc.property(text, fc.boolean(), (parts, whole) => {
        const raw = whole ? source(front, parts.join('')) : parts.join('')
        const { runbook, problems } = parseRunbook(raw, 'x.md')
        expect(runbook === null).toBe(problems.length > 0)
        const lines = raw.split(/\r\n?|\n/).length
        for (const { line, column } of problems) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines + 1)
          expect(column).toBeGreaterThanOrEqual(1)
        }
      }),
      { numRuns: 400 },
    )
  })
})

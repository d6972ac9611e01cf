// Coverage of rules files: caught for certain, perhaps, or not; and whatever a rules file may look like.
import { describe, expect, test } from 'vitest'
import { formatRules } from '../../src/runbooks/coverage-report.ts'
import { indexOf } from '../../src/runbooks/index-of.ts'
import { coverRules } from '../../src/runbooks/rule-coverage.ts'
import { readRules } from '../../src/runbooks/rules-file.ts'
import { matching, runbook } from './support.ts'

const ALL = runbook('all', 'catch_all: true')

/** Status, runbook and what it depends on, of the one rule written here. */
function covered(rule: string, ...runbooks: Parameters<typeof indexOf>[0][]): string {
  const { rules, problems } = readRules(`groups:\n  - name: g\n    rules:\n      - ${rule}\n`, 'r.yml')
  expect(problems).toEqual([])
  const [one] = coverRules(indexOf(runbooks.flatMap((books) => [...books])), rules)
  const perhaps = one?.perhaps.map((each) => `${each.runbook}?${each.depends.join()}`) ?? []
  return [one?.status, one?.runbook, ...perhaps].join(' ')
}
const books = (...entries: string[]): ReturnType<typeof matching>[] => [
  ...entries.map((entry, i) => matching(`b${i}`, [entry])),
  ALL,
]

describe('a rule', () => {
  test.each([
    // The rule's own labels decide.
    ['{ alert: A }', ['alertname="A"'], 'caught b0'],
    ['{ alert: A }', ['alertname=~"B|C"'], 'not_caught all'],
    ['{ alert: A, labels: { tier: gold } }', ['alertname="A", tier="gold"'], 'caught b0'],
    ['{ alert: A, labels: { tier: gold } }', ['alertname="A", tier="lead"'], 'not_caught all'],
    // What it does not set may come with the series.
    ['{ alert: A }', ['alertname="A", pod=~".+-exec-.*"'], 'maybe all b0?pod'],
    ['{ alert: A }', ['alertname="A", pod!="x"'], 'maybe all b0?pod'],
    ['{ alert: A }', ['alertname="A", pod=~".*"'], 'caught b0'],
    ['{ alert: A }', ['pod="x", node="y"'], 'maybe all b0?pod,node'],
    // So may what it sets by a template.
    ['{ alert: A, labels: { pod: "{{ $labels.pod }}" } }', ['alertname="A", pod="x"'], 'maybe all b0?pod'],
    ['{ alert: A, labels: { pod: "p-{{ $value }}" } }', ['alertname="A", pod="x"'], 'maybe all b0?pod'],
    // The severity is one of our words where the rule sets one, and unknown where it does not.
    ['{ alert: A, labels: { severity: warning } }', ['alertname="A", severity="medium"'], 'caught b0'],
    ['{ alert: A, labels: { severity: page } }', ['alertname="A", severity="low"'], 'not_caught all'],
    ['{ alert: A }', ['alertname="A", severity="medium"'], 'maybe all b0?severity'],
    // A probe's output is known when it has answered.
    ['{ alert: A }', ['alertname="A", death.signature="F02"'], 'maybe all b0?death.signature'],
    ['{ alert: A }', ['alertname="A", platform_kind="yarn"'], 'maybe all b0?platform_kind'],
    // What would go before a certain runbook is told beside it; what would go after is not.
    ['{ alert: A }', ['alertname="A"', 'alertname="A", pod="x"'], 'caught b0 b1?pod'],
    ['{ alert: A }', ['alertname="A"', 'alertname=~"A|B", pod=~"x.+"'], 'caught b0'],
    // An annotation that names a runbook settles it, whatever the labels.
    ['{ alert: Z, annotations: { runbook: b0 } }', ['alertname="A"'], 'caught b0'],
    ['{ alert: Z, annotations: { runbook_url: "https://x/y/b0.md" } }', ['alertname="A"'], 'caught b0'],
    [
      '{ alert: Z, annotations: { runbook_url: "https://x/{{ $labels.alertname }}" } }',
      ['alertname="A"'],
      'not_caught all',
    ],
    // A label called alertname would not change the name.
    ['{ alert: A, labels: { alertname: B } }', ['alertname="A"'], 'caught b0'],
  ])('%s against %j is %s', (rule, entries, wanted) => {
    expect(covered(rule, books(...entries))).toBe(wanted)
  })

  test('is caught by nobody where there is not even a catch-all', () => {
    expect(covered('{ alert: A }', [matching('b', ['alertname="B"'])])).toBe('not_caught ')
  })
})

describe('a rules file', () => {
  const names = (text: string): string[] =>
    readRules(text, 'r.yml').rules.map(
      ({ alert, line, labels }) => `${alert}:${line} ${JSON.stringify(labels)}`,
    )
  const problem = (text: string): string | undefined => {
    const [one] = readRules(text, 'r.yml').problems
    return one && `${one.line}:${one.column}: ${one.message}`
  }

  test('as Prometheus reads it: recording rules left out, group labels put in, scalars as text', () => {
    const text = `groups:
- name: g
  labels: { team: t, tier: a }
  rules:
  - record: x:y
    expr: 1
  - alert: A
    expr: up == 0
    for: 5m
    labels: { tier: 1, on: true }
- name: h
  rules:
  - alert: B
    expr: up
`
    expect(names(text)).toEqual(['A:7 {"team":"t","tier":"1","on":"true"}', 'B:13 {}'])
  })

  test('as objects of Kubernetes, several to a file and in a list', () => {
    const object = (name: string, indent = ''): string =>
      [
        'apiVersion: monitoring.coreos.com/v1',
        'kind: PrometheusRule',
        'spec:',
        '  groups:',
        '  - name: g',
        '    rules:',
        `    - { alert: ${name}, expr: up }`,
      ]
        .map((line) => `${indent}${line}`)
        .join('\n')
    const list = `kind: List\nitems:\n- kind: ConfigMap\n-\n${object('C', '  ')}\n`
    const text = `${object('A')}\n---\nkind: Service\n---\n${object('B')}\n---\n${list}`
    expect(readRules(text, 'r.yml').problems).toEqual([])
    expect(names(text).map((line) => line[0])).toEqual(['A', 'B', 'C'])
  })

  test.each([
    ['', '1:1: it holds no groups of rules'],
    ['kind: PrometheusRule', '1:1: it holds no groups of rules'],
    ['- a', '1:1: it holds no groups of rules'],
    ['groups: 3', '1:1: it holds no groups of rules'],
    [
      'groups:\n- rules:\n  - alert: A\n    labels: [x]',
      '4:13: 0.rules.0.labels: Invalid input: expected record, received array',
    ],
    ['groups:\n\t- x', '2:1: '],
  ])('%j is refused with its place', (text, wanted) => {
    expect(problem(text)?.startsWith(wanted)).toBe(true)
  })

  test('aliases that swell, nesting without end and files without measure are refused, not read', () => {
    const bomb = `a: &a [${'x,'.repeat(10)}]\n${Array.from({ length: 8 }, (_, i) => `${'bcdefghi'[i]}: &${'bcdefghi'[i]} [${`*${'abcdefgh'[i]},`.repeat(10)}]`).join('\n')}\ngroups: [*i]\n`
    expect(problem(bomb)).toBeDefined()
    expect(readRules(`groups: ${'['.repeat(20_000)}`, 'r.yml').rules).toEqual([])
    expect(problem(`#${'x'.repeat(10_000_001)}`)).toContain('more than 10000000 bytes')
  })

  test('keeps right-to-left names, emoji and NUL as they are', () => {
    expect(names('groups:\n- rules:\n  - { alert: "تنبيه🔥\\0" }').join()).toContain('تنبيه🔥\u0000')
  })
})

describe('the report', () => {
  test('tells gaps first, each with its place, and the sum', () => {
    const { rules } = readRules(
      'groups:\n- name: g\n  rules:\n  - { alert: A }\n  - { alert: Lonely }\n  - { alert: P }\n',
      'r.yml',
    )
    const index = indexOf(books('alertname="A"', 'alertname="P", pod="x"'))
    expect(formatRules({ rules: coverRules(index, rules), problems: [] })).toBe(
      [
        'not caught  Lonely  all (catch-all)  (r.yml:5)',
        'maybe       P       b1 if pod fits; else all (catch-all)  (r.yml:6)',
        'caught      A       b0  (r.yml:4)',
        '3 rules: 1 caught, 1 maybe, 1 not caught',
      ].join('\n'),
    )
  })
})

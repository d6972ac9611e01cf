// Matching: the ranking that people can foresee, reasons for every result, and an index that changes nothing but time.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainMatch } from '../../src/runbooks/explain.ts'
import { factsOf, holdEntry } from '../../src/runbooks/facts.ts'
import { formatMatch } from '../../src/runbooks/format.ts'
import { indexOf } from '../../src/runbooks/index-of.ts'
import { matchAlert } from '../../src/runbooks/match.ts'
import { literalsOf } from '../../src/runbooks/regex-literals.ts'
import { parseMatchers } from '../../src/runbooks/matchers.ts'
import { alert, matching, runbook } from './support.ts'

const catchAll = runbook('unknown-alert', 'catch_all: true')
const oom = alert({ alertname: 'SparkExecutorOOMKilled', severity: 'warning', platform: 'prod' })

describe('ranking', () => {
  const winner = (...books: ReturnType<typeof matching>[]): string | undefined =>
    matchAlert(indexOf([...books, catchAll]), oom).runbook?.id

  test('equality beats a pattern, however many matchers the pattern has beside it', () => {
    const pattern = matching('a', ['alertname=~"SparkExecutor.*", platform=~"pr.*", severity=~"m.*"'])
    expect(winner(pattern, matching('b', ['alertname="SparkExecutorOOMKilled"']))).toBe('b')
  })

  test('more matchers beat fewer', () => {
    const one = matching('a', ['alertname=~"SparkExecutor.*"'])
    expect(winner(one, matching('b', ['alertname=~"SparkExecutor.*", platform!="test"']))).toBe('b')
  })

  test('a matcher that any value satisfies makes nothing more specific', () => {
    const padded = matching('b', ['alertname=~"SparkExecutor.*", team=~".*"'])
    expect(winner(matching('a', ['alertname=~"SparkExecutor.*"']), padded)).toBe('a')
  })

  test('then priority decides, then the id, whatever the order of loading', () => {
    const low = matching('a', ['alertname=~"Spark.*"'])
    const high = matching('z', ['alertname=~"SparkE.*"'], 'priority: 5')
    expect(winner(low, high)).toBe('z')
    expect(winner(high, low)).toBe('z')
    const twin = matching('b', ['alertname=~"SparkE.*"'])
    expect(winner(twin, low)).toBe('a')
    expect(winner(low, twin)).toBe('a')
  })

  test('the loser is told why it lost', () => {
    const index = indexOf([
      matching('exact', ['alertname="SparkExecutorOOMKilled"']),
      matching('family', ['alertname=~"Spark.*"']),
    ])
    const { runnersUp, explanation, reason } = matchAlert(index, oom)
    expect(reason).toBe('matched')
    expect(runnersUp).toEqual([{ id: 'family', why: 'less specific: 0 equalities against 1 of exact' }])
    expect(explanation).toEqual([
      {
        runbookId: 'exact',
        entry: 'alertname="SparkExecutorOOMKilled"',
        matchers: [
          { text: 'alertname="SparkExecutorOOMKilled"', held: true, actual: 'SparkExecutorOOMKilled' },
        ],
        held: true,
      },
    ])
  })
})

describe('reasons', () => {
  const index = indexOf([matching('executor-oom', ['alertname=~"SparkExecutorOOM.*"']), catchAll])

  test.each([
    [{ runbook: 'executor-oom' }],
    [{ runbook: 'runbooks/executor-oom.md' }],
    [{ runbook_url: 'https://github.com/acme/ops/blob/main/runbooks/executor-oom.md?plain=1#diagnose' }],
    [{ runbook_url: 'https://wiki.acme.example/runbooks/executor-oom/' }],
  ])('an alert names its runbook outright: %j', (annotations) => {
    const match = matchAlert(index, alert({ alertname: 'Whatever' }, annotations))
    expect(match).toMatchObject({ reason: 'named', runbook: { id: 'executor-oom' }, unknownName: null })
  })

  test('a name that nobody knows is told, and the labels decide', () => {
    const match = matchAlert(index, alert({ alertname: 'SparkExecutorOOM' }, { runbook: 'exeutor-oom' }))
    expect(match).toMatchObject({ reason: 'matched', unknownName: 'exeutor-oom' })
  })

  test('a runbook_url of a wiki that we do not know is nobody’s mistake', () => {
    const there = alert({ alertname: 'SparkExecutorOOM' }, { runbook_url: 'https://wiki/pages/7' })
    expect(matchAlert(index, there)).toMatchObject({ reason: 'matched', unknownName: null })
  })

  test('what nothing matches goes to the catch-all, and without one to nobody: both are gaps', () => {
    const stranger = alert({ alertname: 'Stranger' })
    expect(matchAlert(index, stranger)).toMatchObject({
      reason: 'catch_all',
      runbook: { id: 'unknown-alert' },
    })
    expect(matchAlert(indexOf([]), stranger)).toMatchObject({ reason: 'none', runbook: null })
  })

  test('severity is one of our words, whatever the label says', () => {
    const high = indexOf([matching('a', ['severity="high"'])])
    expect(matchAlert(high, alert({ alertname: 'X', severity: 'error' })).reason).toBe('matched')
  })

  test('in the second pass what probes have found can hold; before it holds neither way', () => {
    const second = indexOf([
      matching('b', ['alertname="SparkJobFailed", death.signature="F02"']),
      matching('c', ['alertname="SparkJobFailed", death.signature!="F02"']),
      catchAll,
    ])
    const failed = alert({ alertname: 'SparkJobFailed' })
    expect(matchAlert(second, failed).reason).toBe('catch_all')
    expect(matchAlert(second, failed, { death: { signature: 'F02' } }).runbook?.id).toBe('b')
    expect(matchAlert(second, failed, { death: { signature: 'F04' } }).runbook?.id).toBe('c')
    expect(matchAlert(second, failed, { death: { signature: null } }).reason).toBe('catch_all')
  })

  test('a general runbook gives way to what the probes have found, even where the alert names it', () => {
    const general = matching('job-failed', ['alertname="SparkJobFailed"'], 'general: true')
    const plain = matching('named', ['alertname="Else"'])
    const found = matching('heap', ['alertname="SparkJobFailed", death.signature="F02"'])
    const broad = matching('broad', ['alertname="SparkJobFailed", severity="high"'])
    const index = indexOf([general, plain, found, broad, catchAll])
    const failed = (runbook: string): Parameters<typeof matchAlert>[1] =>
      alert({ alertname: 'SparkJobFailed', severity: 'high' }, { runbook })
    const heap = { death: { signature: 'F02' } }
    const match = (name: string, outputs?: typeof heap): unknown => {
      const { runbook: won, reason } = matchAlert(index, failed(name), outputs)
      return [won?.id, reason]
    }
    expect(match('job-failed')).toEqual(['job-failed', 'named'])
    expect(match('job-failed', heap)).toEqual(['heap', 'matched'])
    // Labels alone were known to whoever named it.
    expect(match('job-failed', { death: { signature: 'F09' } })).toEqual(['job-failed', 'named'])
    expect(match('named', heap)).toEqual(['named', 'named'])
  })

  test('a quoted name is a label, even with a dot', () => {
    const dotted = indexOf([matching('a', ['alertname="X", "k8s.pod"=""'])])
    expect(matchAlert(dotted, alert({ alertname: 'X' })).reason).toBe('matched')
  })

  test('the long explanation names what held and what failed, for people and for machines', () => {
    const books = indexOf([
      matching('near', ['alertname=~"SparkExecutorOOM.*", platform="test"']),
      matching('far', ['alertname="Other"']),
      catchAll,
    ])
    const report = explainMatch(books, oom)
    expect(formatMatch(report, 'human')).toBe(
      [
        'unknown-alert: taken by the catch-all: a gap in coverage',
        'nearly',
        '  near: alertname=~"SparkExecutorOOM.*", platform="test"',
        '    held    alertname=~"SparkExecutorOOM.*"',
        '    failed  platform="test"  (it is "prod")',
      ].join('\n'),
    )
    expect(JSON.parse(formatMatch(report, 'json'))).toMatchObject({
      runbook: 'unknown-alert',
      reason: 'catch_all',
      nearly: [{ runbookId: 'near', held: false }],
    })
  })
})

describe('the index', () => {
  const template = matching('r', ['x="y"'])
  /** A runbook without reading Markdown, for tests that need many. */
  const quick = (id: string, text: string): typeof template => {
    const parsed = parseMatchers(text)
    if (!parsed.ok) throw new Error(parsed.message)
    return { ...template, id, match: [{ text, line: 5, matchers: parsed.value }] }
  }
  const name = fc.constantFrom('alertname', 'platform', 'team')
  const value = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', '', '😀x')
  const pattern = fc.constantFrom(
    'a',
    'a.*',
    'a|b',
    'ab?c?',
    '(a|b)a',
    '.*',
    '.+',
    'a+',
    '[ab].*',
    '(?i)A.*',
    'a{2}|b',
    '(?:a|😀)x?',
    '\\.a|b',
    'ab*',
  )
  const matcher = fc.oneof(
    fc.tuple(name, fc.constantFrom('=', '!='), value),
    fc.tuple(name, fc.constantFrom('=~', '!~'), pattern),
  )
  const text = matcher.map(([n, op, v]) => `${n}${op}${JSON.stringify(v)}`)
  const entry = fc.array(text, { minLength: 1, maxLength: 3 }).map((all) => all.join(','))

  test('finds exactly what a loop over all entries finds', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 12 }),
        fc.record({ alertname: value, platform: value, team: value }),
        (entries, labels) => {
          const index = indexOf(entries.map((one, i) => quick(`r${String(i).padStart(2, '0')}`, one)))
          const spoken = alert(labels)
          const facts = factsOf(spoken)
          const expected = index.candidates.find((candidate) => holdEntry(facts, candidate.entry) === true)
          expect(matchAlert(index, spoken).runbook?.id).toBe(expected?.runbook.id)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('an alert meets few of ten thousand runbooks, also where all begin alike', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => {
      const n = String(i).padStart(5, '0')
      return quick(
        `r${n}`,
        i % 10 > 0
          ? `alertname="SparkFailure${n}", severity="high"`
          : `alertname=~"SparkFailure(${n}|X${n}).*", team="data"`,
      )
    })
    const index = indexOf(many)
    const spoken = alert({ alertname: 'SparkFailure04710', severity: 'error', team: 'data' })
    expect(index.lookup(factsOf(spoken)).length).toBeLessThan(10)
    expect(matchAlert(index, spoken).runbook?.id).toBe('r04710')
  })

  test('has one hash for the same runbooks in any order, another when one changes', () => {
    const [a, b] = [matching('a', ['x="1"']), matching('b', ['x="2"'])]
    expect(indexOf([a, b]).hash).toBe(indexOf([b, a]).hash)
    expect(indexOf([a, matching('b', ['x="3"'])]).hash).not.toBe(indexOf([a, b]).hash)
  })
})

describe('what a pattern begins with', () => {
  test.each([
    ['SparkOOM', true, ['SparkOOM']],
    ['Spark(Executor|Container)OOM.*', false, ['SparkExecutorOOM', 'SparkContainerOOM']],
    ['OOM(Killed)?', true, ['OOMKilled', 'OOM']],
    ['a|b|cd', true, ['a', 'b', 'cd']],
    ['a[bc]|d', false, ['a', 'd']],
    [String.raw`a\.b\-c`, true, ['a.b-c']],
    ['ab+c', false, ['ab']],
    ['ab*c', false, ['a']],
    ['a{b', true, ['a{b']],
  ])('%s', (pattern, exact, values) => {
    expect(literalsOf(pattern)).toEqual({ exact, values })
  })

  test.each(['.*', '', 'a?', '(?i)a', '[ab]c', 'a|', String.raw`\Qa.b\E`, String.raw`\x{61}`, '(?:a', '^a'])(
    'nothing is known of %s',
    (pattern) => {
      expect(literalsOf(pattern)).toBeNull()
    },
  )

  test('it is true of every value that matches', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '(',
      ')',
      '|',
      '*',
      '+',
      '?',
      '.',
      '[ab]',
      '(?:',
      'a{2}',
      '\\.',
      '^',
      '$',
      '😀',
    )
    const words = fc.array(fc.constantFrom('a', 'b', '.', '😀', 'aa', 'ab'), { maxLength: 5 })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), words, (pieces, parts) => {
        const pattern = pieces.join('')
        const parsed = parseMatchers(`x=~${JSON.stringify(pattern)}`)
        const literals = literalsOf(pattern)
        fc.pre(parsed.ok && literals !== null)
        const text = parts.join('')
        if (!parsed.ok || literals === null || parsed.value[0]?.value !== pattern) return
        if (parsed.value[0].holds(text))
          expect(literals.values.some((v) => (literals.exact ? text === v : text.startsWith(v)))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
})

// What a runbook makes of a value: severity by thresholds, a sentence by template, a line for its course.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Wording, severityByGrade, worded } from '../../src/diagnosis/grade.ts'
import type { Finding, ProbeResult } from '../../src/diagnosis/model.ts'
import { unseen } from '../../src/diagnosis/probes/support.ts'
import { sparkline, spoken } from '../../src/diagnosis/sparkline.ts'
import { outputNames } from '../../src/runbooks/template-names.ts'

const PROBE = { id: 'test.probe', outputs: { value: 'it', host: 'where' } }
const FINDING: Finding = {
  probe: 'test.probe',
  severity: 'low',
  sentence: 'The probe says so.',
  evidence: [{ text: 'line', from: 'spark', link: null }],
  link: 'http://x/',
  confidence: 'high',
  unreached: [],
}
const result = (value: number | string | null, more: Partial<ProbeResult> = {}): ProbeResult => ({
  outputs: { value, host: 'worker-1' },
  findings: [FINDING],
  ...more,
})
const said = (step: Partial<Wording>, given: ProbeResult): ProbeResult =>
  worded({ heading: 'Heap', ...step }, PROBE, given, (own) => outputNames({ other: { value: 7 } }, own))

describe('grade', () => {
  const RISING = { low: 0.8, medium: 0.9, high: 0.95 }
  const FALLING = { low: 100, high: 10, critical: 1 }
  it.each([
    [0.79, RISING, 'none'],
    [0.8, RISING, 'low'],
    [0.94, RISING, 'medium'],
    [2, RISING, 'high'],
    [101, FALLING, 'none'],
    [100, FALLING, 'low'],
    [10, FALLING, 'high'],
    [0, FALLING, 'critical'],
    // One threshold is a least value.
    [5, { critical: 5 }, 'critical'],
    [4, { critical: 5 }, 'none'],
    [-1, { low: -2 }, 'low'],
  ])('%d by %j is %s', (value, grade, severity) => {
    expect(severityByGrade(value, grade)).toBe(severity)
    expect(said({ grade }, result(value)).findings[0]).toMatchObject({ severity, sentence: FINDING.sentence })
  })

  it('never falls as the value grows worse', () => {
    const order = ['none', 'low', 'medium', 'high', 'critical']
    const steps = fc.uniqueArray(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), {
      minLength: 4,
      maxLength: 4,
    })
    fc.assert(
      fc.property(
        steps,
        fc.double({ noNaN: true }),
        fc.double({ noNaN: true }),
        fc.boolean(),
        (given, a, b, falls) => {
          const [low, medium, high, critical] = given.toSorted((x, y) => (falls ? y - x : x - y)) as [
            number,
            number,
            number,
            number,
          ]
          const grade = { low, medium, high, critical }
          const [better, worse] = a < b !== falls ? [a, b] : [b, a]
          expect(order.indexOf(severityByGrade(worse, grade))).toBeGreaterThanOrEqual(
            order.indexOf(severityByGrade(better, grade)),
          )
        },
      ),
    )
  })
})

describe('says', () => {
  it('takes the place of the sentence and leaves evidence, link and confidence', () => {
    const [finding] = said(
      { says: 'Peak heap is {{ value }} on {{ host }}', grade: { high: 0.9 } },
      result(0.971_23),
    ).findings
    expect(finding).toEqual({ ...FINDING, severity: 'high', sentence: 'Peak heap is 0.9712 on worker-1.' })
  })

  it.each([
    ['{{ value }} against {{ other.value }}!', '0.5 against 7!'],
    ['{{ value }} {{ gone }}', '0.5 (no gone).'],
    ['two\n  lines', 'two lines.'],
    ['is it {{ value }}?', 'is it 0.5?'],
  ])('%j is said as %j', (says, sentence) => {
    expect(said({ says }, result(0.5)).findings[0]?.sentence).toBe(sentence)
  })

  it('P12: redacts what an output carries, and is bounded', () => {
    const secret = result(1, { outputs: { value: 1, host: `password=hunter2 ${'x'.repeat(5_000)}` } })
    const sentence = said({ says: 'On {{ host }}' }, secret).findings[0]?.sentence ?? ''
    expect(sentence).not.toContain('hunter2')
    expect(sentence.length).toBeLessThan(610)
  })

  it('leaves the other findings alone, and makes one where there is none', () => {
    const second = { ...FINDING, sentence: 'And this.' }
    expect(said({ says: 'x' }, result(1, { findings: [FINDING, second] })).findings[1]).toEqual(second)
    expect(said({ grade: { low: 0 } }, result(1, { findings: [] })).findings).toMatchObject([
      { severity: 'low', sentence: 'Heap: 1.' },
    ])
  })

  it('a value that was not determined is said to be so, with why, and has no severity', () => {
    const { findings } = said({ says: 'is {{ value }}', grade: { low: 0 } }, result(null))
    expect(findings).toMatchObject([
      {
        severity: 'none',
        confidence: 'low',
        sentence: 'Heap: its value was not determined. The probe says so.',
        link: 'http://x/',
      },
    ])
    const blind = result(null, { findings: [unseen('test.probe', 'Heap: not seen, no answer.', ['prod'])] })
    expect(said({ says: 'is {{ value }}' }, blind).findings).toMatchObject([
      { sentence: 'Heap: not seen, no answer.', unreached: ['prod'] },
    ])
  })

  it('of a probe that measures no value changes nothing and says so', () => {
    const { findings } = worded(
      { heading: 'Heap', says: 'x', grade: { low: 1 } },
      { id: 'test.probe', outputs: { host: 'where' } },
      result(1),
      () => () => undefined,
    )
    expect(findings).toHaveLength(2)
    expect(findings[0]).toEqual(FINDING)
    expect(findings[1]?.sentence).toBe(
      'Heap: grade and says cannot be used, since test.probe has no output named value.',
    )
  })
})

describe('chart', () => {
  const points = (...values: (number | null)[]): { at: Date; value: number | null }[] =>
    values.map((value, i) => ({ at: new Date(i * 60_000), value }))

  it.each([
    [points(0, 1, 2, 4, 8), '▁▂▃▅█ 0 to 8, at most 8 and at least 0, over 4 min'],
    [points(5, 5, 5), '▅▅▅ 5 to 5, at most 5 and at least 5, over 2 min'],
    [points(1, null, 3), '▁·█ 1 to 3, at most 3 and at least 1, over 2 min'],
    [points(8, 0.123_456), '█▁ 8 to 0.1235, at most 8 and at least 0.1235, over 60 s'],
  ])('draws a line', (given, line) => {
    expect(sparkline(given)).toBe(line)
  })

  it.each([[[]], [points(1)], [points(null, null)], [points(null, 1)]])(
    'draws nothing without two values',
    (given) => {
      expect(sparkline(given)).toBeNull()
    },
  )

  it('keeps every peak, in 32 columns at most, whatever the values', () => {
    const spike = points(...Array.from({ length: 1_000 }, (_, i) => (i === 500 ? 100 : 1)))
    const line = sparkline(spike) ?? ''
    expect(line.split(' ')[0]).toHaveLength(32)
    expect(line.match(/█/g)).toHaveLength(1)
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 100 }),
        (values) => {
          const drawn = sparkline(points(...values)) ?? ''
          expect(drawn).toMatch(/^[▁▂▃▄▅▆▇█·]+ /)
          expect(drawn).not.toContain('NaN')
        },
      ),
    )
  })

  it('stands first among the evidence of the first finding, and only where it was asked for', () => {
    const history = points(1, 2)
    const charted = said({ chart: true, says: 'now {{ value }}' }, result(2, { history }))
    expect(charted.findings[0]?.evidence.map(({ from }) => from)).toEqual(['chart', 'spark'])
    expect(said({ chart: true }, result(2)).findings[0]).toEqual(FINDING)
    expect(said({}, result(2, { history })).findings[0]).toEqual(FINDING)
  })

  it.each([
    [0, '0'],
    [8_589_934_592, '8589934592'],
    [0.966_666, '0.9667'],
    [1234.56, '1235'],
    [1e21, '1.000e+21'],
    [0.000_001_234, '1.234e-6'],
    [-3.5, '-3.5'],
  ])('a number is said for people: %d is %s', (value, text) => {
    expect(spoken(value)).toBe(text)
  })
})

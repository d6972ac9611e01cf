// Charts as data: what they say, how many points they keep, and that they may be stored and read again.
import { describe, expect, it } from 'vitest'
import { executorsChart } from '../../../src/diagnosis/chart/executors.ts'
import {
  type Chart,
  MAX_ALT,
  MAX_MARKS,
  MAX_POINTS,
  chartSchema,
} from '../../../src/diagnosis/chart/model.ts'
import { type Point, bounded, gathered } from '../../../src/diagnosis/chart/points.ts'
import { taskTimesChart } from '../../../src/diagnosis/chart/task-times.ts'
import { valuesChart } from '../../../src/diagnosis/chart/values.ts'
import type { SparkApplication, SparkExecutor, SparkStage, SparkTaskQuantiles } from '../../../src/ports.ts'

const NOW = Date.UTC(2026, 10, 22, 2, 57)
const MINUTE = 60_000
const app = {
  name: 'daily-revenue',
  startedAt: new Date(NOW - 125 * MINUTE),
  endedAt: null,
} as SparkApplication
const executor = (added: number, removed: number | null): SparkExecutor =>
  ({
    addedAt: new Date(NOW - added * MINUTE),
    removedAt: removed === null ? null : new Date(NOW - removed * MINUTE),
  }) as SparkExecutor

/** As the store gives it back. */
function stored(chart: Chart | null): Chart {
  return chartSchema.parse(JSON.parse(JSON.stringify(chart)))
}

describe('executors over time', () => {
  const lost = [31, 30, 12].map((ago) => executor(120, ago))
  const all = [...lost, executor(120, null), executor(28, null), executor(120, 20)]

  it('count those alive, mark those lost, and say the conclusion with its numbers', () => {
    const chart = stored(executorsChart(app, all, lost, new Date(NOW)))
    expect(chart).toMatchObject({
      kind: 'time',
      note: '3 lost from 02:26 to 02:45 UTC; 2 alive now, 5 at most',
      alt: 'Executors of daily-revenue, 22 Nov 02:10 to 22 Nov 02:57 UTC (22 Nov 2026): 3 executors lost from 02:26 to 02:45. At most 5 were alive, 2 now.',
    })
    if (chart.kind !== 'time') throw new Error('not over time')
    expect(chart.series[0]?.points.map(([, value]) => value)).toEqual([5, 4, 3, 4, 3, 2, 2])
    // The one that was released on purpose lowers the line and is no loss.
    expect(chart.marks?.at.reduce((sum, [, count]) => sum + count, 0)).toBe(3)
  })

  it('begin where the list is whole: Spark forgets all but the newest of the dead', () => {
    const chart = executorsChart(app, all, lost, new Date(NOW), 4)
    expect(chart).toMatchObject({ from: NOW - 31 * MINUTE })
  })

  it('have no picture where no loss has a time', () => {
    expect(executorsChart(app, all, [executor(5, null)], new Date(NOW))).toBeNull()
  })
})

describe('task times', () => {
  const stage = { id: 7, attempt: 0, tasks: 200 } as SparkStage
  const quantiles = (runMs: number[]): SparkTaskQuantiles =>
    ({ quantiles: [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1], runMs }) as unknown as SparkTaskQuantiles

  it('stand from the fastest to the longest, which alarms', () => {
    const chart = stored(
      taskTimesChart(stage, quantiles([800, 1_100, 1_600, 2_000, 2_300, 3_100, 252_000]), {
        longestMs: 252_000,
        medianMs: 2_000,
        longest: 'succeeded',
      }),
    )
    expect(chart).toMatchObject({ kind: 'bars', note: 'The longest took 4 min, 126 times the median of 2 s' })
    if (chart.kind !== 'bars') throw new Error('no bars')
    expect(chart.bars.map(({ name }) => name)).toEqual([
      'fastest',
      '5 %',
      '25 %',
      'median',
      '75 %',
      '95 %',
      'longest',
    ])
    expect(chart.bars.at(-1)).toEqual({ name: 'longest', value: 252_000, tone: 'alarm' })
    expect(chart.alt).toContain('95 % 3.1 s, longest 4 min. The longest took 126 times the median.')
  })

  it('show a failed task that ran longer than all that succeeded', () => {
    const chart = taskTimesChart(stage, quantiles([80, 110, 160, 200, 230, 310, 420]), {
      longestMs: 52_000,
      medianMs: 200,
      longest: 'failed',
    })
    expect(chart).toMatchObject({ note: 'One that failed took 52 s, 260 times the median of 200 ms' })
    expect(chart?.kind === 'bars' && chart.bars.at(-1)).toEqual({
      name: 'failed',
      value: 52_000,
      tone: 'alarm',
    })
  })

  it('need two quantiles', () => {
    expect(
      taskTimesChart(stage, quantiles([]), { longestMs: 1, medianMs: 1, longest: 'succeeded' }),
    ).toBeNull()
  })
})

describe('values', () => {
  const points = (values: (number | null)[]) =>
    values.map((value, index) => ({ at: new Date(NOW - (values.length - index) * MINUTE), value }))
  const base = { title: 'Heap', conclusion: 'Peak heap is high.', unit: 'share', grade: null } as const

  it('say the conclusion, first, last, least and greatest, and keep the thresholds', () => {
    const courses = [{ name: 'value', points: points([0.4, null, 0.97, 0.9]) }]
    expect(stored(valuesChart({ ...base, courses, grade: { high: 0.95 } }))).toMatchObject({
      alt: 'Heap: Peak heap is high. 40 % to 90 %, at least 40 % and at most 97 %, from 22 Nov 02:53 to 22 Nov 02:56 UTC.',
      limits: [{ name: 'high', value: 0.95 }],
    })
  })

  it('draw at most five lines and say how many there are', () => {
    const courses = Array.from({ length: 7 }, (_, n) => ({ name: `executor ${n}`, points: points([n, n]) }))
    const chart = stored(valuesChart({ ...base, courses }))
    expect(chart.kind === 'time' && chart.series).toHaveLength(5)
    expect(chart.alt).toContain('7 lines, of which 5 are drawn')
  })

  it('P12: carry no credential in a word of theirs, and are bounded', () => {
    const courses = [
      { name: 'password=hunter22', points: points([1, 2]) },
      { name: 'n'.repeat(500), points: points([1, 2]) },
    ]
    const chart = stored(
      valuesChart({
        ...base,
        title: 'token=abcdef123456',
        conclusion: `secret=abc ${'x'.repeat(3_000)}`,
        courses,
      }),
    )
    expect(JSON.stringify(chart)).not.toMatch(/hunter22|abcdef123456|secret=abc/)
    expect(chart.alt.length).toBeLessThanOrEqual(MAX_ALT)
  })

  it('need two values', () => {
    expect(valuesChart({ ...base, courses: [{ name: 'value', points: points([1, null]) }] })).toBeNull()
    expect(valuesChart({ ...base, courses: [] })).toBeNull()
  })
})

describe('points', () => {
  it('are bounded without losing the peak, the least, or the last', () => {
    const many: Point[] = Array.from({ length: 10_000 }, (_, n) => [n, n === 4_321 ? 99 : n === 77 ? -5 : 1])
    const kept = bounded(many)
    expect(kept.length).toBeLessThanOrEqual(MAX_POINTS)
    expect(kept).toContainEqual([4_321, 99])
    expect(kept).toContainEqual([77, -5])
    expect(kept.at(-1)).toEqual([9_999, 1])
    expect(kept.map(([at]) => at)).toEqual(kept.map(([at]) => at).toSorted((a, b) => a - b))
  })

  it('keep a gap, and few points as they are', () => {
    const gap: Point[] = Array.from({ length: 1_000 }, (_, n) => [n, n > 300 && n < 600 ? null : 1])
    expect(bounded(gap).some(([, value]) => value === null)).toBe(true)
    expect(bounded([[1, 0.123_456_789], [2, null]])).toEqual([[1, 0.123_457], [2, null]]) // prettier-ignore
  })

  it('moments are counted together, none lost', () => {
    const marks = gathered(
      Array.from({ length: 500 }, (_, n) => n),
      0,
      499,
    )
    expect(marks.length).toBeLessThanOrEqual(MAX_MARKS)
    expect(marks.reduce((sum, [, count]) => sum + count, 0)).toBe(500)
  })
})

// prometheus.query: which value, out of which series, how old it is, and what is said where there is none.
import { describe, expect, it } from 'vitest'
import type { StepResult } from '../../../src/diagnosis/run-probes.ts'
import { runProbes } from '../../../src/diagnosis/run-probes.ts'
import type { MetricsAnswer, MetricsQuery } from '../../../src/ports.ts'
import { NOW, contextOf, readerOf } from '../support.ts'

type Points = readonly (readonly [secondsAgo: number, value: number | null])[]
type Series = readonly (readonly [Record<string, string>, Points])[]

const asked: MetricsQuery[] = []

async function look(
  series: Series,
  params: Record<string, unknown> = {},
  more: { warnings?: string[]; chart?: boolean; step?: Record<string, unknown> } = {},
): Promise<StepResult> {
  const reader = {
    ...readerOf({ capabilities: ['metrics'] }),
    metrics: {
      query: (query: MetricsQuery): Promise<MetricsAnswer> => {
        asked.push(query)
        return Promise.resolve({
          series: series.map(([labels, points]) => ({
            labels,
            points: points.map(([ago, value]) => ({ at: new Date(NOW.getTime() - ago * 1000), value })),
          })),
          warnings: more.warnings ?? [],
          link: 'http://prometheus/graph?g0.expr=up',
        })
      },
      check: () => Promise.resolve('fine'),
    },
  }
  asked.length = 0
  const step = {
    id: 'heap',
    use: 'prometheus.query',
    heading: 'Heap',
    params: { query: 'max(heap)', ...params },
    chart: more.chart ?? false,
    ...more.step,
  }
  const [result] = await runProbes(
    [step],
    { ...contextOf({}), reader },
    { deadlineMs: 5_000, concurrency: 1 },
  )
  return result!
}

const now = (value: number | null): Points => [[0, value]]

describe('prometheus.query', () => {
  it('one series at this instant', async () => {
    const { outputs, findings } = await look([[{}, now(0.97)]])
    expect(asked).toEqual([{ promql: 'max(heap)', at: NOW, range: null }])
    expect(outputs).toEqual({ value: 0.97, series: 1, labels: null, min: 0.97, max: 0.97, age_s: 0 })
    expect(findings).toEqual([
      {
        probe: 'prometheus.query',
        severity: 'none',
        sentence: 'The query answers 0.97.',
        evidence: [{ text: 'max(heap)', from: 'PromQL', link: 'http://prometheus/graph?g0.expr=up' }],
        link: 'http://prometheus/graph?g0.expr=up',
        confidence: 'high',
        unreached: [],
      },
    ])
  })

  it.each([
    ['max', 9, '{executor="2"}', 'largest'],
    ['min', 1, '{executor="3"}', 'smallest'],
  ])('of several series with take: %s', async (take, value, labels, word) => {
    const series: Series = [
      [{ __name__: 'heap', executor: '1' }, now(5)],
      [{ executor: '2' }, now(9)],
      [{ executor: '3' }, now(1)],
      [{ executor: '4' }, now(null)],
    ]
    const { outputs, findings } = await look(series, { take })
    expect(outputs).toMatchObject({ value, labels, series: 3, min: 1, max: 9 })
    expect(findings[0]?.sentence).toBe(`The query answers ${value} (the ${word} of 3 series, ${labels}).`)
  })

  it('over a span: the newest value, and the smallest and largest of all', async () => {
    const { outputs } = await look(
      [
        [
          {},
          [
            [3600, 2],
            [1800, 9],
            [0, 4],
          ],
        ],
      ],
      { last: '1h', step: '30s' },
    )
    expect(asked[0]?.range).toEqual({ lastMs: 3_600_000, stepMs: 30_000 })
    expect(outputs).toMatchObject({ value: 4, min: 2, max: 9, age_s: 0 })
  })

  it('what ended is not taken for what is: its last value counts, and its age is said', async () => {
    const { outputs, findings } = await look(
      [
        [
          {},
          [
            [3600, 2],
            [1800, 9],
            [0, null],
          ],
        ],
      ],
      { last: '1h' },
    )
    expect(outputs).toMatchObject({ value: 9, age_s: 1800 })
    expect(findings[0]?.sentence).toBe('The query answers 9, last seen 30 min ago.')
  })

  it.each([
    [{}, [], 'Prometheus has no data for this query.', []],
    [{ last: '2h' }, [], 'Prometheus has no data of the last 2 h for this query.', []],
    [
      {},
      [
        [{}, now(null)],
        [{ a: 'b' }, now(null)],
      ] as Series,
      'What Prometheus answers is no number (2 series).',
      ['1 store is gone'],
    ],
    [{}, [[{}, []]] as Series, 'What Prometheus answers is no number (1 series).', []],
  ])('no number: %j %j', async (params, series, sentence, warnings) => {
    const { outputs, findings } = await look(series, params, { warnings })
    expect(outputs).toMatchObject({ value: null, series: 0, labels: null })
    expect(findings).toMatchObject([{ severity: 'none', sentence, confidence: 'low', unreached: warnings }])
  })

  it('no number, graded and said, is not determined', async () => {
    const { findings } = await look([], {}, { step: { grade: { low: 0 }, says: 'is {{ value }}' } })
    expect(findings).toMatchObject([
      {
        severity: 'none',
        sentence: 'Heap: its value was not determined. Prometheus has no data for this query.',
      },
    ])
  })

  it('graded, said and drawn: the line before the query', async () => {
    const { findings } = await look(
      [
        [
          {},
          [
            [3600, 0.5],
            [0, 0.97],
          ],
        ],
      ],
      {},
      {
        chart: true,
        step: { grade: { high: 0.95 }, says: 'Peak heap is {{ max }} of the limit' },
      },
    )
    expect(findings[0]).toMatchObject({ severity: 'high', sentence: 'Peak heap is 0.97 of the limit.' })
    expect(findings[0]?.evidence.map(({ from, text }) => `${from}: ${text}`)).toEqual([
      'chart: ▁█ 0.5 to 0.97, at most 0.97 and at least 0.5, over 60 min',
      'PromQL: max(heap)',
    ])
  })

  it('names courses by their own labels, one called constructor as well', async () => {
    const points: Points = [
      [3600, 1],
      [0, 2],
    ]
    const { findings } = await look(
      [
        [{ constructor: 'mine' }, points],
        [{}, points],
      ],
      {},
      { chart: true },
    )
    expect(JSON.stringify(findings)).toContain('"mine"')
    expect(JSON.stringify(findings)).not.toContain('native code')
  })

  it('a chart without a span looks at the last hour', async () => {
    await look([], {}, { chart: true })
    expect(asked[0]?.range).toEqual({ lastMs: 3_600_000, stepMs: 60_000 })
    await look([], { last: '10m' }, { chart: true })
    expect(asked[0]?.range).toEqual({ lastMs: 600_000, stepMs: 15_000 })
  })

  it.each([
    [{ query: '' }, 'query: is empty'],
    [{ query: 7 }, 'query: expected PromQL'],
    [{ last: '59s' }, 'last: must be between 1m and 30d'],
    [{ last: '31d' }, 'last: must be between 1m and 30d'],
    [{ step: '10s' }, 'step: needs last'],
    [{ last: '5m', step: '500ms' }, 'step: must be at least 1s'],
    [{ last: '30d', step: '1m' }, 'step: makes more than 1000 points of last'],
    [{ take: 'mean' }, 'take: expected max or min'],
  ])('P13: %j is not asked, and says why', async (params, why) => {
    const { findings, outputs } = await look([[{}, now(1)]], params)
    expect(findings[0]?.sentence).toContain(`not usable (${why})`)
    expect(outputs['value']).toBeNull()
    expect(asked).toEqual([])
  })

  it('hostile labels and warnings are redacted and bounded', async () => {
    const labels = { url: 'https://u:hunter2@db/x', long: 'x'.repeat(5_000), broken: '\uD800"}' }
    const { outputs, findings } = await look(
      [
        [labels, now(1)],
        [{}, now(0)],
      ],
      {},
      { warnings: ['token=hunter2', 'y'.repeat(9_000)] },
    )
    expect(JSON.stringify([outputs, findings])).not.toContain('hunter2')
    expect(String(outputs['labels']).length).toBeLessThanOrEqual(200)
    expect(findings[0]?.sentence.length).toBeLessThan(400)
    expect(String(outputs['labels']).isWellFormed()).toBe(true)
    for (const warning of findings[0]?.unreached ?? []) expect(warning.length).toBeLessThanOrEqual(300)
  })
})

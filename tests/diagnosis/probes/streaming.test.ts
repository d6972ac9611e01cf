// Streams that keep up and streams that do not: one look at the driver, ten minutes of Prometheus, and yesterday's state.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { chartSchema } from '../../../src/diagnosis/chart/model.ts'
import { streaming } from '../../../src/diagnosis/probes/streaming.ts'
import type { LogTail, MetricsQuery, MetricsReader } from '../../../src/ports.ts'
import { APP, type World, contextOf } from '../support.ts'

const MIB = 1024 ** 2
const LOG: LogTail = {
  text: 'WARN ProcessingTimeExecutor: Current batch is falling behind. The trigger interval is 1000 milliseconds, but spent 2571 milliseconds\nWARN ProcessingTimeExecutor: Current batch is falling behind. The trigger interval is 2000 milliseconds, but spent 4371 milliseconds\n',
  whose: 'driver',
  cut: false,
  from: 'stderr',
  link: null,
}

const look = (world: World, params?: unknown): Promise<ProbeResult> =>
  streaming.run(streaming.params.parse(params), contextOf({ log: { ...LOG, text: '' }, ...world }))

function gauges(
  query: string,
  latency: number,
  input: number,
  processing: number,
  state = 0,
): Record<string, number> {
  return {
    [`spark.streaming.${query}.latency`]: latency,
    [`spark.streaming.${query}.inputRate-total`]: input,
    [`spark.streaming.${query}.processingRate-total`]: processing,
    [`spark.streaming.${query}.states-usedBytes`]: state,
    [`spark.streaming.${query}.states-rowsTotal`]: 1,
    [`spark.streaming.${query}.eventTime-watermark`]: 1,
  }
}

type Series = Readonly<Record<string, readonly number[]>>
/** Prometheus with these ends of names after `driver_spark_streaming_`, now and a day before. */
function prometheus(recent: Series, before: Series = {}, asked: MetricsQuery[] = []): MetricsReader {
  return {
    query(query) {
      asked.push(query)
      const series = Object.entries(query.range === null ? before : recent).map(([name, values]) => ({
        labels: { __name__: `metrics_spark_driver_spark_streaming_${name}_Value`, instance: 'd:4040' },
        points: values.map((value, i) => ({ at: new Date(query.at.getTime() - (values.length - 1 - i) * 60_000), value })),
      })) // prettier-ignore
      return Promise.resolve({ series, warnings: [], link: 'http://prometheus/graph?q=2' })
    },
    check: () => Promise.resolve('fine.'),
  }
}

describe('one look at the driver', () => {
  it('tells a batch against its interval, and that once is not proof', async () => {
    const { outputs, findings } = await look({ gauges: gauges('orders', 9000, 100, 200) }, { trigger_s: 2 })
    expect(outputs).toMatchObject({
      app_id: APP.id,
      streams: 1,
      query: 'orders',
      stream_lag: 4.5,
      latency_s: 9,
      trigger_s: 2,
      stream_rate: 2,
      severity: 'medium',
    })
    expect(findings).toMatchObject([
      {
        severity: 'medium',
        confidence: 'low',
        sentence: 'Batches of stream orders take 9 s against an interval of 2 s, seen once only.',
        evidence: [
          {
            text: 'stream_lag: latency 9000 ms, trigger interval 2000 ms',
            link: 'http://driver:4040/metrics/json/',
          },
          { text: 'trigger_s 2', from: 'the runbook', link: null },
        ],
      },
    ])
  })

  it('takes the interval that the driver’s log named last', async () => {
    const { outputs } = await look({ gauges: gauges('orders', 4371, 1, 2), log: LOG })
    expect(outputs).toMatchObject({ trigger_s: 2, stream_lag: 2.19 })
  })

  it('does not guess an interval that nobody tells', async () => {
    const { outputs, findings } = await look({ gauges: gauges('orders', 60_000, 1, 2) })
    expect(outputs).toMatchObject({ trigger_s: null, stream_lag: null, latency_s: 60, severity: 'none' })
    expect(findings[0]?.sentence).toContain('its trigger interval is not known here')
  })

  it.each([
    [100, 200, 2, 'none'],
    [100, 100, 1, 'low'],
    [100, 40, 0.4, 'medium'],
    [0, 0, null, 'none'],
  ])('%d rows come in and %d are processed: %s, %s', async (input, processing, rate, severity) => {
    const { outputs } = await look({ gauges: gauges('orders', 1, input, processing) })
    expect(outputs).toMatchObject({ stream_rate: rate, severity })
  })

  it('says of state how large it is, and not that it grows', async () => {
    const { outputs, findings } = await look({ gauges: gauges('orders', 1, 1, 2, 500 * MIB) })
    expect(outputs).toMatchObject({ state_bytes: 500 * MIB, state_growth: null, severity: 'none' })
    expect(findings[0]?.sentence).toContain('500 MiB of state')
  })

  it('of several streams tells the worst, or the one that is asked for; one without a name is its id', async () => {
    const id = 'dfd7105d-8a09-478a-bfda-16aca83d6e9d'
    const both = { ...gauges('fine.one', 100, 1, 2), ...gauges(id, 9000, 1, 2) }
    expect((await look({ gauges: both }, { trigger_s: 1 })).outputs).toMatchObject({ query: id, streams: 2 })
    const asked = await look({ gauges: both }, { trigger_s: 1, query: 'fine.one' })
    expect(asked.outputs).toMatchObject({ query: 'fine.one', severity: 'none' })
    const none = await look({ gauges: both }, { query: 'gone' })
    expect(none.findings[0]?.sentence).toContain('has no stream gone among its 2')
  })

  it('whose first batch has not ended is not said to be quick: Spark gives 0 until then', async () => {
    const { outputs, findings } = await look({ gauges: gauges('orders', 0, 0, 0) }, { trigger_s: 1 })
    expect(outputs).toMatchObject({ stream_lag: null, latency_s: null, stream_rate: null, severity: 'none' })
    expect(findings[0]?.sentence).toContain('Stream orders has not ended a batch yet')
  })

  it('says what it needs where no stream tells of itself', async () => {
    const { outputs, findings } = await look({ gauges: { 'DAGScheduler.job.activeJobs': 1 } })
    expect(outputs['stream_lag']).toBeNull()
    expect(findings[0]?.sentence).toContain('spark.sql.streaming.metricsEnabled=true')
  })
})

describe('over time', () => {
  const behind: Series = {
    orders_latency: [900, 7000, 6500, 7200],
    orders_inputRate_total: [100, 100],
    orders_processingRate_total: [40, 60],
    orders_states_usedBytes: [400 * MIB],
  }

  it('three samples in a row prove it, by the least of them', async () => {
    const { outputs, findings } = await look({ metrics: prometheus(behind) }, { trigger_s: 2 })
    expect(outputs).toMatchObject({ query: 'orders', stream_lag: 3.25, stream_rate: 0.5, severity: 'critical' })
    expect(findings.map(({ severity, confidence }) => [severity, confidence])).toEqual([
      ['critical', 'high'],
      ['critical', 'high'],
    ])
    expect(findings[0]?.evidence[0]).toMatchObject({ link: 'http://prometheus/graph?q=2' })
  }) // prettier-ignore

  it('one sample that is well ends the row', async () => {
    const metrics = prometheus({ orders_latency: [9000, 9000, 1000, 9000] })
    expect((await look({ metrics }, { trigger_s: 2 })).outputs).toMatchObject({ stream_lag: 0.5, severity: 'none' }) // prettier-ignore
  })

  it.each([
    [300, 'none'],
    [250, 'low'],
    [200, 'medium'],
    [100, 'high'],
    [40, 'critical'],
  ])('state of 400 MiB, and %d a day ago, is %s', async (before, severity) => {
    const metrics = prometheus(
      { orders_states_usedBytes: [400 * MIB] },
      { orders_states_usedBytes: [before * MIB] },
    )
    expect((await look({ metrics })).outputs).toMatchObject({ severity })
  })

  it('small state may grow as it likes', async () => {
    const metrics = prometheus({ orders_states_usedBytes: [50 * MIB] }, { orders_states_usedBytes: [MIB] })
    const { outputs } = await look({ metrics })
    expect(outputs).toMatchObject({ state_growth: 50, severity: 'none' })
    expect((await look({ metrics }, { least_mib: 10 })).outputs['severity']).toBe('critical')
  })

  it('asks for this application’s driver alone, now and a day ago, in two queries', async () => {
    const asked: MetricsQuery[] = []
    await look({ metrics: prometheus(behind, {}, asked) })
    expect(asked).toHaveLength(2)
    for (const { promql } of asked) {
      expect(promql).toContain('{__name__=~"metrics_app_20261122145000_0000_driver_spark_streaming_')
      expect(promql).toContain(`application_id="${APP.id}"`)
    }
    expect(asked.map(({ range }) => range === null)).toEqual([false, true])
  })

  it('takes names apart from their end: a query may be called latency', async () => {
    const metrics = prometheus({ my_latency_latency: [100], my_states_states_usedBytes: [7] })
    const { outputs } = await look({ metrics }, { trigger_s: 1, query: 'my-latency' })
    expect(outputs).toMatchObject({ streams: 2, query: 'my_latency', stream_lag: 0.1 })
  })
})

it('what cannot be read is said', async () => {
  const { findings } = await look({ gauges: gauges('orders', 1, 1, 2), broken: ['log'] })
  expect(findings[0]?.unreached).toEqual(['log: log is out of reach'])
})

it('takes a runbook’s own thresholds', async () => {
  const world = { gauges: gauges('orders', 900, 1, 2) }
  const own = { trigger_s: 1, thresholds: { stream_lag: [0.95, 1, 2, 3] } }
  expect((await look(world, { trigger_s: 1 })).outputs['severity']).toBe('low')
  expect((await look(world, own)).outputs['severity']).toBe('none')
})

describe('the picture of both rates', () => {
  const lagging = {
    orders_latency: [9000, 9000, 9000],
    orders_inputRate_total: [12_000, 12_400, 12_800],
    orders_processingRate_total: [9000, 8000, 7000],
  }

  it('stands on the gravest finding, with the conclusion in words', async () => {
    const { findings } = await look({ metrics: prometheus(lagging) }, { trigger_s: 2 })
    const [first, ...others] = findings
    expect(chartSchema.parse(JSON.parse(JSON.stringify(first?.chart)))).toMatchObject({
      kind: 'time',
      title: 'Rows in and out of orders',
      note: '12.8k/s come in, 7000/s are processed: 5800/s short',
      unit: 'rate',
      series: [
        { name: 'come in', points: [12_000, 12_400, 12_800].map((value) => [expect.any(Number), value]) },
        { name: 'processed', points: [9000, 8000, 7000].map((value) => [expect.any(Number), value]) },
      ],
    })
    expect(first?.chart?.alt).toContain(
      'at last 12.8k/s rows come in and 7000/s are processed (5800/s short).',
    )
    expect(others.filter(({ chart }) => chart !== undefined)).toEqual([])
  })

  it('is not drawn of one look, nor of a single sample, nor of a stream that keeps up', async () => {
    const once = await look({ gauges: gauges('orders', 9000, 100, 50) }, { trigger_s: 2 })
    const single = Object.fromEntries(Object.entries(lagging).map(([name, [value]]) => [name, [value ?? 0]]))
    const one = await look({ metrics: prometheus(single) }, { trigger_s: 2 })
    const well = await look({
      metrics: prometheus({ orders_inputRate_total: [1, 1], orders_processingRate_total: [2, 2], orders_latency: [1, 1] }),
    }, { trigger_s: 2 }) // prettier-ignore
    for (const { findings } of [once, one, well])
      expect(findings.filter(({ chart }) => chart !== undefined)).toEqual([])
  })
})

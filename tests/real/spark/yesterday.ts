// A Prometheus that stands in for one that has watched since yesterday. It makes nothing up: every value is one that the
// driver itself has told, and what it told at the first look is what there was a day ago. A day passes in seconds here.
import type { MetricSeries, PlatformReader } from '../../../src/ports.ts'
import { NEVER, runOf } from '../../platforms/support.ts'

type Gauges = readonly (readonly [name: string, value: number])[]

/** The reader with `metrics`; of a day ago it knows the state's size alone. */
export function withYesterday(reader: PlatformReader, appId: string): PlatformReader {
  const own = appId.replaceAll(/[^A-Za-z0-9]/g, '_')
  const nameOf = (gauge: string): string =>
    `metrics_${own}_driver_${gauge.replaceAll(/[^A-Za-z0-9]/g, '_')}_Value`
  let first: Gauges | null = null

  async function scraped(): Promise<Gauges> {
    const app = await reader.locate(runOf({ runId: appId }), NEVER)
    const gauges = app?.foundAt === 'driver' ? await reader.gauges(app, NEVER) : null
    return [...(gauges ?? [])].filter(([name]) => name.startsWith('spark.streaming.'))
  }
  const statesOf = (gauges: Gauges): Gauges => gauges.filter(([name]) => name.endsWith('states-usedBytes'))

  async function series(at: Date, past: boolean): Promise<MetricSeries[]> {
    const now = await scraped()
    // Before its first batch has ended a stream says 0.
    const states = statesOf(now)
    if (states.length > 0 && states.every(([, bytes]) => bytes > 0)) first ??= states
    return (past ? (first ?? []) : now).map(([name, value]) => ({
      labels: { __name__: nameOf(name) },
      points: [{ at, value }],
    }))
  }

  return {
    ...reader,
    capabilities: new Set([...reader.capabilities, 'metrics']),
    metrics: {
      query: async ({ promql, at, range }) => ({
        // What else is asked has no answer here, as at a Prometheus that does not scrape it.
        series: promql.includes('spark_streaming') ? await series(at, range === null) : [],
        warnings: [],
        link: 'http://prometheus.invalid/graph',
      }),
      check: () => Promise.resolve('It stands in.'),
    },
  }
}

// A Prometheus that stands in for one that has watched since yesterday: the driver's own metrics now, one value a day ago.
import type { MetricSeries, PlatformReader } from '../../../src/ports.ts'
import { NEVER, runOf } from '../../platforms/support.ts'

/** The reader with `metrics`; of a day ago it knows the state's size alone. */
export function withYesterday(reader: PlatformReader, appId: string, stateBytes: number): PlatformReader {
  const own = appId.replaceAll(/[^A-Za-z0-9]/g, '_')
  const nameOf = (gauge: string): string =>
    `metrics_${own}_driver_${gauge.replaceAll(/[^A-Za-z0-9]/g, '_')}_Value`

  async function series(at: Date, past: boolean): Promise<MetricSeries[]> {
    const app = await reader.locate(runOf({ runId: appId }), NEVER)
    const gauges = app?.foundAt === 'driver' ? await reader.gauges(app, NEVER) : null
    return [...(gauges ?? [])]
      .filter(([name]) => name.startsWith('spark.streaming.') && (!past || name.endsWith('states-usedBytes')))
      .map(([name, value]) => ({
        labels: { __name__: nameOf(name) },
        points: [{ at, value: past ? stateBytes : value }],
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

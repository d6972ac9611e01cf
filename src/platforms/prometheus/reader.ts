// Prometheus as the port of metrics: queries at an instant or over a range, values that are no numbers as null.
import { ArrestorError } from '../../errors.ts'
import type { MetricPoint, MetricSeries, MetricsQuery, MetricsReader } from '../../ports.ts'
import { type ClientDeps, createPrometheusClient } from './client.ts'
import type { PrometheusConfig } from './config.ts'
import { type QueryAnswer, type QueryData, buildSchema, querySchema } from './schema.ts'

/** A reader of the Prometheus that watches `platform`. Nothing is asked before its methods are called. */
export function createMetricsReader(
  platform: string,
  config: PrometheusConfig,
  deps: ClientDeps = {},
): MetricsReader {
  const client = createPrometheusClient(platform, config, deps)
  return {
    async query(query, signal) {
      const { promql, at, range } = query
      const form = { query: promql, timeout: `${config.timeout_ms}ms` }
      const path = range === null ? '/api/v1/query' : '/api/v1/query_range'
      const when =
        range === null
          ? { time: seconds(at.getTime()) }
          : {
              start: seconds(at.getTime() - range.lastMs),
              end: seconds(at.getTime()),
              step: seconds(range.stepMs),
            }
      const answer = await client.ask(path, { ...form, ...when }, querySchema, signal)
      if (answer.status === 'error')
        throw refusal(platform, `${client.baseUrl}${path}`, client.baseUrl, answer)
      return {
        series: seriesOf(answer.data),
        warnings: answer.warnings ?? [],
        link: pageOf(client.baseUrl, query),
      }
    },
    async check(signal) {
      const { data } = await client.ask('/api/v1/status/buildinfo', {}, buildSchema, signal)
      // A server of which the version may be read need not let us query.
      const query = { promql: 'vector(1)', at: new Date(), range: null }
      await this.query(query, signal)
      return `Prometheus ${data.version} at ${client.baseUrl} answers queries.`
    },
  }
}

/** Errors that the server explains: of the query, of the time it took, or of itself. */
function refusal(
  platform: string,
  url: string,
  page: string,
  answer: Extract<QueryAnswer, { status: 'error' }>,
): ArrestorError {
  // The catalogue's sentence ends in a full stop of its own.
  const why = answer.error.replaceAll(/\s+/g, ' ').trim().slice(0, 400).replace(/\.$/, '')
  if (answer.errorType === 'bad_data' || answer.errorType === 'execution')
    return new ArrestorError('ARR-504', { platform, url: page, why })
  return new ArrestorError('ARR-501', { platform, url, why: `${answer.errorType}: ${why}` })
}

function seriesOf(data: QueryData): MetricSeries[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map(({ metric, value }) => ({
        labels: metric,
        points: value === undefined ? [] : [pointOf(value)],
      }))
    case 'matrix':
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        points: (values ?? []).map(pointOf),
      }))
    case 'scalar':
      return [{ labels: {}, points: [pointOf(data.result)] }]
    // A string is no measurement.
    case 'string':
      return []
  }
}

function pointOf([time, text]: readonly [number, string]): MetricPoint {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return { at: new Date(time * 1000), value: Number.isFinite(value) ? value : null }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

/** Prometheus's own page with this query; its words for the range are whole seconds. */
function pageOf(baseUrl: string, { promql, at, range }: MetricsQuery): string {
  const form = new URLSearchParams({ 'g0.expr': promql, 'g0.tab': range === null ? '1' : '0' })
  const until = at.toISOString().slice(0, 19).replace('T', ' ')
  if (range === null) form.set('g0.moment_input', until)
  else {
    form.set('g0.range_input', `${Math.max(1, Math.round(range.lastMs / 1000))}s`)
    form.set('g0.end_input', until)
    form.set('g0.step_input', String(range.stepMs / 1000))
  }
  return `${baseUrl}/graph?${form.toString()}`
}

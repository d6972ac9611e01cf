// What is asked of a Prometheus.

export interface MetricsQuery {
  readonly promql: string
  /** The instant, or the end of the range. */
  readonly at: Date
  /** Null for one instant; else how far back and in which steps, in milliseconds. */
  readonly range: { readonly lastMs: number; readonly stepMs: number } | null
}

export interface MetricPoint {
  readonly at: Date
  /** Null where the value is no finite number (NaN, infinities, native histograms). */
  readonly value: number | null
}

/** A scalar is one series without labels. Points rise in time; an instant query has one a series. */
export interface MetricSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly points: readonly MetricPoint[]
}

export interface MetricsAnswer {
  readonly series: readonly MetricSeries[]
  /** In the server's own words: what it left out or doubts. */
  readonly warnings: readonly string[]
  /** The same query on the server's page for people. */
  readonly link: string
}

/**
 * Asks a Prometheus (or what speaks its API) and can do nothing else. Throws ARR-501 (not reachable), ARR-502
 * (unexpected answer), ARR-504 (it refuses the query), ARR-505 (it refuses the credential).
 */
export interface MetricsReader {
  query(query: MetricsQuery, signal: AbortSignal): Promise<MetricsAnswer>
  /** For `doctor`: asks and says in one sentence what it found, or throws. */
  check(signal: AbortSignal): Promise<string>
}

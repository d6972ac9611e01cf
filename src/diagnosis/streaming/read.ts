// What the streams of an application say of themselves: of their last batch, or over some minutes where a Prometheus keeps it.
import type { MetricPoint, PlatformReader, SparkApplication } from '../../ports.ts'
import { driverName, gaugesOf, gaugesShownAt, metricsOf, ofDriver } from '../driver-metrics.ts'

/** Samples of one stream, oldest first; one look gives one of each. */
export interface StreamSamples {
  /** As Spark has it; in Prometheus other characters than letters and digits are `_`. A query without a name is its id. */
  readonly query: string
  /** Milliseconds that a batch took, all told. */
  readonly latencyMs: readonly number[]
  /** Rows a second. */
  readonly inputRate: readonly number[]
  readonly processingRate: readonly number[]
  readonly stateBytes: readonly number[]
  /** State a day ago; null where nobody kept it. */
  readonly stateBytesBefore: number | null
  /** The two rates with their times, for a picture; empty after one look. */
  readonly rates: { readonly input: readonly MetricPoint[]; readonly processing: readonly MetricPoint[] }
}

export interface Streams {
  readonly streams: readonly StreamSamples[]
  /** Several samples of each, a minute apart. */
  readonly overTime: boolean
  readonly from: string
  readonly link: string
  /** Where the state of a day ago is; null where nobody kept it. */
  readonly linkBefore: string | null
}

const LAST_MS = 10 * 60_000
const STEP_MS = 60_000
const DAY_MS = 86_400_000

const FIELDS = {
  latency: 'latencyMs',
  'inputRate-total': 'inputRate',
  'processingRate-total': 'processingRate',
  'states-usedBytes': 'stateBytes',
} as const
type Field = (typeof FIELDS)[keyof typeof FIELDS]
type Draft = {
  query: string
  stateBytesBefore: number | null
  rates: { input: MetricPoint[]; processing: MetricPoint[] }
} & Record<Field, number[]>

/**
 * The streams by `spark.streaming.<query>.*`, which Spark has with `spark.sql.streaming.metricsEnabled=true` alone. From
 * Prometheus where there is one, else from the live driver. Null where neither tells of any.
 */
export async function readStreams(
  reader: PlatformReader,
  app: SparkApplication,
  now: Date,
  signal: AbortSignal,
): Promise<Streams | null> {
  return (await overTime(reader, app, now, signal)) ?? (await atOnce(reader, app, signal))
}

async function overTime(
  reader: PlatformReader,
  app: SparkApplication,
  now: Date,
  signal: AbortSignal,
): Promise<Streams | null> {
  const metrics = metricsOf(reader)
  if (metrics === null) return null
  const fields = Object.keys(FIELDS).map((name) => name.replaceAll('-', '_'))
  const at = app.endedAt ?? now
  const [recent, before] = await Promise.all([
    metrics.query(
      {
        promql: ofDriver(app, `spark_streaming_.+_(${fields.join('|')})_Value`),
        at,
        range: { lastMs: LAST_MS, stepMs: STEP_MS },
      },
      signal,
    ),
    metrics.query(
      {
        promql: ofDriver(app, 'spark_streaming_.+_states_usedBytes_Value'),
        at: new Date(at.getTime() - DAY_MS),
        range: null,
      },
      signal,
    ),
  ])
  const drafts = new Map<string, Draft>()
  for (const { labels, points } of recent.series) {
    const [, query, name] = /^spark_streaming_(.+)_([a-zA-Z]+(?:_[a-zA-Z]+)?)_Value$/.exec(driverName(labels)) ?? [] // prettier-ignore
    const split = splitName(query ?? '', name ?? '')
    if (split === null) continue
    const draft = draftOf(drafts, split.query)
    draft[split.field].push(...numbers(points))
    if (split.field === 'inputRate') draft.rates.input.push(...points)
    if (split.field === 'processingRate') draft.rates.processing.push(...points)
  }
  for (const { labels, points } of before.series) {
    const query = /^spark_streaming_(.+)_states_usedBytes_Value$/.exec(driverName(labels))?.[1]
    const draft = query === undefined ? undefined : drafts.get(query)
    if (draft !== undefined) draft.stateBytesBefore = points.at(-1)?.value ?? null
  }
  if (drafts.size === 0) return null
  return {
    streams: [...drafts.values()],
    overTime: true,
    from: 'Prometheus',
    link: recent.link,
    linkBefore: before.link,
  }
}

/** Names end in one of the fields; where the query ends is only known from that end. */
function splitName(query: string, rest: string): { query: string; field: Field } | null {
  const whole = `${query}_${rest}`
  for (const [name, field] of Object.entries(FIELDS)) {
    const end = `_${name.replaceAll('-', '_')}`
    if (whole.endsWith(end) && whole.length > end.length) return { query: whole.slice(0, -end.length), field }
  }
  return null
}

async function atOnce(
  reader: PlatformReader,
  app: SparkApplication,
  signal: AbortSignal,
): Promise<Streams | null> {
  const gauges = await gaugesOf(reader, app, signal)
  const drafts = new Map<string, Draft>()
  for (const [name, value] of gauges ?? []) {
    const [, query, what] = /^spark\.streaming\.(.+)\.([A-Za-z-]+)$/.exec(name) ?? []
    const field = Object.entries(FIELDS).find(([key]) => key === what)?.[1]
    if (query !== undefined && field !== undefined) draftOf(drafts, query)[field].push(value)
  }
  if (drafts.size === 0) return null
  return {
    streams: [...drafts.values()],
    overTime: false,
    from: "the driver's metrics at this instant",
    link: gaugesShownAt(app),
    linkBefore: null,
  }
}

function draftOf(drafts: Map<string, Draft>, query: string): Draft {
  const found = drafts.get(query)
  if (found !== undefined) return found
  const fresh: Draft = {
    query,
    latencyMs: [],
    inputRate: [],
    processingRate: [],
    stateBytes: [],
    stateBytesBefore: null,
    rates: { input: [], processing: [] },
  }
  drafts.set(query, fresh)
  return fresh
}

function numbers(points: readonly MetricPoint[]): number[] {
  return points.flatMap(({ value }) => value ?? [])
}

// Whether streams keep up: batches against their interval, rows processed against rows that come, state against yesterday.
import * as z from 'zod'
import { reasonOf } from '../../errors.ts'
import { ratesChart } from '../chart/rates.ts'
import type { SparkApplication } from '../../ports.ts'
import {
  type Finding,
  type FindingSeverity,
  type Probe,
  type ProbeContext,
  byGravity,
  gravest,
  milder,
} from '../model.ts'
import { grade, sum } from '../performance/measure.ts'
import { type StreamSamples, type Streams, readStreams } from '../streams.ts'
import { type Thresholds, fourSchema, thresholdsFor } from '../thresholds.ts'
import { evidence, outputsOf, size, span, unseen, withApplication } from './support.ts'

/** Time of a batch / trigger interval. Ours. */
export const STREAM_LAG: Thresholds = [0.8, 1, 1.5, 3]
/** Rows processed / rows that come, in a second; less is worse. Ours. */
export const STREAM_RATE: Thresholds = [1, 0.9, 0.7, 0.5]
/** State now / state a day ago. Ours. */
export const STATE_GROWTH: Thresholds = [1.5, 2, 4, 8]

const SAMPLES_IN_A_ROW = 3
const MIB = 1024 ** 2
const LOG_BYTES = 256 * 1024

const params = z
  .strictObject({
    /** The query's name; without it the one that is worst. */
    query: z.string().min(1).max(200).optional(),
    /** The trigger interval in seconds, where the driver's log does not tell it. */
    trigger_s: z.number().positive().optional(),
    /** State below so many MiB is not graded. */
    least_mib: z.number().min(0).default(100),
    thresholds: z
      .strictObject({
        stream_lag: fourSchema.optional(),
        stream_rate: fourSchema.optional(),
        state_growth: fourSchema.optional(),
      })
      .prefault({}),
  })
  .prefault({})

interface Limits {
  readonly lag: Thresholds
  readonly rate: Thresholds
  readonly growth: Thresholds
  readonly leastBytes: number
  readonly triggerMs: number | null
}

interface Measured {
  readonly stream: StreamSamples
  readonly lag: number | null
  readonly rate: number | null
  readonly growth: number | null
  readonly latencyMs: number | null
  readonly input: number | null
  readonly processing: number | null
  readonly state: number | null
  readonly severities: {
    readonly lag: FindingSeverity
    readonly rate: FindingSeverity
    readonly growth: FindingSeverity
  }
}

/**
 * stream_lag = `latency` / trigger interval, the least of three samples in a row (of fewer it is no more than medium);
 * stream_rate = `processingRate-total` / `inputRate-total`, means of the samples, where anything comes in;
 * state_growth = `states-usedBytes` / the same 24 h before, from 100 MiB on. All ours; not held down by task time.
 */
export const streaming: Probe = {
  id: 'spark.streaming',
  title: 'Whether its streams keep up',
  needs: ['application'],
  params,
  outputs: {
    app_id: 'application id',
    streams: 'streams that tell of themselves',
    query: 'name (or id) of the stream that is worst',
    stream_lag: 'time of its batches / trigger interval; null where the interval is not known',
    latency_s: 'seconds that its last batch took',
    trigger_s: 'its trigger interval in seconds, as the runbook or the driver’s log says',
    stream_rate: 'rows processed / rows that come in; null where nothing comes in',
    input_rate: 'rows that come in, in a second',
    processing_rate: 'rows processed in a second',
    state_growth: 'its state / its state a day ago; null without a Prometheus that knows',
    state_bytes: 'bytes of its state',
    severity: 'none, low, medium, high or critical: the gravest of the three',
  },
  run: (raw, context) =>
    withApplication(streaming, context, async (app, reader) => {
      const given = params.parse(raw ?? {})
      const unreached = [...app.unreached]
      const read = await readStreams(reader, app, context.now, context.signal)
      if (read === null) {
        const sentence = `No stream of ${app.name} tells of itself: it has none, has ended, or runs without spark.sql.streaming.metricsEnabled=true.`
        return {
          outputs: outputsOf(streaming, { app_id: app.id }),
          findings: [{ ...unseen(streaming.id, sentence, unreached), link: app.link }],
        }
      }
      const limits: Limits = {
        lag: thresholdsFor('stream_lag', STREAM_LAG, context, given.thresholds.stream_lag),
        rate: thresholdsFor('stream_rate', STREAM_RATE, context, given.thresholds.stream_rate),
        growth: thresholdsFor('state_growth', STATE_GROWTH, context, given.thresholds.state_growth),
        leastBytes: given.least_mib * MIB,
        triggerMs:
          given.trigger_s === undefined
            ? await triggerOf(context, unreached)
            : Math.round(given.trigger_s * 1000),
      }
      const wanted = read.streams.filter(
        ({ query }) => given.query === undefined || query === given.query || query === inPrometheus(given.query),
      ) // prettier-ignore
      const measured = wanted
        .map((stream) => measure(stream, read, limits))
        .sort((a, b) => byGravity(worstOf(a), worstOf(b)) || (b.lag ?? 0) - (a.lag ?? 0))
      const [first] = measured
      if (first === undefined) {
        const sentence = `${app.name} has no stream ${given.query ?? ''} among its ${read.streams.length}.`
        return {
          outputs: outputsOf(streaming, { app_id: app.id, streams: 0 }),
          findings: [unseen(streaming.id, sentence, unreached)],
        }
      }
      const findings = drawn(findingsOf(first, read, limits, app, unreached), app.name, first)
      return {
        outputs: outputsOf(streaming, {
          app_id: app.id,
          streams: read.streams.length,
          query: first.stream.query,
          stream_lag: round(first.lag),
          latency_s: round(first.latencyMs === null ? null : first.latencyMs / 1000),
          trigger_s: limits.triggerMs === null ? null : limits.triggerMs / 1000,
          stream_rate: round(first.rate),
          input_rate: round(first.input),
          processing_rate: round(first.processing),
          state_growth: round(first.growth),
          state_bytes: first.state,
          severity: worstOf(first),
        }),
        findings:
          findings.length > 0 ? findings : [keepsUp(first, measured.length, read, limits, app, unreached)],
      }
    }),
}

function measure(stream: StreamSamples, { overTime }: Streams, limits: Limits): Measured {
  const recent = batchesOf(stream).slice(-SAMPLES_IN_A_ROW)
  const enough = recent.length >= SAMPLES_IN_A_ROW
  const latencyMs = recent.at(-1) ?? null
  const input = mean(stream.inputRate)
  const processing = mean(stream.processingRate)
  const state = stream.stateBytes.at(-1) ?? null
  const lag = recent.length === 0 || limits.triggerMs === null ? null : Math.min(...recent) / limits.triggerMs
  const rate = input === null || input <= 0 || processing === null ? null : processing / input
  const before = stream.stateBytesBefore
  const growth = state === null || before === null || before <= 0 ? null : state / before
  const hasty = (severity: FindingSeverity, proven: boolean): FindingSeverity =>
    proven ? severity : milder(severity, 'medium')
  return {
    stream, lag, rate, growth, latencyMs, input, processing, state,
    severities: {
      lag: lag === null ? 'none' : hasty(grade(lag, limits.lag), enough),
      rate: rate === null ? 'none' : hasty(grade(rate, limits.rate), overTime),
      growth: growth === null || (state ?? 0) < limits.leastBytes ? 'none' : grade(growth, limits.growth),
    },
  } // prettier-ignore
}

/** The times of its batches: Spark says 0 until one has ended, and no batch takes less than a millisecond. */
function batchesOf({ latencyMs }: StreamSamples): number[] {
  return latencyMs.filter((ms) => ms > 0)
}

function worstOf({ severities }: Measured): FindingSeverity {
  return gravest(Object.values(severities))
}

function findingsOf(
  one: Measured,
  read: Streams,
  limits: Limits,
  app: SparkApplication,
  unreached: readonly string[],
): Finding[] {
  const { query } = one.stream
  const latencyMs = batchesOf(one.stream)
  const samples = Math.min(SAMPLES_IN_A_ROW, latencyMs.length)
  const base = (severity: FindingSeverity, sentence: string, figures: string): Finding => ({
    probe: streaming.id,
    severity,
    sentence,
    evidence: [evidence(figures, `stream ${query}, ${read.from}`, read.link)],
    link: app.link,
    confidence: read.overTime ? 'high' : 'low',
    unreached,
  })
  const few = samples < SAMPLES_IN_A_ROW ? ', seen once only' : ` (the least of ${samples} looks in a row)`
  const { lag, rate, growth } = one.severities
  return [
    ...(lag === 'none'
      ? []
      : [
          base(
            lag,
            `Batches of stream ${query} take ${span(Math.min(...latencyMs.slice(-SAMPLES_IN_A_ROW)))} against an interval of ${span(limits.triggerMs ?? 0)}${few}.`,
            `stream_lag: latency ${latencyMs.slice(-SAMPLES_IN_A_ROW).join(', ')} ms, trigger interval ${limits.triggerMs} ms`,
          ),
        ]),
    ...(rate === 'none'
      ? []
      : [
          base(
            rate,
            `Stream ${query} processes ${round(one.processing)} rows a second and ${round(one.input)} come in${read.overTime ? '' : ', seen once only'}.`,
            `stream_rate: processingRate-total ${one.processing}, inputRate-total ${one.input}`,
          ),
        ]),
    ...(growth === 'none'
      ? []
      : [
          base(
            growth,
            `The state of stream ${query} is ${size(one.state ?? 0)}, ${round(one.growth)} times what it was a day ago.`,
            `state_growth: states-usedBytes ${one.state}, a day ago ${one.stream.stateBytesBefore}`,
          ),
        ]),
  ].sort((a, b) => byGravity(a.severity, b.severity))
}

/** The gravest finding with the picture of both rates, where there is a course to show. */
function drawn(findings: readonly Finding[], appName: string, { stream }: Measured): readonly Finding[] {
  const chart = ratesChart(appName, stream)
  return chart === null
    ? findings
    : findings.map((finding, at) => (at === 0 ? { ...finding, chart } : finding))
}

function keepsUp(
  one: Measured,
  count: number,
  read: Streams,
  limits: Limits,
  app: SparkApplication,
  unreached: readonly string[],
): Finding {
  const which =
    count === 1 ? `Stream ${one.stream.query}` : `The slowest of ${count} streams, ${one.stream.query},`
  const took =
    one.latencyMs === null ? 'has not ended a batch yet' : `took ${span(one.latencyMs)} for its last batch`
  const interval =
    limits.triggerMs === null
      ? '; its trigger interval is not known here'
      : ` (interval ${span(limits.triggerMs)})`
  const state = one.state === null || one.state === 0 ? '' : `, with ${size(one.state)} of state`
  return {
    ...unseen(streaming.id, `${which} ${took}${interval}${state}.`, unreached),
    evidence: [evidence(`latency ${one.latencyMs ?? 0} ms`, `stream ${one.stream.query}, ${read.from}`, read.link)],
    link: app.link,
    confidence: limits.triggerMs === null || !read.overTime ? 'low' : 'high',
  } // prettier-ignore
}

/** `Current batch is falling behind. The trigger interval is 1000 milliseconds, but spent 2571 milliseconds`. */
const BEHIND = /The trigger interval is (\d+) milliseconds?, but spent/g

/** The interval that the driver's log names last; Spark shows it nowhere else. Null where it does not. */
async function triggerOf({ reader, run, signal }: ProbeContext, unreached: string[]): Promise<number | null> {
  if (reader?.capabilities.has('log') !== true) return null
  try {
    const tail = await reader.log(run, LOG_BYTES, signal)
    const said = [...(tail?.text ?? '').matchAll(BEHIND)].at(-1)?.[1]
    return said === undefined || Number(said) === 0 ? null : Number(said)
  } catch (error) {
    signal.throwIfAborted()
    unreached.push(`log: ${reasonOf(error)}`)
    return null
  }
}

function inPrometheus(query: string): string {
  return query.replaceAll(/[^A-Za-z0-9]/g, '_')
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

function round(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(2))
}

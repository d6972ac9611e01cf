// What is said of one stream: a finding for each value that is bad, or that it keeps up.
import { ratesChart } from '../chart/rates.ts'
import { type Evidence, type Finding, type FindingSeverity, byGravity } from '../model.ts'
import { evidence, size, span, unseen } from '../probes/support.ts'
import type { SparkApplication } from '../../ports.ts'
import { type Limits, type Measured, SAMPLES_IN_A_ROW, batchesOf } from './measure.ts'
import type { Streams } from './read.ts'

const PROBE = 'spark.streaming'

/** A finding for each of the three that is bad, the gravest first and with the picture of both rates. */
export function findingsOf(
  one: Measured,
  read: Streams,
  limits: Limits,
  app: SparkApplication,
  unreached: readonly string[],
): readonly Finding[] {
  const { query } = one.stream
  const latencyMs = batchesOf(one.stream)
  const samples = Math.min(SAMPLES_IN_A_ROW, latencyMs.length)
  const seen = (figures: string, link: string | null = read.link): Evidence =>
    evidence(figures, `stream ${query}, ${read.from}`, link)
  const base = (severity: FindingSeverity, sentence: string, shown: readonly Evidence[]): Finding => ({
    probe: PROBE,
    severity,
    sentence,
    evidence: shown,
    link: app.link,
    confidence: read.overTime ? 'high' : 'low',
    unreached,
  })
  const few = samples < SAMPLES_IN_A_ROW ? ', seen once only' : ` (the least of ${samples} looks in a row)`
  const { lag, rate, growth } = one.severities
  const findings = [
    ...(lag === 'none'
      ? []
      : [
          base(
            lag,
            `Batches of stream ${query} take ${span(Math.min(...latencyMs.slice(-SAMPLES_IN_A_ROW)))} against an interval of ${span(limits.trigger?.ms ?? 0)}${few}.`,
            [
              seen(`stream_lag: latency ${latencyMs.slice(-SAMPLES_IN_A_ROW).join(', ')} ms, trigger interval ${limits.trigger?.ms} ms`),
              ...(limits.trigger === null ? [] : [limits.trigger.shown]),
            ],
          ),
        ]),
    ...(rate === 'none'
      ? []
      : [
          base(
            rate,
            `Stream ${query} processes ${round(one.processing)} rows a second and ${round(one.input)} come in${read.overTime ? '' : ', seen once only'}.`,
            [
              seen(`stream_rate: processingRate-total ${one.processing}${meanOf(one.stream.processingRate)}, inputRate-total ${one.input}${meanOf(one.stream.inputRate)}`),
            ],
          ),
        ]),
    ...(growth === 'none'
      ? []
      : [
          base(
            growth,
            `The state of stream ${query} is ${size(one.state ?? 0)}, ${round(one.growth)} times what it was a day ago.`,
            [
              seen(`state_growth: states-usedBytes ${one.state}`),
              seen(`states-usedBytes ${one.stream.stateBytesBefore} a day ago`, read.linkBefore),
            ],
          ),
        ]),
  ].sort((a, b) => byGravity(a.severity, b.severity)) // prettier-ignore
  return drawn(findings, app.name, one)
}

function meanOf(samples: readonly number[]): string {
  return samples.length > 1 ? ` (mean of ${samples.length})` : ''
}

/** The gravest finding with the picture of both rates, where there is a course to show. */
function drawn(findings: readonly Finding[], appName: string, { stream }: Measured): readonly Finding[] {
  const chart = ratesChart(appName, stream)
  return chart === null
    ? findings
    : findings.map((finding, at) => (at === 0 ? { ...finding, chart } : finding))
}

/** What is said where nothing is bad. */
export function keepsUp(
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
    limits.trigger === null
      ? '; its trigger interval is not known here'
      : ` (interval ${span(limits.trigger.ms)})`
  const state = one.state === null || one.state === 0 ? '' : `, with ${size(one.state)} of state`
  return {
    ...unseen(PROBE, `${which} ${took}${interval}${state}.`, unreached),
    evidence: [evidence(`latency ${one.latencyMs ?? 0} ms`, `stream ${one.stream.query}, ${read.from}`, read.link)],
    link: app.link,
    confidence: limits.trigger === null || !read.overTime ? 'low' : 'high',
  } // prettier-ignore
}

/** Two places; null stays so. */
export function round(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(2))
}

// A PromQL query as a probe: one number out of Prometheus, at this instant or over a span, with where it comes from.
import * as z from 'zod'
import type { MetricSeries, MetricsAnswer } from '../../ports.ts'
import { CHART_UNITS, MAX_SERIES } from '../chart/model.ts'
import type { Course } from '../chart/values.ts'
import { durationSchema } from '../../runbooks/schema.ts'
import type { Finding, Probe, ProbeResult } from '../model.ts'
import { spoken } from '../sparkline.ts'
import { blank, evidence, outputsOf, span, unseen } from './support.ts'
import { redact } from '../../alerts/redact.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** What `chart: true` looks at where no `last` is given. */
const CHART_MS = 60 * MINUTE_MS
/** Scrapes are rarely closer together. */
const LEAST_STEP_MS = 15_000
/** Prometheus itself refuses 11,000 points a series; a line of 32 columns needs far fewer. */
const MAX_POINTS = 1_000
const DEFAULT_POINTS = 60

const params = z
  .strictObject({
    query: z.string('expected PromQL').trim().min(1, 'is empty').max(4_000),
    last: durationSchema
      .refine((ms) => ms >= MINUTE_MS && ms <= 30 * DAY_MS, 'must be between 1m and 30d')
      .optional(),
    step: durationSchema.refine((ms) => ms >= 1_000, 'must be at least 1s').optional(),
    take: z.enum(['max', 'min'], 'expected max or min').default('max'),
    unit: z.enum(CHART_UNITS, `expected one of ${CHART_UNITS.join(', ')}`).default('number'),
  })
  .refine(({ last, step }) => step === undefined || last !== undefined, {
    error: 'needs last',
    path: ['step'],
  })
  .refine(({ last, step }) => last === undefined || step === undefined || last / step <= MAX_POINTS, {
    error: `makes more than ${MAX_POINTS} points of last`,
    path: ['step'],
  })

type Params = z.output<typeof params>

/** A series with its newest known value; series without any are left out. */
interface Measured {
  readonly series: MetricSeries
  readonly value: number
  readonly at: Date
}

export const prometheusQuery: Probe = {
  id: 'prometheus.query',
  title: 'A query to Prometheus',
  needs: ['metrics'],
  params,
  destinations: { query: 'promql' },
  outputs: {
    value: 'the newest value; of several series the largest, with `take: min` the smallest',
    series: 'how many series the query answers with a number',
    labels: 'labels of the series that the value is of, as PromQL writes them',
    min: 'the smallest value of all series in the span (without `last`: now)',
    max: 'the largest value of all series in the span (without `last`: now)',
    age_s: 'seconds since the value was measured',
  },
  async run(given, { reader, signal, now, chart }): Promise<ProbeResult> {
    const wanted = given as Params
    const metrics = reader?.metrics
    if (reader === null || metrics === undefined)
      return {
        outputs: blank(prometheusQuery),
        findings: [unseen(prometheusQuery.id, 'No Prometheus is configured to ask.', ['metrics'])],
      }
    const lastMs = wanted.last ?? (chart === true ? CHART_MS : null)
    const stepMs = wanted.step ?? Math.max(LEAST_STEP_MS, Math.ceil((lastMs ?? 0) / DEFAULT_POINTS))
    const range = lastMs === null ? null : { lastMs, stepMs }
    const answer = await metrics.query({ promql: wanted.query, at: now, range }, signal)
    const measured = answer.series.flatMap(newest)
    const chosen = measured.reduce<Measured | null>(
      (best, one) =>
        best === null || (wanted.take === 'max' ? one.value > best.value : one.value < best.value)
          ? one
          : best,
      null,
    )
    if (chosen === null) return nothing(wanted, answer, lastMs)
    const all = answer.series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []))
    const outputs = outputsOf(prometheusQuery, {
      value: chosen.value,
      series: measured.length,
      labels: labelsOf(chosen.series),
      min: all.reduce((least, value) => Math.min(least, value)),
      max: all.reduce((most, value) => Math.max(most, value)),
      age_s: Math.max(0, Math.round((now.getTime() - chosen.at.getTime()) / 1000)),
    })
    return {
      outputs,
      findings: [findingOf(wanted, answer, sentenceOf(wanted, chosen, measured.length, lastMs, now), 'high')],
      ...(range === null
        ? {}
        : { history: chosen.series.points, courses: coursesOf(chosen, measured, wanted), unit: wanted.unit }),
    }
  },
}

function newest(series: MetricSeries): Measured[] {
  const point = series.points.findLast(({ value }) => value !== null)
  return point === undefined || point.value === null ? [] : [{ series, value: point.value, at: point.at }]
}

/** The chosen series and the next largest (or smallest), each by the labels in which they differ. */
function coursesOf(chosen: Measured, measured: readonly Measured[], { take }: Params): Course[] {
  const others = measured
    .filter((one) => one !== chosen)
    .sort((a, b) => (take === 'max' ? b.value - a.value : a.value - b.value))
  const told = [chosen, ...others].slice(0, MAX_SERIES).map(({ series }) => series)
  const names = new Set(told.flatMap(({ labels }) => Object.keys(labels)))
  // A label may be called `constructor`, and another series have none.
  const labelOf = (labels: Readonly<Record<string, string>>, name: string): string =>
    Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''
  const differing = [...names].filter(
    (name) => new Set(told.map(({ labels }) => labelOf(labels, name))).size > 1,
  )
  // All are handed on: the picture says how many there are, and draws the first.
  return [chosen, ...others].map(({ series: { labels, points } }) => ({
    name:
      differing
        .map((name) => labelOf(labels, name))
        .join(' ')
        .trim() || 'value',
    points,
  }))
}

/** No series, or none with a number: that is told apart, since the one is a wrong name and the other often 0 / 0. */
function nothing(wanted: Params, answer: MetricsAnswer, lastMs: number | null): ProbeResult {
  const when = lastMs === null ? '' : ` of the last ${span(lastMs)}`
  const sentence =
    answer.series.length === 0
      ? `Prometheus has no data${when} for this query.`
      : `What Prometheus answers${when} is no number (${answer.series.length} series).`
  return {
    outputs: { ...blank(prometheusQuery), series: 0 },
    findings: [findingOf(wanted, answer, sentence, 'low')],
  }
}

function sentenceOf(
  wanted: Params,
  chosen: Measured,
  count: number,
  lastMs: number | null,
  now: Date,
): string {
  const which = wanted.take === 'max' ? 'largest' : 'smallest'
  const labels = labelsOf(chosen.series) ?? ''
  const of = count > 1 ? ` (the ${which} of ${count} series${labels === '' ? '' : `, ${labels}`})` : ''
  const ageMs = now.getTime() - chosen.at.getTime()
  // An executor that died takes its series with it: what it said last counts, and that it is over is said.
  const age =
    lastMs !== null && ageMs > 2 * Math.max(LEAST_STEP_MS, lastMs / DEFAULT_POINTS)
      ? `, last seen ${span(ageMs)} ago`
      : ''
  return `The query answers ${spoken(chosen.value)}${of}${age}.`
}

function findingOf(
  wanted: Params,
  answer: MetricsAnswer,
  sentence: string,
  confidence: 'high' | 'low',
): Finding {
  return {
    probe: prometheusQuery.id,
    severity: 'none',
    sentence,
    evidence: [evidence(wanted.query.replaceAll(/\s+/g, ' '), 'PromQL', answer.link)],
    link: answer.link,
    confidence,
    unreached: answer.warnings
      .slice(0, 3)
      .map((warning) => redact(warning.replaceAll(/\s+/g, ' ').slice(0, 300))),
  }
}

/** `{instance="a", job="b"}`, bounded; null for a series without labels. */
function labelsOf({ labels }: MetricSeries): string | null {
  const written = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${JSON.stringify(redact(value.toWellFormed()))}`)
  if (written.length === 0) return null
  const text = `{${written.join(', ')}}`
  return text.length > 200 ? `${text.slice(0, 199)}…`.toWellFormed() : text
}

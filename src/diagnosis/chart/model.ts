// A picture as data: what a finding shows over time or over tasks. Bounded, redacted, stored; another room draws it.
import * as z from 'zod'
import { line } from '../probes/support.ts'

/** How numbers are written: `share` is 0 to 1 as percent, `rate` is per second, `ms` and `seconds` are durations. */
export const CHART_UNITS = ['number', 'bytes', 'ms', 'seconds', 'share', 'rate'] as const
export type ChartUnit = (typeof CHART_UNITS)[number]

/** More lines than these are not told apart on a phone. */
export const MAX_SERIES = 5
export const MAX_POINTS = 120
export const MAX_MARKS = 24
export const MAX_BARS = 12
export const MAX_TITLE = 80
export const MAX_NOTE = 120
export const MAX_NAME = 60
/** Slack takes 1,000 characters of alternative text. */
export const MAX_ALT = 900

/** Bounded when they are written; what stands for a secret afterwards may be longer than it was. */
const words = z.string().max(4_000)

/** Milliseconds since 1970, UTC: a finding is stored as JSON. */
const instant = z.number()

const said = {
  title: words,
  /** The conclusion in one line, drawn under the title. */
  note: words,
  /** The conclusion with its numbers, for who does not see the picture. */
  alt: words,
  unit: z.enum(CHART_UNITS),
}

/** Values over time. */
const timeChart = z.object({
  kind: z.literal('time'),
  ...said,
  from: instant,
  to: instant,
  /** A value holds until the next one, as counts do. */
  steps: z.boolean(),
  series: z
    .array(
      z.object({
        name: words,
        /** Rising in time; null where nothing was measured. */
        points: z.array(z.tuple([instant, z.number().nullable()])).max(MAX_POINTS),
      }),
    )
    .min(1)
    .max(MAX_SERIES),
  /** Moments at which something happened, with how often. */
  marks: z.object({ name: words, at: z.array(z.tuple([instant, z.number()])).max(MAX_MARKS) }).nullable(),
  /** Values that mean something, such as a runbook's thresholds. */
  limits: z.array(z.object({ name: words, value: z.number() })).max(4),
})

/** Values beside one another, in a meaningful order. */
const barsChart = z.object({
  kind: z.literal('bars'),
  ...said,
  /** What stands side by side. */
  axis: words,
  bars: z
    .array(
      z.object({
        name: words,
        value: z.number(),
        /** Its value is written above it; `alarm` also stands out by colour. */
        tone: z.enum(['plain', 'told', 'alarm']),
      }),
    )
    .min(2)
    .max(MAX_BARS),
})

export const chartSchema = z.discriminatedUnion('kind', [timeChart, barsChart])
export type Chart = z.output<typeof chartSchema>
export type TimeChart = z.output<typeof timeChart>
export type BarsChart = z.output<typeof barsChart>

/** The words of a chart on one line each, redacted and cut (P12). */
export function wordsOf(chart: Chart): Chart {
  return {
    ...chart,
    title: line(chart.title, MAX_TITLE),
    note: line(chart.note, MAX_NOTE),
    alt: line(chart.alt, MAX_ALT),
  }
}

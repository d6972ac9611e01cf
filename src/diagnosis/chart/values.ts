// How measured values went over time, beside the thresholds that a runbook gives them. Pure.
import type { MetricPoint } from '../../ports.ts'
import type { Grade } from '../../runbooks/model.ts'
import { line, span } from '../probes/support.ts'
import { type Chart, type ChartUnit, MAX_NAME, MAX_SERIES, wordsOf } from './model.ts'
import { bounded, pointsOf } from './points.ts'
import { digitsFor, inUnit, momentOf } from './say.ts'

/** One line of a picture. */
export interface Course {
  readonly name: string
  readonly points: readonly MetricPoint[]
}

export interface Values {
  readonly title: string
  /** What was concluded from them, a sentence. */
  readonly conclusion: string
  readonly unit: ChartUnit
  /** The first one is what the conclusion is about; at most five are drawn. */
  readonly courses: readonly Course[]
  readonly grade: Grade | null
}

/** Null where no course has two values: a point is no line. */
export function valuesChart({ title, conclusion, unit, courses, grade }: Values): Chart | null {
  const drawn = courses
    .map(({ name, points }) => ({ name: line(name, MAX_NAME), points, known: knownOf(points) }))
    .filter(({ known }) => known.length > 0)
  const [main] = drawn
  if (main === undefined || drawn.every(({ known }) => known.length < 2)) return null
  const times = drawn.flatMap(({ points }) => points.map(({ at }) => at.getTime()))
  const [from, to] = [Math.min(...times), Math.max(...times)]
  const [first, last] = [main.known[0] ?? 0, main.known.at(-1) ?? 0]
  const [least, most] = [Math.min(...main.known), Math.max(...main.known)]
  const digits = digitsFor([first, last, least, most], unit)
  const say = (value: number): string => inUnit(value, unit, digits)
  const left = drawn.length - MAX_SERIES
  const lines =
    drawn.length === 1
      ? ''
      : ` ${drawn.length} lines${left > 0 ? `, of which ${MAX_SERIES} are drawn` : ''}; ${main.name}:`
  return wordsOf({
    kind: 'time',
    title,
    note: `${say(first)} to ${say(last)}, at most ${say(most)}, over ${span(to - from)}`,
    alt: `${title}: ${conclusion}${lines} ${say(first)} to ${say(last)}, at least ${say(least)} and at most ${say(most)}, from ${momentOf(from)} to ${momentOf(to)} UTC.`,
    unit,
    from,
    to,
    steps: false,
    series: drawn
      .slice(0, MAX_SERIES)
      .map(({ name, points }) => ({ name, points: bounded(pointsOf(points)) })),
    marks: null,
    limits: Object.entries(grade ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    ),
  })
}

function knownOf(points: readonly MetricPoint[]): number[] {
  return points.flatMap(({ value }) => value ?? [])
}

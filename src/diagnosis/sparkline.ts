// A chart in one line of text: how a value went, from the first to the last, with its greatest. Pure.
import type { MetricPoint } from '../ports.ts'
import { span } from './probes/support.ts'

const LEVELS = '▁▂▃▄▅▆▇█'
/** A span of time in which nothing was measured. */
const GAP = '·'
/** Fits a phone in one line. */
const WIDTH = 32

/** A number for people: whole ones as they are, others to four digits, very large and very small ones as powers. */
export function spoken(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  const size = Math.abs(value)
  if (size >= 1e15 || size < 1e-4) return value.toExponential(3)
  return String(size >= 1000 ? Math.round(value) : Number(value.toPrecision(4)))
}

/**
 * `▁▂▃▅▇ 0.41 to 0.97, at most 0.99 and at least 0.4, over 60 min`; null without two values. Each of at most 32 columns is
 * the greatest value of its share of the time, so that no peak is lost; the heights span the smallest to the greatest.
 */
export function sparkline(points: readonly MetricPoint[]): string | null {
  const known = points.flatMap(({ at, value }) => (value === null ? [] : [{ at: at.getTime(), value }]))
  const [first, last] = [known[0], known.at(-1)]
  const [begin, end] = [points[0]?.at.getTime(), points.at(-1)?.at.getTime()]
  if (
    first === undefined ||
    last === undefined ||
    begin === undefined ||
    end === undefined ||
    known.length < 2
  )
    return null
  const columns: (number | null)[] = Array.from({ length: Math.min(WIDTH, points.length) }, () => null)
  for (const { at, value } of known) {
    const column = Math.min(
      columns.length - 1,
      Math.floor(((at - begin) / Math.max(1, end - begin)) * columns.length),
    )
    columns[column] = Math.max(columns[column] ?? Number.NEGATIVE_INFINITY, value)
  }
  const most = known.reduce((max, { value }) => Math.max(max, value), Number.NEGATIVE_INFINITY)
  const least = known.reduce((min, { value }) => Math.min(min, value), Number.POSITIVE_INFINITY)
  const line = columns.map((value) => (value === null ? GAP : heightOf(value, least, most))).join('')
  return `${line} ${spoken(first.value)} to ${spoken(last.value)}, at most ${spoken(most)} and at least ${spoken(least)}, over ${span(end - begin)}`
}

/** A value that never changes is a line in the middle. */
function heightOf(value: number, least: number, most: number): string {
  const share = most === least ? 0.5 : value / (most - least) - least / (most - least)
  return LEVELS[Math.min(LEVELS.length - 1, Math.max(0, Math.floor(share * LEVELS.length)))] ?? GAP
}

// Points of a chart: bounded in number without losing a peak, and moments put together. Pure.
import type { MetricPoint } from '../../ports.ts'
import { MAX_MARKS, MAX_POINTS } from './model.ts'

export type Point = [at: number, value: number | null]

/** More than a picture can show even of values that lie closely together. */
const DIGITS = 6

export function pointsOf(history: readonly MetricPoint[]): Point[] {
  return history.map(({ at, value }) => [at.getTime(), value])
}

/**
 * At most 120 points: the time is cut into 40 shares, and of each its least, its greatest and its last value stay, so that
 * no peak is lost and a line of steps goes on from the right height. A share without any value stays one gap.
 */
export function bounded(points: readonly Point[]): Point[] {
  const round = ([at, value]: Point): Point => [at, value === null ? null : Number(value.toPrecision(DIGITS))]
  const [first, last] = [points[0], points.at(-1)]
  if (points.length <= MAX_POINTS || first === undefined || last === undefined) return points.map(round)
  const shares = MAX_POINTS / 3
  const width = Math.max(1, last[0] - first[0]) / shares
  const kept: Point[] = []
  for (let share = 0, index = 0; share < shares; share += 1) {
    const end = share === shares - 1 ? Number.POSITIVE_INFINITY : first[0] + (share + 1) * width
    const within: Point[] = []
    for (let point = points[index]; point !== undefined && point[0] < end; point = points[++index])
      within.push(point)
    const known = within.filter(([, value]) => value !== null)
    const some = known.length === 0 ? within.slice(0, 1) : extremes(known)
    kept.push(...some)
  }
  return kept.map(round)
}

/** The least, the greatest and the last, in the order of time. */
function extremes(known: readonly Point[]): Point[] {
  const by = (better: (a: number, b: number) => boolean): Point | undefined =>
    known.reduce<Point | undefined>(
      (best, point) => (best === undefined || better(point[1] ?? 0, best[1] ?? 0) ? point : best),
      undefined,
    )
  const kept = new Set([by((a, b) => a < b), by((a, b) => a > b), known.at(-1)])
  return known.filter((point) => kept.has(point))
}

/** Moments counted in at most 24 shares of the span, each told at the first of its moments. */
export function gathered(
  moments: readonly number[],
  from: number,
  to: number,
): [at: number, count: number][] {
  const shares = new Map<number, [number, number]>()
  for (const at of moments.toSorted((a, b) => a - b)) {
    const share = Math.min(MAX_MARKS - 1, Math.floor(((at - from) / Math.max(1, to - from)) * MAX_MARKS))
    const known = shares.get(share)
    if (known === undefined) shares.set(share, [at, 1])
    else known[1] += 1
  }
  return [...shares.values()]
}

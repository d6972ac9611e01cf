// Executors over time with their losses marked, from Spark's own list of those alive and dead. Pure.
import type { SparkApplication, SparkExecutor } from '../../ports.ts'
import { plural } from '../probes/support.ts'
import { type Chart, wordsOf } from './model.ts'
import { type Point, bounded, gathered } from './points.ts'
import { between, daysOf, momentOf } from './say.ts'

/** What was normal is shown for at least this long before the first loss. */
const BEFORE_MS = 600_000

/**
 * How many executors lived, from a while before the first loss to the end, or to `now`. `lost` are those of `all` that died
 * against the plan, `kept` is how many dead ones Spark remembers at most (`spark.ui.retainedDeadExecutors`): where that
 * many are dead, the count of what was before the first of them would be too small, and is not shown. Null where no loss
 * has a time.
 */
export function executorsChart(
  app: SparkApplication,
  all: readonly SparkExecutor[],
  lost: readonly SparkExecutor[],
  now: Date,
  kept = 100,
): Chart | null {
  const deaths = lost.flatMap(({ removedAt }) => removedAt?.getTime() ?? []).sort((a, b) => a - b)
  const [first, last] = [deaths[0], deaths.at(-1)]
  if (first === undefined || last === undefined) return null
  const to = Math.max(last, (app.endedAt ?? now).getTime())
  const from = Math.min(
    first,
    Math.max(beginning(app, all, kept), first - Math.max(BEFORE_MS, (to - first) / 2)),
  )
  if (to <= from) return null
  const points = alive(all, from, to)
  const counts = points.map(([, value]) => value ?? 0)
  const [most, left] = [Math.max(...counts), counts.at(-1) ?? 0]
  const when = between(first, last)
  const end = app.endedAt === null ? 'now' : 'at its end'
  return wordsOf({
    kind: 'time',
    title: 'Executors over time',
    note: `${deaths.length} lost ${when} UTC; ${left} alive ${end}, ${most} at most`,
    alt: `Executors of ${app.name.slice(0, 100)}, ${momentOf(from)} to ${momentOf(to)} UTC (${daysOf(from, to)}): ${plural(deaths.length, 'executor')} lost ${when}. At most ${most} were alive, ${left} ${end}.`,
    unit: 'number',
    from,
    to,
    steps: true,
    series: [{ name: 'alive', points: bounded(points) }],
    marks: { name: 'lost', at: gathered(deaths, from, to) },
    limits: [],
  })
}

/** From where on the list is whole. */
function beginning(app: SparkApplication, all: readonly SparkExecutor[], kept: number): number {
  const removals = all.flatMap(({ removedAt }) => removedAt?.getTime() ?? [])
  if (removals.length >= kept) return removals.reduce((least, at) => Math.min(least, at))
  return app.startedAt?.getTime() ?? Number.NEGATIVE_INFINITY
}

/** The count at the beginning, after each change, and at the end. */
function alive(all: readonly SparkExecutor[], from: number, to: number): Point[] {
  const changes = all
    .flatMap(({ addedAt, removedAt }): [number, number][] => [
      [addedAt?.getTime() ?? Number.NEGATIVE_INFINITY, 1],
      ...(removedAt === null ? [] : [[removedAt.getTime(), -1] satisfies [number, number]]),
    ])
    .sort(([a], [b]) => a - b)
  let count = 0
  const points: Point[] = []
  for (const [at, by] of changes) {
    if (at > from && points.length === 0) points.push([from, count])
    count += by
    if (at <= from || at > to) continue
    const before = points.at(-1)
    if (before?.[0] === at) before[1] = count
    else points.push([at, count])
  }
  if (points.length === 0) points.push([from, count])
  if (points.at(-1)?.[0] !== to) points.push([to, points.at(-1)?.[1] ?? 0])
  return points
}

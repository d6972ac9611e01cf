// Which stage of a run took another time than in earlier runs of the job, and by most. Pure.
import { LEAST_RUNS, type Course } from './compare.ts'
import type { RunFigures, TimedStage } from './figures.ts'
import { ranked } from './percentile.ts'

/** A stage of one run, or, where which is which cannot be told, all of one name. */
export interface Part {
  readonly of: RunFigures
  readonly stages: readonly TimedStage[]
  readonly ms: number
}

export interface StageChange {
  readonly name: string
  readonly mine: Part
  /** The same in the earlier runs that have it, newest first; none of a stage that is new. */
  readonly others: readonly Part[]
  /** Those that took the median and the 95th percentile; null of a stage that is new. */
  readonly p50: Part | null
  readonly p95: Part | null
  /** Milliseconds by which it took longer than the median, or less. */
  readonly byMs: number
}

/**
 * The stage whose time differs most from its median over the earlier runs; null where none can be compared. Stages are
 * the same where they have one name (the call that made them, `join at orders.py:41`) and stand at one place among
 * those of it. A plan that has changed makes another number of them: then all of that name are held against all of it. A name that no earlier
 * run has is new. Of a run that is not whole only what took longer is told. What this run left out is not looked for.
 */
export function largestChange(
  mine: RunFigures,
  earlier: readonly RunFigures[],
  { whole }: Pick<Course, 'whole'>,
): StageChange | null {
  const read = earlier.filter(({ stages }) => stages !== null)
  if (read.length < LEAST_RUNS) return null
  const names = [...new Set((mine.stages ?? []).map(({ name }) => name))]
  return names
    .flatMap((name) => changesOf(name, mine, read, whole))
    .filter(({ byMs, mine: { stages } }) => byMs > 0 || (whole && !stages.some(({ active }) => active)))
    .reduce<StageChange | null>(
      (most, one) => (most === null || Math.abs(one.byMs) > Math.abs(most.byMs) ? one : most),
      null,
    )
}

function changesOf(
  name: string,
  mine: RunFigures,
  earlier: readonly RunFigures[],
  whole: boolean,
): StageChange[] {
  const own = named(mine, name)
  const known = earlier.filter((of) => named(of, name).length > 0)
  if (known.length === 0) return changeOf(name, partOf(mine, own), [])
  const alike = known.filter((of) =>
    whole ? named(of, name).length === own.length : named(of, name).length >= own.length,
  )
  if (alike.length >= LEAST_RUNS)
    return own.flatMap((stage, place) =>
      changeOf(
        name,
        partOf(mine, [stage]),
        alike.map((of) => partOf(of, named(of, name).slice(place, place + 1))),
      ),
    )
  return known.length < LEAST_RUNS
    ? []
    : changeOf(name, partOf(mine, own), known.map((of) => partOf(of, named(of, name)))) // prettier-ignore
}

/** Those that were left out (Spark had their output already) took no time, and are not compared. */
function changeOf(name: string, mine: Part | null, all: readonly (Part | null)[]): StageChange[] {
  if (mine === null) return []
  if (all.length === 0) return [{ name, mine, others: [], p50: null, p95: null, byMs: mine.ms }]
  const others = all.filter((part) => part !== null)
  const p50 = ranked(others, ({ ms }) => ms, 0.5)
  const p95 = ranked(others, ({ ms }) => ms, 0.95)
  if (others.length < LEAST_RUNS || p50 === undefined || p95 === undefined) return []
  return [{ name, mine, others, p50, p95, byMs: mine.ms - p50.ms }]
}

function named({ stages }: RunFigures, name: string): readonly TimedStage[] {
  return (stages ?? []).filter((stage) => stage.name === name)
}

function partOf(of: RunFigures, stages: readonly TimedStage[]): Part | null {
  const begun = stages.filter(({ ms }) => ms !== null)
  return begun.length === 0
    ? null
    : { of, stages: begun, ms: begun.reduce((sum, { ms }) => sum + (ms ?? 0), 0) }
}

// Holds the figures of a run against those of earlier runs of its job, and says which differ by more than they use to. Pure.
import type { RunFigures } from './figures.ts'
import { ranked } from './percentile.ts'

export type FigureName = 'input' | 'shuffle' | 'executors'

/** With fewer runs a percentile says nothing. */
export const LEAST_RUNS = 3

/**
 * From how much on a figure differs. More is measured from the 95th percentile, less from the least of the earlier runs
 * (and the median), so that what goes up and down from day to day is not told. Ours: half as much again is half as long
 * again where nothing else is short; bytes may halve on a quiet day; a third fewer executors make it half as long again.
 */
const MORE = 1.5
const LESS: Readonly<Record<FigureName, number>> = { input: 0.5, shuffle: 0.5, executors: 2 / 3 }

export interface ComparedFigure {
  readonly name: FigureName
  readonly mine: number
  /** The earlier runs that have it, newest first. */
  readonly others: readonly { readonly of: RunFigures; readonly value: number }[]
  readonly p50: number
  readonly p95: number
  readonly change: 'more' | 'less' | 'none'
}

export interface Course {
  /** It ended well: what it did is all that it does. Else more can be told of it, and less cannot. */
  readonly whole: boolean
  /** It has taken as long as half of the earlier runs did, so that it had its executors if it was to have them. */
  readonly settled: boolean
}

/** Figures that this run and enough earlier ones have. `materialBytes`: bytes that differ by less do not matter. */
export function comparedFigures(
  mine: RunFigures,
  earlier: readonly RunFigures[],
  { whole, settled }: Course,
  materialBytes: number,
): readonly ComparedFigure[] {
  const compare = (name: FigureName, fair: boolean, material: number): ComparedFigure[] => {
    const own = valueOf(mine, name)
    const others = earlier.flatMap((of) => {
      const value = valueOf(of, name)
      return value === null ? [] : [{ of, value }]
    })
    if (own === null || others.length < LEAST_RUNS) return []
    const at = (share: number): number => ranked(others, ({ value }) => value, share)?.value ?? 0
    const [least, p50, p95] = [at(0), at(0.5), at(0.95)]
    const more = own > p95 && own >= MORE * p95 && own - p95 >= material
    // Nothing at all, where there always was something, matters however little that was.
    const less = fair && own < least && own <= LESS[name] * p50 && (own === 0 || p50 - own >= material)
    return [{ name, mine: own, others, p50, p95, change: more ? 'more' : less ? 'less' : 'none' }]
  }
  return [
    ...compare('input', whole, materialBytes),
    ...compare('shuffle', whole, materialBytes),
    ...compare('executors', whole || settled, 1),
  ]
}

export function valueOf(figures: RunFigures, name: FigureName): number | null {
  if (name === 'input') return figures.inputBytes
  return name === 'shuffle' ? figures.shuffleBytes : figures.executors
}

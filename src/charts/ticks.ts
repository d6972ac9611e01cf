// Where the axes of a picture carry numbers: few, round, in the unit's own sense of round. Pure.
import type { ChartUnit } from '../diagnosis/chart/model.ts'
import { clockOf, dayOf, digitsFor, inUnit } from '../diagnosis/chart/say.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Steps of time that a clock has a place for. */
const TIMES = [
  1, 2, 5, 10, 20, 50, 100, 200, 500,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((n) => n * DAY),
] // prettier-ignore

/** The least round step of at least `least`. */
function roundStep(least: number, unit: ChartUnit): number {
  switch (unit) {
    case 'ms':
      return TIMES.find((step) => step >= least) ?? decimal(least)
    case 'seconds':
      return roundStep(least * SECOND, 'ms') / SECOND
    case 'bytes': {
      if (least <= 1) return 1
      const power = 1024 ** Math.floor(Math.log(least) / Math.log(1024))
      return power * ([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].find((n) => n * power >= least) ?? 1024)
    }
    case 'number':
    case 'share':
    case 'rate':
      return decimal(least)
  }
}

function decimal(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 2.5, 5, 10].find((n) => n * power >= least * 0.999_999) ?? 10)
}

export interface Scale {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
}

/** A course that moves by less than this share of its greatest value would be a flat line if the axis began at 0. */
const FLAT = 0.1

/**
 * From 0, so that heights may be compared, unless the values lie closely together far from it (`fromZero` says never).
 * Whole numbers have no ticks between them.
 */
export function scaleOf(values: readonly number[], unit: ChartUnit, fromZero = false): Scale {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  // Bytes and durations are written to few digits, so that their ticks would read the same.
  const exact = unit === 'number' || unit === 'share' || unit === 'rate'
  const near =
    exact && !fromZero && most > least && most - least < FLAT * Math.max(Math.abs(most), Math.abs(least))
  const low = near ? least : Math.min(0, least)
  const high = near ? most : Math.max(0, most)
  const whole = unit === 'number' && values.every((value) => Number.isInteger(value))
  // Below that, dividing has no digits left.
  const range = high - low > Number.MIN_VALUE * 1e20 ? high - low : 1
  const step = whole ? Math.max(1, roundStep(range / 5, unit)) : roundStep(range / 5, unit)
  const snapped = whole ? Math.ceil(step) : step
  const min = Math.floor(low / snapped + 1e-9) * snapped
  const max = Math.max(Math.ceil(high / snapped - 1e-9) * snapped, min + snapped)
  const count = Math.round((max - min) / snapped)
  return { min, max, ticks: Array.from({ length: count + 1 }, (_, index) => min + index * snapped) }
}

/** The ticks in words; nothing needs no unit. */
export function labelsOf({ ticks }: Scale, unit: ChartUnit): string[] {
  const digits = digitsFor(ticks, unit)
  return ticks.map((tick) => (tick === 0 ? '0' : inUnit(tick, unit, digits)))
}

/** At most six moments on the clock, each with its label; the day stands where a day begins, or where only days are told. */
export function momentsOf(from: number, to: number): { at: number; label: string }[] {
  const step = roundStep(Math.max(1, (to - from) / 6), 'ms')
  const moments: { at: number; label: string }[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step)
    moments.push({ at, label: labelOf(at, step) })
  return moments
}

function labelOf(at: number, step: number): string {
  if (step >= DAY || at % DAY === 0) return dayOf(at)
  return step < MINUTE ? new Date(at).toISOString().slice(11, 19) : clockOf(at)
}

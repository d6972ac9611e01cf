// Numbers and times of a chart in words, the same in its alternative text as in its picture. Pure.
import { size, span } from '../probes/support.ts'
import { spoken } from '../sparkline.ts'
import type { ChartUnit } from './model.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `1.5 GiB`, `97.5 %`, `4 min`, `12.4k/s`; numbers, shares and rates in so many digits. */
export function inUnit(value: number, unit: ChartUnit, digits = 4): string {
  switch (unit) {
    case 'number':
      return short(value, digits)
    case 'bytes':
      return value < 0 ? `-${size(-value)}` : size(value)
    case 'ms':
      return value < 0 ? `-${span(-value)}` : span(value)
    case 'seconds':
      return inUnit(value * 1000, 'ms')
    case 'share':
      return `${spoken(Number((value * 100).toPrecision(digits)))} %`
    case 'rate':
      return `${short(value, digits)}/s`
  }
}

/** In how many digits these are told apart where they differ: few for a phone, more where all lie closely together. */
export function digitsFor(values: readonly number[], unit: ChartUnit): number {
  const different = new Set(values).size
  for (let digits = 3; digits < 10; digits += 1)
    if (new Set(values.map((value) => inUnit(value, unit, digits))).size === different) return digits
  // Bytes and durations have digits of their own.
  return 3
}

/** Thousands as k, M, G; what is beyond those as `sparkline` says it. */
function short(value: number, digits: number): string {
  const size = Math.abs(value)
  for (const [from, by, letter] of [
    [1e9, 1e9, 'G'],
    [1e6, 1e6, 'M'],
    [1e4, 1e3, 'k'],
  ] as const)
    if (size >= from && size < 1e13) return `${Number((value / by).toPrecision(digits))}${letter}`
  return spoken(size < 1e4 && size >= 1e-4 ? Number(value.toPrecision(Math.max(4, digits))) : value)
}

/** `02:40`. */
export function clockOf(at: number): string {
  return new Date(at).toISOString().slice(11, 16)
}

/** `22 Nov`. */
export function dayOf(at: number): string {
  const date = new Date(at)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
}

/** `22 Nov 02:40`. */
export function momentOf(at: number): string {
  return `${dayOf(at)} ${clockOf(at)}`
}

/** `22 Nov 2026`, or `21 to 22 Nov 2026`, or `31 Dec 2026 to 1 Jan 2027`. */
export function daysOf(from: number, to: number): string {
  const year = (at: number): number => new Date(at).getUTCFullYear()
  const last = `${dayOf(to)} ${year(to)}`
  if (year(from) !== year(to)) return `${dayOf(from)} ${year(from)} to ${last}`
  if (dayOf(from) === dayOf(to)) return last
  const sameMonth = new Date(from).getUTCMonth() === new Date(to).getUTCMonth()
  return `${sameMonth ? new Date(from).getUTCDate() : dayOf(from)} to ${last}`
}

/** `from 02:40 to 02:44`, or `at 02:40`; with the day where it is not one day. */
export function between(first: number, last: number): string {
  const say = dayOf(first) === dayOf(last) ? clockOf : momentOf
  return say(first) === say(last) ? `at ${say(last)}` : `from ${say(first)} to ${say(last)}`
}

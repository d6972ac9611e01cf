// What a performance finding is: a formula over a snapshot, thresholds, and how much it matters.
import type { ReadCapability } from '../../ports.ts'
import type { FindingSeverity } from '../model.ts'
import { MATERIAL_MS, type Thresholds, falls } from '../thresholds.ts'
import type { Shown } from './shown.ts'
import type { Part, Snapshot } from './snapshot.ts'

/** One measured value, with what it was computed from, so that anybody can do so again. */
export interface Measured extends Shown {
  readonly value: number
  /** What happened, a sentence without its end. */
  readonly says: string
  /** A page for people. */
  readonly link: string | null
  /** The rest of the figures, where they do not all stand in one place. */
  readonly also?: readonly Shown[]
  /** Task time that is wasted or affected, in milliseconds; null alone where `material.except` says why. */
  readonly affectedMs: number | null
}

/** What holds a severity down: severity = min(of the value, of the task time that it wastes or affects). */
export interface Material {
  /** That time, in words; null where none counts. */
  readonly time: string | null
  /** What no time holds down, and why; null where time holds down all. */
  readonly except: string | null
}

/** Held down by this time, always. */
export function heldBy(time: string): Material {
  return { time, except: null }
}

export interface Performance {
  /** Stable: output and threshold names. */
  readonly id: string
  readonly title: string
  /** What the value is, with its unit. */
  readonly meaning: string
  readonly thresholds: Thresholds
  /** Whose formula and thresholds these are. */
  readonly source: string
  readonly material: Material
  /** What it is computed from: where one of these could not be read, it is not looked for. */
  readonly from: readonly Part[]
  /** What the platform must tell beside executors, stages, tasks and the environment. */
  readonly needs?: readonly ReadCapability[]
  /** Everything the formula applies to; nothing where it does not (too short, too few, not measured). */
  measure(snapshot: Snapshot): readonly Measured[]
}

const ORDER: readonly FindingSeverity[] = ['none', 'low', 'medium', 'high', 'critical']

/** Grades against rising or falling thresholds. NaN is `none`. */
export function grade(value: number, thresholds: Thresholds): FindingSeverity {
  const falling = falls(thresholds)
  const reached = thresholds.filter((threshold) => (falling ? value <= threshold : value >= threshold))
  return ORDER[reached.length] ?? 'none'
}

/** `min(severity of the value, severity of what it costs)`: a bad ratio of next to nothing is nothing. */
export function severityOf(
  measured: Pick<Measured, 'value' | 'affectedMs'>,
  thresholds: Thresholds,
  materialMs: Thresholds = MATERIAL_MS,
): FindingSeverity {
  const byValue = grade(measured.value, thresholds)
  if (measured.affectedMs === null) return byValue
  const byCost = grade(measured.affectedMs, materialMs)
  return ORDER.indexOf(byCost) < ORDER.indexOf(byValue) ? byCost : byValue
}

/** a / b, or null where there is nothing to divide by. */
export function ratio(a: number, b: number): number | null {
  return b > 0 && Number.isFinite(a) ? a / b : null
}

/** The middle value; null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0]
  return sorted.length % 2 === 1 ? high : (low + high) / 2
}

export function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** `37 %`, `4.2 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))} %`
}

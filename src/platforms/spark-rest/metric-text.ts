// What a plan's operators measured, out of the texts that Spark makes of it for people. Pure.
import type { SparkPlanMetric } from '../../ports.ts'

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  PiB: 1024 ** 5,
  EiB: 1024 ** 6,
}
const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
}

/** `1,234`, `44 ms`, `4.6 MiB (...)`: a number with thousands commas, perhaps a unit, then nothing or a bracket. */
const AMOUNT = /^((-?\d[\d,]*(?:\.\d+)?(?:E\d+)?)(?:\s*([A-Za-z]+))?)\s*(?:\(|$)/

/**
 * The total that a text such as `12`, `1,234`, `5.1 KiB`, `3.4 m` or
 * `total (min, med, max (stageId: taskId))\n44 ms (0 ms, 44 ms, 44 ms (stage 29.0: task 24))` names, in bytes,
 * milliseconds or as a plain number. Null where the text is of another form, and for the averages
 * (`avg (min, med, max ...)`), which have no total.
 */
export function metricOf(said: string): Omit<SparkPlanMetric, 'name'> | null {
  const lines = said.split('\n')
  if (lines.length > 2) return null
  if (lines.length === 2 && lines[0]?.startsWith('total (') !== true) return null
  const parts = AMOUNT.exec((lines.at(-1) ?? '').trim())
  if (parts === null) return null
  const [, text = '', amount = '', unit] = parts
  const value = Number(amount.replaceAll(',', ''))
  if (!Number.isFinite(value)) return null
  if (unit === undefined) return { value, unit: 'number', text }
  const bytes = BYTES[unit]
  if (bytes !== undefined) return { value: value * bytes, unit: 'bytes', text }
  const ms = MS[unit]
  return ms === undefined ? null : { value: value * ms, unit: 'ms', text }
}

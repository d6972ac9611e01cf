// What a stream's samples come to: lag, rate and growth with their severities. Pure.
import { type FindingSeverity, gravest, milder } from '../model.ts'
import { grade, sum } from '../performance/measure.ts'
import type { Thresholds } from '../thresholds.ts'
import type { StreamSamples, Streams } from './read.ts'
import type { Trigger } from './trigger.ts'

/** Time of a batch / trigger interval. Ours. */
export const STREAM_LAG: Thresholds = [0.8, 1, 1.5, 3]
/** Rows processed / rows that come, in a second; less is worse. Ours. */
export const STREAM_RATE: Thresholds = [1, 0.9, 0.7, 0.5]
/** State now / state a day ago. Ours. */
export const STATE_GROWTH: Thresholds = [1.5, 2, 4, 8]

export const SAMPLES_IN_A_ROW = 3

export interface Limits {
  readonly lag: Thresholds
  readonly rate: Thresholds
  readonly growth: Thresholds
  readonly leastBytes: number
  readonly trigger: Trigger | null
}

/** Values, and what they are worth. */
export interface Measured {
  readonly stream: StreamSamples
  readonly lag: number | null
  readonly rate: number | null
  readonly growth: number | null
  readonly latencyMs: number | null
  readonly input: number | null
  readonly processing: number | null
  readonly state: number | null
  readonly severities: {
    readonly lag: FindingSeverity
    readonly rate: FindingSeverity
    readonly growth: FindingSeverity
  }
}

/** A single look proves nothing: what is not proven is no more than medium. */
export function measure(stream: StreamSamples, { overTime }: Streams, limits: Limits): Measured {
  const recent = batchesOf(stream).slice(-SAMPLES_IN_A_ROW)
  const enough = recent.length >= SAMPLES_IN_A_ROW
  const latencyMs = recent.at(-1) ?? null
  const input = mean(stream.inputRate)
  const processing = mean(stream.processingRate)
  const state = stream.stateBytes.at(-1) ?? null
  const lag = recent.length === 0 || limits.trigger === null ? null : Math.min(...recent) / limits.trigger.ms
  const rate = input === null || input <= 0 || processing === null ? null : processing / input
  const before = stream.stateBytesBefore
  const growth = state === null || before === null || before <= 0 ? null : state / before
  const hasty = (severity: FindingSeverity, proven: boolean): FindingSeverity =>
    proven ? severity : milder(severity, 'medium')
  return {
    stream, lag, rate, growth, latencyMs, input, processing, state,
    severities: {
      lag: lag === null ? 'none' : hasty(grade(lag, limits.lag), enough),
      rate: rate === null ? 'none' : hasty(grade(rate, limits.rate), overTime),
      growth: growth === null || (state ?? 0) < limits.leastBytes ? 'none' : grade(growth, limits.growth),
    },
  } // prettier-ignore
}

/** The times of its batches: Spark says 0 until one has ended, and no batch takes less than a millisecond. */
export function batchesOf({ latencyMs }: StreamSamples): number[] {
  return latencyMs.filter((ms) => ms > 0)
}

export function worstOf({ severities }: Measured): FindingSeverity {
  return gravest(Object.values(severities))
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

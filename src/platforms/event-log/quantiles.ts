// What a stage's successful tasks took, and Spark's own quantiles of it.
import type { SparkTaskQuantiles } from '../../ports.ts'
import { QUANTILES } from '../spark-rest/application.ts'
import { type Column, createColumn } from './column.ts'
import type { TaskEnd } from './schema.ts'

const SERIES = [
  'runMs',
  'shuffleReadBytes',
  'inputBytes',
  'durationMs',
  'schedulerDelayMs',
  'outputBytes',
  'shuffleWriteBytes',
] as const
type Series = (typeof SERIES)[number]

/** One column a series: objects, or arrays of numbers, would be ten times the memory at 200,000 tasks. */
export type Samples = Readonly<Record<Series, Column>>

export function emptySamples(): Samples {
  return Object.fromEntries(SERIES.map((name) => [name, createColumn()])) as unknown as Samples
}

/** Adds a successful task. A task without metrics says nothing. */
export function addSample(samples: Samples, task: TaskEnd): void {
  const metrics = task['Task Metrics']
  if (metrics === undefined) return
  const shuffle = metrics['Shuffle Read Metrics']
  samples.runMs.add(metrics['Executor Run Time'])
  samples.shuffleReadBytes.add((shuffle?.['Remote Bytes Read'] ?? 0) + (shuffle?.['Local Bytes Read'] ?? 0))
  samples.inputBytes.add(metrics['Input Metrics']?.['Bytes Read'] ?? 0)
  samples.durationMs.add(durationMs(task))
  samples.schedulerDelayMs.add(schedulerDelayMs(task))
  samples.outputBytes.add(metrics['Output Metrics']?.['Bytes Written'] ?? 0)
  samples.shuffleWriteBytes.add(metrics['Shuffle Write Metrics']?.['Shuffle Bytes Written'] ?? 0)
}

/** From launch to end. */
export function durationMs({ 'Task Info': info }: TaskEnd): number {
  return Math.max(0, info['Finish Time'] - info['Launch Time'])
}

/** What is left of a task's time after running, unpacking, packing and sending: AppStatusUtils.schedulerDelay. */
function schedulerDelayMs(task: TaskEnd): number {
  const { 'Task Info': info, 'Task Metrics': metrics } = task
  if (metrics === undefined) return 0
  const sent = info['Getting Result Time']
  const sending = sent > 0 ? Math.max(0, info['Finish Time'] - sent) : 0
  return Math.max(
    0,
    durationMs(task) -
      metrics['Executor Run Time'] -
      metrics['Executor Deserialize Time'] -
      metrics['Result Serialization Time'] -
      sending,
  )
}

/** Null while no task has succeeded. The value at a quantile is the one at `floor(q * n)`, as AppStatusStore takes it. */
export function quantilesOf(samples: Samples): SparkTaskQuantiles | null {
  if (samples.runMs.length() === 0) return null
  const at = (series: Series): number[] => {
    const sorted = samples[series].sorted()
    return QUANTILES.map((q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0)
  }
  return {
    quantiles: QUANTILES,
    runMs: at('runMs'),
    shuffleReadBytes: at('shuffleReadBytes'),
    inputBytes: at('inputBytes'),
    durationMs: at('durationMs'),
    schedulerDelayMs: at('schedulerDelayMs'),
    outputBytes: at('outputBytes'),
    shuffleWriteBytes: at('shuffleWriteBytes'),
  }
}

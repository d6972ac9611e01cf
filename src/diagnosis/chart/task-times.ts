// How long a stage's tasks took, from the fastest to the longest, as Spark's quantiles tell it. Pure.
import type { SparkStage, SparkTaskQuantiles } from '../../ports.ts'
import { plural, span } from '../probes/support.ts'
import { type BarsChart, type Chart, wordsOf } from './model.ts'

const NAMES: Readonly<Record<string, string>> = { '0': 'fastest', '0.5': 'median', '1': 'longest' }

/** `longestMs` may be that of a task that failed: quantiles are of successful ones only. Null without two quantiles. */
export function taskTimesChart(
  stage: SparkStage,
  quantiles: SparkTaskQuantiles,
  longestMs: number,
  medianMs: number,
): Chart | null {
  const known = quantiles.quantiles
    .map((share, index) => ({ share, ms: quantiles.runMs[index] }))
    .filter((one): one is { share: number; ms: number } => Number.isFinite(one.ms))
    .toSorted((a, b) => a.share - b.share)
  if (known.length < 2) return null
  const times = `${times3(longestMs / Math.max(1, medianMs))} times`
  const failed = longestMs > Math.max(...known.map(({ ms }) => ms))
  const bars = known
    .filter(({ share }) => !(failed && share === 1))
    .map(({ share, ms }): BarsChart['bars'][number] => ({
      name: NAMES[String(share)] ?? `${Number((share * 100).toFixed(1))} %`,
      value: ms,
      tone: share === 1 ? 'alarm' : share === 0.5 ? 'told' : 'plain',
    }))
  if (failed) bars.push({ name: 'failed', value: longestMs, tone: 'alarm' })
  const said = bars.map(({ name, value }) => `${name} ${span(value)}`).join(', ')
  const which = failed ? 'longest, which failed,' : 'longest'
  return wordsOf({
    kind: 'bars',
    title: `Stage ${stage.id}.${stage.attempt}: how long its tasks took`,
    note: `${failed ? 'One that failed took' : 'The longest took'} ${span(longestMs)}, ${times} the median of ${span(medianMs)}`,
    alt: `Times of the ${plural(stage.tasks, 'task')} of stage ${stage.id}.${stage.attempt}, from the fastest to the longest: ${said}. The ${which} took ${times} the median.`,
    unit: 'ms',
    axis: 'share of the tasks that were done within',
    bars,
  })
}

/** To three digits, whole from 100 on. */
function times3(ratio: number): string {
  return ratio >= 100 ? String(Math.round(ratio)) : String(Number(ratio.toPrecision(2)))
}

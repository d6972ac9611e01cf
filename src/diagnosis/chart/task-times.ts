// How long a stage's tasks took, from the fastest to the longest, as Spark's quantiles tell it. Pure.
import type { SparkStage, SparkTaskQuantiles } from '../../ports.ts'
import { plural, span } from '../probes/support.ts'
import { type BarsChart, type Chart, wordsOf } from './model.ts'

const NAMES: Readonly<Record<string, string>> = { '0': 'fastest', '0.5': 'median', '1': 'longest' }

/** What is known of the longest task beside the quantiles, which are of successful ones only. */
interface Longest {
  readonly longestMs: number
  readonly medianMs: number
  readonly longest: 'succeeded' | 'failed' | 'running'
}

const WORDS = {
  succeeded: { bar: 'longest', note: 'The longest took', which: 'longest', did: 'took' },
  failed: { bar: 'failed', note: 'One that failed took', which: 'longest, which failed,', did: 'took' },
  running: { bar: 'running', note: 'One that runs has taken', which: 'longest, which still runs,', did: 'has taken' },
} as const // prettier-ignore

/** Null without two quantiles. */
export function taskTimesChart(
  stage: SparkStage,
  quantiles: SparkTaskQuantiles,
  { longestMs, medianMs, longest }: Longest,
): Chart | null {
  const known = quantiles.quantiles
    .map((share, index) => ({ share, ms: quantiles.runMs[index] }))
    .filter((one): one is { share: number; ms: number } => Number.isFinite(one.ms))
    .toSorted((a, b) => a.share - b.share)
  if (known.length < 2) return null
  const times = `${times3(longestMs / Math.max(1, medianMs))} times`
  const { bar, note, which, did } = WORDS[longest]
  const beside = longest !== 'succeeded'
  const bars = known
    .filter(({ share }) => !(beside && share === 1))
    .map(({ share, ms }): BarsChart['bars'][number] => ({
      name: NAMES[String(share)] ?? `${Number((share * 100).toFixed(1))} %`,
      value: ms,
      tone: share === 1 ? 'alarm' : share === 0.5 ? 'told' : 'plain',
    }))
  if (beside) bars.push({ name: bar, value: longestMs, tone: 'alarm' })
  const said = bars.map(({ name, value }) => `${name} ${span(value)}`).join(', ')
  return wordsOf({
    kind: 'bars',
    title: `Stage ${stage.id}.${stage.attempt}: how long its tasks took`,
    note: `${note} ${span(longestMs)}, ${times} the median of ${span(medianMs)}`,
    alt: `Times of the ${plural(stage.tasks, 'task')} of stage ${stage.id}.${stage.attempt}, from the fastest to the longest: ${said}. The ${which} ${did} ${times} the median.`,
    unit: 'ms',
    axis: 'share of the tasks that were done within',
    bars,
  })
}

/** To three digits, whole from 100 on. */
function times3(ratio: number): string {
  return ratio >= 100 ? String(Math.round(ratio)) : String(Number(ratio.toPrecision(2)))
}

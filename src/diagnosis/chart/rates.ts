// What comes into a stream against what it processes, over the last minutes. Pure.
import type { MetricPoint } from '../../ports.ts'
import type { StreamSamples } from '../streaming/read.ts'
import { type Chart, MAX_NAME, wordsOf } from './model.ts'
import { bounded, pointsOf } from './points.ts'
import { daysOf, inUnit, momentOf } from './say.ts'

/** Null where fewer than two moments are known: one is no course. */
export function ratesChart(appName: string, { query, rates }: StreamSamples): Chart | null {
  const times = [...rates.input, ...rates.processing].map(({ at }) => at.getTime())
  const [from, to] = [Math.min(...times), Math.max(...times)]
  const [comes, goes] = [last(rates.input), last(rates.processing)]
  if (comes === null || goes === null || to <= from) return null
  const short = comes > goes ? `${inUnit(comes - goes, 'rate')} short` : 'keeps up'
  const name = query.slice(0, MAX_NAME)
  return wordsOf({
    kind: 'time',
    title: `Rows in and out of ${name}`,
    note: `${inUnit(comes, 'rate')} come in, ${inUnit(goes, 'rate')} are processed: ${short}`,
    alt: `Stream ${name} of ${appName.slice(0, 100)}, ${momentOf(from)} to ${momentOf(to)} UTC (${daysOf(from, to)}): at last ${inUnit(comes, 'rate')} rows come in and ${inUnit(goes, 'rate')} are processed (${short}).`,
    unit: 'rate',
    from,
    to,
    steps: false,
    series: [
      { name: 'come in', points: bounded(pointsOf(rates.input)) },
      { name: 'processed', points: bounded(pointsOf(rates.processing)) },
    ],
    marks: null,
    limits: [],
  })
}

function last(points: readonly MetricPoint[]): number | null {
  return points.findLast(({ value }) => value !== null)?.value ?? null
}

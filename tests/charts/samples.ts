// Charts as findings carry them, for every test that draws or sends one.
import type { TimeChart } from '../../src/diagnosis/chart/model.ts'

export const AT = Date.UTC(2026, 10, 22, 2, 57)
const MINUTE = 60_000

/** Values of the last hour, one a minute. */
export function aChart(change: Partial<TimeChart> = {}): TimeChart {
  return {
    kind: 'time',
    title: 'Heap over the last hour',
    note: '1.2 GiB to 3.6 GiB',
    alt: 'Heap over the last hour: from 1.2 GiB to 3.6 GiB.',
    unit: 'bytes',
    from: AT - 60 * MINUTE,
    to: AT,
    steps: false,
    series: [aSeries('value', (share) => (1.2 + 2.4 * share) * 2 ** 30)],
    marks: null,
    limits: [],
    ...change,
  }
}

/** A line of 61 points; `value` is told how far through the hour it is, from 0 to 1. */
export function aSeries(name: string, value: (share: number) => number | null): TimeChart['series'][number] {
  return {
    name,
    points: Array.from({ length: 61 }, (_, index) => [AT - (60 - index) * MINUTE, value(index / 60)]),
  }
}

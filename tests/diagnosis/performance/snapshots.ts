// Snapshots made of plain data: an application of ten minutes with executors, stages and jobs as a test needs them.
import type { Snapshot } from '../../../src/diagnosis/performance/snapshot.ts'
import type { SparkExecutor, SparkStage, SparkStageTotals, SparkTaskQuantiles } from '../../../src/ports.ts'
import { APP, NOW, NO_TOTALS, executor, stage } from '../support.ts'

export const MINUTE = 60_000
export const GIB = 1024 ** 3

export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    app: APP,
    now: NOW,
    executors: [],
    driver: null,
    stages: [],
    jobs: [],
    properties: new Map(),
    quantiles: new Map(),
    queries: [],
    unread: new Set(),
    unreached: [],
    ...more,
  }
}

export function alive(id: string, more: Partial<SparkExecutor> = {}): SparkExecutor {
  return { ...executor(id, null), ...more }
}

export function stageOf(totals: Partial<SparkStageTotals>, more: Partial<SparkStage> = {}): SparkStage {
  return stage({ totals: { ...NO_TOTALS, ...totals }, ...more })
}

/** Quantiles of one stage: the median and the largest of each series. */
export function tasks(
  series: Partial<
    Record<keyof Omit<SparkTaskQuantiles, 'quantiles'>, readonly [median: number, max: number]>
  >,
): SparkTaskQuantiles {
  const of = (name: keyof typeof series): number[] => {
    const [middle, max] = series[name] ?? []
    return middle === undefined ? [] : [0, 0, 0, middle, middle, max ?? middle, max ?? middle]
  }
  return {
    quantiles: [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1],
    runMs: of('runMs'),
    shuffleReadBytes: of('shuffleReadBytes'),
    inputBytes: of('inputBytes'),
    durationMs: of('durationMs'),
    schedulerDelayMs: of('schedulerDelayMs'),
    outputBytes: of('outputBytes'),
    shuffleWriteBytes: of('shuffleWriteBytes'),
  }
}

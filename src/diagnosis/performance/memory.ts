// Findings of memory: garbage collection, peaks against limits, too much of it, spill.
import { executorHeap, executorOverhead, mebibytes } from '../memory.ts'
import { size, span } from '../probes/support.ts'
import { type Measured, type Performance, percent, ratio, sum } from './measure.ts'
import { settingsShown, shownAt, stageShownAt } from './shown.ts'
import { type Snapshot, stageName, untilOf } from './snapshot.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
/** What a heap is given, and what a container is given beside it. */
const HEAP = ['spark.executor.memory']
const CONTAINER = [
  ...HEAP,
  'spark.executor.memoryOverhead',
  'spark.executor.memoryOverheadFactor',
  'spark.executor.pyspark.memory',
  'spark.memory.offHeap.enabled',
  'spark.memory.offHeap.size',
]

/** sum of `totalGCTime` / sum of `totalDuration` over executors. Thresholds: Dr. Elephant. */
export const gcRatio: Performance = {
  id: 'gc_ratio',
  title: 'Time in garbage collection',
  meaning: 'totalGCTime / totalDuration of all executors together',
  thresholds: [0.08, 0.1, 0.15, 0.2],
  source: 'Dr. Elephant',
  from: ['executors'],
  measure({ executors, app }) {
    const gc = sum(executors.map(({ totalGcMs }) => totalGcMs))
    const all = sum(executors.map(({ totalDurationMs }) => totalDurationMs))
    const value = ratio(gc, all)
    if (value === null) return []
    return [
      {
        value,
        says: `Executors spend ${percent(value)} of their task time collecting garbage (${span(gc)} of ${span(all)})`,
        figures: `sum totalGCTime ${gc} ms, sum totalDuration ${all} ms`,
        from: 'all executors',
        link: app.link,
        shownAt: shownAt(app, 'allexecutors'),
        affectedMs: gc,
      },
    ]
  },
}

/** max `peakMemoryMetrics.JVMHeapMemory` / `spark.executor.memory`. 0.95 is DataFlint's; the others are ours. */
export const heapPeak: Performance = {
  id: 'heap_peak',
  title: 'Peak of the heap',
  meaning: 'largest JVMHeapMemory of an executor / spark.executor.memory',
  thresholds: [0.8, 0.9, 0.95, 0.98],
  source: '0.95 DataFlint, the others ours',
  from: ['executors', 'environment'],
  measure: (snapshot) => {
    const peak = highest(snapshot, ({ peakHeapBytes }) => peakHeapBytes)
    const limit = executorHeap(snapshot.properties) * MIB
    return peak === null ? [] : [against(peak, limit, 'heap', 'JVMHeapMemory', HEAP, snapshot)]
  },
}

/**
 * (JVM + Python + other resident memory) / (heap + overhead + Python + off-heap). Only where Spark measures process
 * trees. Ours.
 */
export const containerPeak: Performance = {
  id: 'container_peak',
  title: 'Peak of the container',
  meaning: 'largest resident memory of an executor / what its container is given',
  thresholds: [0.8, 0.9, 0.95, 1],
  source: 'ours',
  from: ['executors', 'environment'],
  measure: (snapshot) => {
    const { properties } = snapshot
    const peak = highest(snapshot, ({ peakRssBytes }) => peakRssBytes)
    const off = properties.get('spark.memory.offHeap.enabled') === 'true'
    const limit =
      executorHeap(properties) +
      executorOverhead(properties) +
      (mebibytes(properties.get('spark.executor.pyspark.memory')) ?? 0) +
      // The only one of these that is in bytes when it has no unit.
      (off ? bytesAsMib(properties.get('spark.memory.offHeap.size')) : 0)
    return peak === null
      ? []
      : [against(peak, limit * MIB, 'container', 'ProcessTree*RSSMemory', CONTAINER, snapshot)]
  },
}

function bytesAsMib(setting: string | undefined): number {
  return /^\d+$/.test(setting?.trim() ?? '') ? Number(setting) / MIB : (mebibytes(setting) ?? 0)
}

/** max heap / executor memory, where that is little: memory that is paid for and not used. 0.70 is DataFlint's. */
export const memoryOverprovisioned: Performance = {
  id: 'mem_overprov',
  title: 'Memory given and not used',
  meaning: 'largest JVMHeapMemory of an executor / spark.executor.memory; smaller is worse',
  thresholds: [0.7, 0.5, 0.3, 0.15],
  source: '0.70 DataFlint, the others ours',
  from: ['executors', 'environment'],
  measure: (snapshot) => {
    const { app, now, executors } = snapshot
    // A short run or a small heap saves nobody anything.
    const ran = untilOf(snapshot).getTime() - (app.startedAt ?? now).getTime()
    const limit = executorHeap(snapshot.properties) * MIB
    const peak = highest(snapshot, ({ peakHeapBytes }) => peakHeapBytes)
    if (peak === null || ran < 600_000 || limit < 2 * GIB) return []
    const measured = against(peak, limit, 'heap', 'JVMHeapMemory', HEAP, snapshot)
    return [
      { ...measured, affectedMs: sum(executors.map((one) => one.totalDurationMs)) * (1 - measured.value) },
    ]
  },
}

/** `diskBytesSpilled` / (`inputBytes` + `shuffleReadBytes`) of a stage, from 1 GiB on. Ours. */
export const spillRatio: Performance = {
  id: 'spill_ratio',
  title: 'Spill to disk',
  meaning: 'diskBytesSpilled / (inputBytes + shuffleReadBytes) of a stage that spills more than 1 GiB',
  thresholds: [0.1, 0.5, 1, 3],
  source: 'ours',
  from: ['stages'],
  measure: ({ app, stages }) =>
    stages.flatMap((stage): Measured[] => {
      const { diskSpilledBytes, inputBytes, shuffleReadBytes } = stage.totals
      if (diskSpilledBytes < GIB) return []
      const value = ratio(diskSpilledBytes, inputBytes + shuffleReadBytes)
      if (value === null) return []
      return [
        {
          value,
          says: `Stage ${stageName(stage)} (${stage.name}) spills ${size(diskSpilledBytes)} to disk, ${Number(value.toFixed(1))} times what it reads`,
          figures: `diskBytesSpilled ${diskSpilledBytes}, inputBytes ${inputBytes}, shuffleReadBytes ${shuffleReadBytes}`,
          from: `stage ${stageName(stage)}`,
          link: stage.link,
          shownAt: stageShownAt(app, stage),
          affectedMs: stage.executorRunMs,
        },
      ]
    }),
}

interface Peak {
  readonly bytes: number
  readonly executor: string
}

function highest(
  { executors }: Snapshot,
  of: (executor: Snapshot['executors'][number]) => number | null,
): Peak | null {
  let found: Peak | null = null
  for (const one of executors) {
    const bytes = of(one)
    if (bytes !== null && bytes > (found?.bytes ?? 0)) found = { bytes, executor: one.id }
  }
  return found
}

function against(
  peak: Peak,
  limit: number,
  what: string,
  field: string,
  settings: readonly string[],
  { app, properties }: Snapshot,
): Measured {
  const value = peak.bytes / limit
  return {
    value,
    says: `Executor ${peak.executor} used ${percent(value)} of its ${what} (${size(peak.bytes)} of ${size(limit)})`,
    figures: `${field} ${peak.bytes}, limit ${limit}`,
    from: `executor ${peak.executor}, peakMemoryMetrics`,
    link: app.link,
    shownAt: shownAt(app, 'allexecutors'),
    also: [settingsShown(app, properties, settings)],
    affectedMs: null,
  }
}

// Findings of memory: garbage collection, peaks against limits, too much of it, spill.
import { bytesIn, executorHeap, executorOverhead, mebibytes } from '../memory.ts'
import { size, span } from '../probes/support.ts'
import { underWayMs } from './executors.ts'
import { type Measured, type Performance, heldBy, percent, ratio, sum } from './measure.ts'
import type { SparkExecutor } from '../../ports.ts'
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

/**
 * sum of `totalGCTime` / sum of `totalDuration` over executors; the same of each executor, since one of many is not seen in
 * the sum; and `jvmGcTime` / `executorRunTime` of each stage. Thresholds: Dr. Elephant.
 */
export const gcRatio: Performance = {
  id: 'gc_ratio',
  title: 'Time in garbage collection',
  meaning:
    'totalGCTime / totalDuration of all executors together or of one, or jvmGcTime / executorRunTime of a stage, whichever is gravest',
  thresholds: [0.08, 0.1, 0.15, 0.2],
  source: 'Dr. Elephant',
  material: heldBy('the time in garbage collection'),
  from: ['executors'],
  measure({ executors, stages, app }) {
    const shares = (gcMs: number, allMs: number, who: string, more: Pick<Measured, 'figures' | 'from' | 'link' | 'shownAt'>): Measured[] => {
      const value = ratio(gcMs, allMs)
      if (value === null) return []
      return [{ ...more, value, says: `${who} ${percent(value)} of their task time collecting garbage (${span(gcMs)} of ${span(allMs)})`, affectedMs: gcMs }]
    } // prettier-ignore
    const gc = sum(executors.map(({ totalGcMs }) => totalGcMs))
    const all = sum(executors.map(({ totalDurationMs }) => totalDurationMs))
    const inExecutors = { link: app.link, shownAt: shownAt(app, 'allexecutors') }
    return [
      ...shares(gc, all, 'Executors spend', {
        ...inExecutors,
        figures: `sum totalGCTime ${gc} ms, sum totalDuration ${all} ms`,
        from: 'all executors',
      }),
      // Of one alone the sum says the same.
      ...(executors.length < 2 ? [] : executors).flatMap(({ id, host, totalGcMs, totalDurationMs }) =>
        shares(totalGcMs, totalDurationMs, `The slots of executor ${id} on ${host} spend`, {
          ...inExecutors,
          figures: `totalGCTime ${totalGcMs} ms, totalDuration ${totalDurationMs} ms of executor ${id}`,
          from: `executor ${id}`,
        }),
      ),
      ...stages.flatMap((stage) =>
        shares(stage.totals.gcMs, stage.executorRunMs, `Tasks of stage ${stageName(stage)} (${stage.name}) spend`, {
          figures: `jvmGcTime ${stage.totals.gcMs} ms, executorRunTime ${stage.executorRunMs} ms`,
          from: `stage ${stageName(stage)}`,
          link: stage.link,
          shownAt: stageShownAt(app, stage),
        }),
      ),
    ] // prettier-ignore
  },
}

/**
 * max `peakMemoryMetrics.JVMHeapMemory` / `spark.executor.memory`. 0.95 is DataFlint's; the others are ours. What it may cost
 * is the work of the executors that come near their limit.
 */
export const heapPeak: Performance = {
  id: 'heap_peak',
  title: 'Peak of the heap',
  meaning: 'largest JVMHeapMemory of an executor / spark.executor.memory',
  thresholds: [0.8, 0.9, 0.95, 0.98],
  source: '0.95 DataFlint, the others ours',
  material: heldBy('task time of the executors that used 80 % or more'),
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
  material: heldBy('task time of the executors that used 80 % or more'),
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
      (off ? (bytesIn(properties.get('spark.memory.offHeap.size')) ?? 0) / MIB : 0)
    return peak === null
      ? []
      : [against(peak, limit * MIB, 'container', 'ProcessTree*RSSMemory', CONTAINER, snapshot)]
  },
}

/** max heap / executor memory, where that is little: memory that is paid for and not used. 0.70 is DataFlint's. */
export const memoryOverprovisioned: Performance = {
  id: 'mem_overprov',
  title: 'Memory given and not used',
  meaning: 'largest JVMHeapMemory of an executor / spark.executor.memory; smaller is worse',
  thresholds: [0.7, 0.5, 0.3, 0.15],
  source: '0.70 DataFlint, the others ours',
  material: heldBy('task time of all executors, times the share that is not used'),
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
  material: heldBy('executorRunTime of the stage'),
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
  /** What each executor with a peak reached. */
  readonly all: readonly { readonly bytes: number; readonly executor: SparkExecutor }[]
}

function highest(
  { executors }: Snapshot,
  of: (executor: Snapshot['executors'][number]) => number | null,
): Peak | null {
  const all = executors.flatMap((executor) => {
    const bytes = of(executor)
    return bytes === null ? [] : [{ bytes, executor }]
  })
  const [first] = all.toSorted((a, b) => b.bytes - a.bytes)
  return first === undefined ? null : { bytes: first.bytes, executor: first.executor.id, all }
}

/** From this share of its limit on an executor's work is at risk: the threshold of low as it is without configuration. */
const NEAR = 0.8

function against(
  peak: Peak,
  limit: number,
  what: string,
  field: string,
  settings: readonly string[],
  snapshot: Snapshot,
): Measured {
  const { app, properties } = snapshot
  const value = peak.bytes / limit
  const near = peak.all.filter(({ bytes }) => bytes / limit >= NEAR).map(({ executor }) => executor)
  // Of tasks that run, too: one that is about to run out of memory has ended none.
  const atRiskMs = sum(near.map((one) => one.totalDurationMs + underWayMs(snapshot, one)))
  return {
    value,
    says: `Executor ${peak.executor} used ${percent(value)} of its ${what} (${size(peak.bytes)} of ${size(limit)})`,
    figures: `${field} ${peak.bytes}, limit ${limit}; task time ${atRiskMs} ms at most of executors that used ${percent(NEAR)} or more`,
    from: `executor ${peak.executor}, peakMemoryMetrics`,
    link: app.link,
    shownAt: shownAt(app, 'allexecutors'),
    also: [settingsShown(app, properties, settings)],
    affectedMs: atRiskMs,
  }
}

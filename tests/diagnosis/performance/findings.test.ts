// Each formula by a table: just below a threshold, at it, far beyond it, and where it does not apply.
import { assert, double, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  driverShare,
  excluded,
  executorImbalance,
  idleCores,
  unionMs,
} from '../../../src/diagnosis/performance/executors.ts'
import { PERFORMANCE } from '../../../src/diagnosis/performance/findings.ts'
import {
  containerPeak,
  gcRatio,
  heapPeak,
  memoryOverprovisioned,
  spillRatio,
} from '../../../src/diagnosis/performance/memory.ts'
import { type Performance, grade, median, severityOf } from '../../../src/diagnosis/performance/measure.ts'
import { gravest } from '../../../src/diagnosis/model.ts'
import type { Snapshot } from '../../../src/diagnosis/performance/snapshot.ts'
import {
  bigPartition,
  fetchWait,
  lowParallelism,
  resultSize,
  schedulerDelay,
  smallTasks,
} from '../../../src/diagnosis/performance/stages.ts'
import type { SparkExecutor } from '../../../src/ports.ts'
import { APP, NOW } from '../support.ts'
import { GIB, MINUTE, alive, snapshot, stageOf, tasks } from './snapshots.ts'

/** The gravest severity of what is measured, or `-` where the formula does not apply. */
function graded(of: Performance, world: Partial<Snapshot>): string {
  const all = of.measure(snapshot(world))
  for (const { value, says, figures } of all) {
    expect(Number.isFinite(value)).toBe(true)
    expect(says).not.toMatch(/[.]$|undefined|NaN|Infinity/)
    expect(figures).not.toMatch(/undefined|NaN/)
  }
  return all.length === 0 ? '-' : gravest(all.map((one) => severityOf(one, of.thresholds)))
}
const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * MINUTE)

describe('memory', () => {
  it.each([
    [7, 100, 'none'],
    [8, 100, 'low'],
    [10, 100, 'medium'],
    [15, 100, 'high'],
    [100, 500, 'critical'],
    // A fifth of next to nothing is nothing.
    [0.1, 0.5, 'none'],
    [0, 0, '-'],
  ])('gc_ratio: %s of %s minutes is %s', (gc, all, severity) => {
    const one = alive('1', { totalGcMs: gc * MINUTE, totalDurationMs: all * MINUTE })
    expect(graded(gcRatio, { executors: [one] })).toBe(severity)
  })

  it('gc_ratio: one of twenty executors that collects for most of its time is told, and not lost in the sum', () => {
    const executors = Array.from({ length: 20 }, (_, i) =>
      alive(String(i), { host: `w${i}`, totalDurationMs: 100 * MINUTE, totalGcMs: (i === 7 ? 60 : 1) * MINUTE }),
    )
    expect(graded(gcRatio, { executors })).toBe('critical')
    const told = gcRatio.measure(snapshot({ executors })).find(({ value }) => value === 0.6)
    expect(told).toMatchObject({
      says: 'The slots of executor 7 on w7 spend 60 % of their task time collecting garbage (60 min of 100 min)',
      figures: 'totalGCTime 3600000 ms, totalDuration 6000000 ms of executor 7',
      affectedMs: 60 * MINUTE,
    })
  }) // prettier-ignore

  it('gc_ratio: a stage is told by its own sums', () => {
    const stages = [stageOf({ gcMs: 30 * MINUTE }, { executorRunMs: 100 * MINUTE }), stageOf({}, { id: 1, executorRunMs: 900 * MINUTE })] // prettier-ignore
    const executors = [alive('1', { totalDurationMs: 1000 * MINUTE, totalGcMs: 30 * MINUTE })]
    expect(graded(gcRatio, { executors })).toBe('none')
    expect(graded(gcRatio, { executors, stages })).toBe('high')
    expect(gcRatio.measure(snapshot({ executors, stages }))[1]).toMatchObject({
      figures: 'jvmGcTime 1800000 ms, executorRunTime 6000000 ms',
      shownAt: expect.stringMatching(/\/stages\/0\/0\?details=false$/),
    })
  })

  it.each([
    [0.3, 'none'],
    [2, 'low'],
    [5, 'medium'],
    [20, 'high'],
    [60, 'critical'],
  ])('heap_peak: 99 % of the heap in %s minutes of task time is %s', (minutes, severity) => {
    const world = (more: Partial<SparkExecutor>): Partial<Snapshot> => ({
      executors: [alive('1', { peakHeapBytes: 0.99 * GIB, ...more }), alive('2', { peakHeapBytes: 1, totalDurationMs: 900 * MINUTE })],
      stages: [stageOf({}, { status: 'ACTIVE', submittedAt: new Date(NOW.getTime() - minutes * MINUTE) })],
    })
    expect(graded(heapPeak, world({ totalDurationMs: minutes * MINUTE }))).toBe(severity)
    // Four tasks that run have not been counted yet.
    const running = alive('1').addedAt!.getTime() > NOW.getTime() - minutes * MINUTE ? 10 : minutes
    expect(graded(heapPeak, world({ activeTasks: 4 }))).toBe(grade(4 * running, [1, 5, 15, 60]))
  }) // prettier-ignore

  it.each([
    [0.79, 'none'],
    [0.8, 'low'],
    [0.9, 'medium'],
    [0.95, 'high'],
    [0.99, 'critical'],
    [null, '-'],
  ])('heap_peak: %s of the heap is %s', (share, severity) => {
    const executors = [
      alive('1', { peakHeapBytes: 1 }),
      alive('2', { peakHeapBytes: share === null ? null : share * 4 * GIB, totalDurationMs: 60 * MINUTE }),
    ]
    const world = share === null ? executors.slice(1) : executors
    expect(
      graded(heapPeak, { executors: world, properties: new Map([['spark.executor.memory', '4g']]) }),
    ).toBe(severity)
  })

  it('container_peak: against heap, overhead, Python and off-heap together, each in its own unit', () => {
    const properties = new Map([
      ['spark.executor.memory', '4g'],
      ['spark.executor.memoryOverhead', '1024'],
      ['spark.executor.pyspark.memory', '1g'],
      ['spark.memory.offHeap.enabled', 'true'],
      ['spark.memory.offHeap.size', String(2 * GIB)],
    ])
    const [found] = containerPeak.measure(
      snapshot({ executors: [alive('1', { peakRssBytes: 4 * GIB })], properties }),
    )
    expect(found?.value).toBeCloseTo(0.5)
    const full = (minutes: number): SparkExecutor[] => [alive('1', { peakRssBytes: 8 * GIB, totalDurationMs: minutes * MINUTE })] // prettier-ignore
    expect(graded(containerPeak, { executors: full(60), properties })).toBe('critical')
    expect(graded(containerPeak, { executors: full(0.5), properties })).toBe('none')
    expect(graded(containerPeak, { executors: [alive('1')], properties })).toBe('-')
  })

  it.each([
    [0.8, 10, '8g', 'none'],
    [0.6, 10, '8g', 'low'],
    [0.1, 10, '8g', 'critical'],
    [0.1, 9, '8g', '-'],
    [0.1, 10, '1g', '-'],
  ])('mem_overprov: %s used in %s minutes of %s is %s', (share, minutes, memory, severity) => {
    const app = { ...snapshot().app, startedAt: ago(minutes) }
    const one = alive('1', {
      peakHeapBytes: share * (memory === '8g' ? 8 : 1) * GIB,
      totalDurationMs: 500 * MINUTE,
    })
    expect(
      graded(memoryOverprovisioned, {
        app,
        executors: [one],
        properties: new Map([['spark.executor.memory', memory]]),
      }),
    ).toBe(severity)
  })

  it.each([
    [0.5, 1, '-'],
    [2, 100, 'none'],
    [2, 20, 'low'],
    [10, 10, 'high'],
    [40, 10, 'critical'],
    [2, 0, '-'],
  ])('spill_ratio: %s GiB of %s read is %s', (spilled, read, severity) => {
    const stages = [
      stageOf(
        { diskSpilledBytes: spilled * GIB, shuffleReadBytes: read * GIB },
        { executorRunMs: 100 * MINUTE },
      ),
    ]
    expect(graded(spillRatio, { stages })).toBe(severity)
  })
})

describe('stages', () => {
  it.each([
    [5, 100, 'none'],
    [10, 100, 'low'],
    [20, 100, 'medium'],
    [40, 100, 'high'],
    [70, 100, 'critical'],
    [0.5, 1, 'none'],
    [0, 100, '-'],
  ])('fetch_wait: %s of %s minutes is %s', (wait, run, severity) => {
    const stages = [stageOf({ fetchWaitMs: wait * MINUTE }, { executorRunMs: run * MINUTE })]
    expect(graded(fetchWait, { stages })).toBe(severity)
  })

  const measured = (
    series: Parameters<typeof tasks>[0],
    more: Parameters<typeof stageOf>[1] = {},
  ): Partial<Snapshot> => ({
    stages: [stageOf({}, { tasks: 1000, executorRunMs: 100 * MINUTE, ...more })],
    quantiles: new Map([['0.0', tasks(series)]]),
  })

  it.each([
    [5, 100, 'none'],
    [100, 400, 'low'],
    [500, 900, 'medium'],
    [900, 1700, 'high'],
    [4000, 3900, 'critical'],
  ])('sched_delay: %s of %s ms in 1,000 tasks is %s', (delay, duration, severity) => {
    expect(
      graded(
        schedulerDelay,
        measured({ schedulerDelayMs: [delay, delay], durationMs: [duration, duration] }),
      ),
    ).toBe(severity)
  })

  it.each([
    [5000, 40, '-'],
    [5001, 501, 'none'],
    [5001, 500, 'low'],
    [5001, 90, 'high'],
    [200_000, 40, 'critical'],
  ])('small_tasks: %s tasks of %s ms is %s', (count, ms, severity) => {
    expect(graded(smallTasks, measured({ durationMs: [ms, ms] }, { tasks: count }))).toBe(severity)
  })

  it('small_tasks: Spark 2 has no duration; the run time serves', () => {
    expect(graded(smallTasks, measured({ runMs: [40, 40] }, { tasks: 6000 }))).toBe('critical')
  })

  it.each([
    ['inputBytes', 0.5, 'none'],
    ['shuffleReadBytes', 1, 'low'],
    ['outputBytes', 5, 'high'],
    ['shuffleWriteBytes', 11, 'critical'],
  ] as const)('big_partition: %s of %s GiB is %s', (series, gib, severity) => {
    const world = (minutes: number): Partial<Snapshot> =>
      measured({ [series]: [1, gib * GIB], runMs: [1, minutes * MINUTE] })
    expect(graded(bigPartition, world(60))).toBe(severity)
    // However large: what is done in half a minute costs nobody anything.
    expect(graded(bigPartition, world(0.5))).toBe('none')
  })

  it.each([
    [16, 10, '-'],
    [8, 4, '-'],
    [8, 10, 'medium'],
    [1, 10, 'critical'],
  ])('low_parallelism: %s tasks for 16 slots in %s minutes is %s', (count, minutes, severity) => {
    const stages = [stageOf({}, { tasks: count, submittedAt: ago(minutes) })]
    const executors = ['1', '2', '3', '4'].map((id) => alive(id))
    expect(graded(lowParallelism, { stages, executors })).toBe(severity)
  })

  it.each([
    [undefined, 0.4, 'none'],
    [undefined, 0.5, 'low'],
    ['2g', 1.5, 'medium'],
    [String(GIB), 1.01, 'critical'],
    ['512k', 0.4 / 1024, 'medium'],
    ['0', 50, '-'],
  ])('result_size: under %s, %s GiB is %s', (limit, gib, severity) => {
    const properties = new Map(limit === undefined ? [] : [['spark.driver.maxResultSize', limit] as const])
    const stages = (minutes: number): Snapshot['stages'] => [stageOf({ resultBytes: gib * GIB }, { executorRunMs: minutes * MINUTE })] // prettier-ignore
    expect(graded(resultSize, { stages: stages(60), properties })).toBe(severity)
    expect(graded(resultSize, { stages: stages(0.5), properties })).toBe(severity === '-' ? '-' : 'none')
  })

  it('a stage whose tasks were not looked at is not judged by them', () => {
    for (const of of [schedulerDelay, smallTasks, bigPartition])
      expect(of.measure(snapshot({ stages: [stageOf({}, { tasks: 9999 })] }))).toEqual([])
  })
})

describe('executors and time', () => {
  it.each([
    [[100, 100, 100], 'none'],
    [[100, 100, 140], 'low'],
    [[100, 100, 200], 'medium'],
    [[10, 10, 100], 'critical'],
    [[1, 1, 4], '-'],
    // The middle of two is between them.
    [[100, 200], 'none'],
    [[10, 200], 'medium'],
    [[200], '-'],
    // One does all there is to do.
    [[0, 0, 10], 'medium'],
    [[0, 0, 100], 'critical'],
  ])('exec_imbalance: %j minutes of work is %s', (minutes, severity) => {
    const executors = minutes.map((one, i) => alive(String(i), { totalDurationMs: one * MINUTE }))
    expect(graded(executorImbalance, { executors })).toBe(severity)
  })

  it('exec_imbalance: where half have done nothing that is said', () => {
    const executors = [0, 0, 100].map((one, i) => alive(String(i), { totalDurationMs: one * MINUTE }))
    expect(executorImbalance.measure(snapshot({ executors }))).toMatchObject([
      { says: 'Executor 2 on worker-1 works, and half of the others not at all (100 min against 0 ms)', figures: 'totalDuration max 6000000, median 0' },
    ]) // prettier-ignore
  })

  it('exec_imbalance: who came late is not compared', () => {
    const executors = [100, 100, 100, 1].map((one, i) =>
      alive(String(i), { totalDurationMs: one * MINUTE, ...(i === 3 ? { addedAt: ago(1) } : {}) }),
    )
    expect(executorImbalance.measure(snapshot({ executors }))[0]?.value).toBe(1)
  })

  it.each([
    [0, '-'],
    [1, 'medium'],
    [3, 'high'],
    [6, 'critical'],
  ])('excluded: %s of ten is %s', (out, severity) => {
    const executors = Array.from({ length: 10 }, (_, i) => alive(String(i), { excluded: i < out }))
    expect(graded(excluded, { executors })).toBe(severity)
  })

  it('excluded: one of a hundred is low', () => {
    const executors = Array.from({ length: 100 }, (_, i) => alive(String(i), { excluded: i < 1 }))
    expect(graded(excluded, { executors })).toBe('low')
  })

  it('idle_cores: a task that hangs has its slot, although its time is not counted yet', () => {
    const hung = stageOf({}, { status: 'ACTIVE', submittedAt: new Date(NOW.getTime() - 9 * MINUTE) })
    const executors = (activeTasks: number): SparkExecutor[] => [alive('1', { maxTasks: 1, activeTasks })]
    expect(graded(idleCores, { executors: executors(1), stages: [hung] })).toBe('none')
    expect(graded(idleCores, { executors: executors(0), stages: [hung] })).toBe('medium')
    const ended = { ...APP, endedAt: NOW }
    expect(graded(idleCores, { app: ended, executors: executors(1), stages: [hung] })).toBe('medium')
  })

  it.each([
    [40, 'none'],
    [25, 'low'],
    [15, 'medium'],
    [2, 'high'],
  ])('idle_cores: %s of forty slot minutes used is %s', (used, severity) => {
    expect(graded(idleCores, { executors: [alive('1', { totalDurationMs: used * MINUTE })] })).toBe(severity)
  })

  it.each([
    [[[0, 10]], 'none'],
    [
      [
        [0, 3],
        [2, 6],
      ],
      'low',
    ],
    [
      [
        [0, 1],
        [9, 10],
      ],
      'medium',
    ],
    [[], '-'],
  ])('driver_share: jobs at %j of ten minutes is %s', (intervals, severity) => {
    const jobs = intervals.map(([from = 0, to = 0], id) => ({
      id,
      status: 'SUCCEEDED',
      submittedAt: ago(10 - from),
      completedAt: ago(10 - to),
    }))
    expect(graded(driverShare, { jobs })).toBe(severity)
  })

  it.each([
    [[], 0],
    [
      [
        [0, 10],
        [2, 3],
        [20, 25],
      ],
      15,
    ],
    [
      [
        [5, 9],
        [0, 6],
      ],
      9,
    ],
  ] as const)('the union of %j is %s', (intervals, length) => {
    expect(unionMs(intervals as readonly (readonly [number, number])[])).toBe(length)
  })
})

describe('grading', () => {
  it('falls where smaller is worse, and never grades what is no number', () => {
    expect(grade(600, [500, 200, 100, 50])).toBe('none')
    expect(grade(50, [500, 200, 100, 50])).toBe('critical')
    expect(grade(Number.NaN, [1, 2, 3, 4])).toBe('none')
  })

  it('is monotonic', () => {
    const order = ['none', 'low', 'medium', 'high', 'critical']
    assert(
      property(tuple(double({ noNaN: true }), double({ noNaN: true })), ([a, b]) => {
        const [less, more] = a <= b ? [a, b] : [b, a]
        return order.indexOf(grade(less, [1, 2, 3, 4])) <= order.indexOf(grade(more, [1, 2, 3, 4]))
      }),
    )
  })

  it.each([
    [[], null],
    [[3], 3],
    [[4, 1], 2.5],
    [[9, 1, 5], 5],
  ])('the median of %j is %s', (values, middle) => {
    expect(median(values)).toBe(middle)
  })

  it('every finding has an id of its own, thresholds in order, and measures nothing in an empty application', () => {
    expect(new Set(PERFORMANCE.map(({ id }) => id)).size).toBe(PERFORMANCE.length)
    for (const one of PERFORMANCE) {
      const { id, thresholds } = one
      expect(id).toMatch(/^[a-z]+(_[a-z]+)*$/)
      const rising = [...thresholds].sort((a, b) => a - b)
      expect([rising, rising.toReversed()]).toContainEqual([...thresholds])
      expect(one.measure(snapshot())).toEqual([])
    }
  })
})

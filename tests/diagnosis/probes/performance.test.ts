// The performance probe: what matters is told, the rest is in the outputs, what could not be read is said.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { PERFORMANCE } from '../../../src/diagnosis/performance/findings.ts'
import { performance } from '../../../src/diagnosis/probes/performance.ts'
import { APP, type Calls, type World, contextOf, readerOf, stage } from '../support.ts'
import { MINUTE, alive } from '../performance/snapshots.ts'

const look = (world: World, params?: unknown): Promise<ProbeResult> =>
  performance.run(performance.params.parse(params), contextOf(world))
const collecting = [alive('1', { totalDurationMs: 100 * MINUTE, totalGcMs: 30 * MINUTE })]

it('tells what matters, with figures that anybody can divide again, and where they stand', async () => {
  const { outputs, findings } = await look({ executors: collecting })
  expect(outputs).toMatchObject({ worst: 'gc_ratio', severity: 'high', gc_ratio: 0.3 })
  expect(findings[0]).toMatchObject({
    severity: 'high',
    sentence: 'Executors spend 30 % of their task time collecting garbage (30 min of 100 min).',
    evidence: [
      { text: 'gc_ratio: sum totalGCTime 1800000 ms, sum totalDuration 6000000 ms', from: 'all executors' },
    ],
    link: APP.link,
    confidence: 'high',
  })
})

it('says that it looked where nothing matters', async () => {
  const { outputs, findings } = await look({ executors: [alive('1', { totalDurationMs: 39 * MINUTE })] })
  expect(outputs).toMatchObject({ worst: 'none', severity: 'none' })
  expect(findings).toMatchObject([
    {
      severity: 'none',
      sentence: `Nothing slows orders-daily down that would matter (${PERFORMANCE.length} looked for).`,
    },
  ])
})

it('tells four at most, the gravest first; every value is among the outputs', async () => {
  const slow = stage({
    executorRunMs: 600 * MINUTE,
    totals: {
      gcMs: 0,
      fetchWaitMs: 400 * MINUTE,
      resultBytes: 2 ** 31,
      inputBytes: 1,
      shuffleReadBytes: 2 ** 32,
      shuffleWriteBytes: 0,
      memorySpilledBytes: 0,
      diskSpilledBytes: 2 ** 34,
    },
  })
  const executors = [
    ...collecting,
    alive('2', { totalDurationMs: MINUTE, excluded: true }),
    alive('3', { totalDurationMs: MINUTE, peakHeapBytes: 2 ** 30 }),
  ]
  const { outputs, findings } = await look({ executors, stages: [slow] })
  expect(findings).toHaveLength(4)
  expect(findings.map(({ severity }) => severity)).toEqual(['critical', 'critical', 'critical', 'critical'])
  for (const id of [
    'gc_ratio',
    'fetch_wait',
    'spill_ratio',
    'result_size',
    'heap_peak',
    'excluded',
    'idle_cores',
  ])
    expect(outputs[id], id).toEqual(expect.any(Number))
})

it('takes a runbook’s own thresholds, and looks for what it names alone', async () => {
  const own = await look(
    { executors: collecting },
    { thresholds: { gc_ratio: [0.5, 0.6, 0.7, 0.8] }, only: ['gc_ratio'] },
  )
  expect(own.outputs).toMatchObject({ worst: 'none', gc_ratio: 0.3, idle_cores: null })
})

it.each([
  [{ thresholds: { gc_ratio: [1, 3, 2, 4] } }],
  [{ thresholds: { gc_ratio: [1, 2] } }],
  [{ thresholds: { gcratio: [1, 2, 3, 4] } }],
  [{ only: [] }],
  [{ only: ['nothing'] }],
])('refuses %j', (params) => {
  expect(performance.params.safeParse(params).success).toBe(false)
})

describe('what cannot be read', () => {
  it('is said, and the rest still comes', async () => {
    const { findings } = await look({ executors: collecting, broken: ['jobs', 'environment'] })
    expect(findings[0]).toMatchObject({
      severity: 'high',
      confidence: 'medium',
      unreached: ['jobs: jobs is out of reach', 'environment: environment is out of reach'],
    })
  })

  it('P13: is no all-clear where nothing at all can be read', async () => {
    const { findings, outputs } = await look({ broken: ['executors', 'stages', 'jobs', 'queries', 'environment'] })
    expect(findings).toMatchObject([{ severity: 'none', confidence: 'low', sentence: 'What may slow orders-daily down was not seen.' }])
    expect(findings[0]?.unreached).toHaveLength(5)
    expect(Object.entries(outputs).filter(([, value]) => value !== null)).toEqual([['app_id', APP.id]])
  }) // prettier-ignore

  it('P13: is said by name where only a part of it was looked for', async () => {
    const { findings, outputs } = await look({ broken: ['executors', 'stages', 'environment'] })
    expect(findings[0]?.sentence).toBe(
      'Nothing slows orders-daily down that would matter, of the 3 of 17 looked for; not seen: gc_ratio, heap_peak, container_peak, spill_ratio, fetch_wait, sched_delay, big_partition, result_size, exec_imbalance, excluded, small_tasks, low_parallelism, idle_cores, mem_overprov.',
    )
    expect(outputs).toMatchObject({ worst: null, severity: null })
  })

  it('is not guessed at: without the settings no peak is held against Spark’s defaults', async () => {
    const executors = [alive('1', { totalDurationMs: 39 * MINUTE, peakHeapBytes: 2 ** 30 })]
    const { outputs } = await look({ executors, broken: ['environment'] })
    expect(outputs).toMatchObject({ heap_peak: null, gc_ratio: 0, severity: null })
  })

  it('does not hide what was seen to matter', async () => {
    const { outputs } = await look({ executors: collecting, broken: ['stages'] })
    expect(outputs).toMatchObject({ worst: 'gc_ratio', severity: 'high', idle_cores: null })
  })

  it('of some stages leaves the others’ tasks looked at', async () => {
    const world: World = { executors: [alive('1', { totalDurationMs: 39 * MINUTE })], stages: [stage(), stage({ id: 1 })] }
    const reader = readerOf(world)
    const context = { ...contextOf({}), reader: { ...reader, taskQuantiles: async (...[app, of, signal]: Parameters<typeof reader.taskQuantiles>) => of.id === 1 ? Promise.reject(new Error('no answer')) : reader.taskQuantiles(app, of, signal) } }
    const { outputs, findings } = await performance.run(performance.params.parse(undefined), context)
    expect(findings[0]?.unreached).toEqual(['tasks of stage 1.0: no answer'])
    expect(outputs).toMatchObject({ severity: 'none' })
    const none = await look({ ...world, broken: ['taskQuantiles'] })
    expect(none.outputs).toMatchObject({ severity: null })
  }) // prettier-ignore
})

it('asks for the tasks of the five costliest stages, however many there are', async () => {
  const calls: Calls = {}
  const stages = Array.from({ length: 500 }, (_, id) => stage({ id, executorRunMs: id }))
  const context = { ...contextOf({}), reader: readerOf({ stages }, calls) }
  await performance.run(performance.params.parse(undefined), context)
  expect(calls).toMatchObject({ taskQuantiles: 5, stages: 1, executors: 1, jobs: 1, environment: 1 })
})

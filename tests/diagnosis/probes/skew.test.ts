// Skew: the ratio, held down by what it costs.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { skew } from '../../../src/diagnosis/probes/skew.ts'
import type { SparkTaskQuantiles, SparkTaskTimes } from '../../../src/ports.ts'
import { APP, type Calls, NOW, type World, contextOf, readerOf, stage, task } from '../support.ts'

const MIB = 1024 ** 2

/** Median and longest in seconds, median and largest read in MiB. */
function quantiles(medianS: number, longestS: number, medianMib = 0, largestMib = 0): SparkTaskQuantiles {
  return {
    quantiles: [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1],
    runMs: [0, 0, 0, medianS * 1000, 0, 0, longestS * 1000],
    shuffleReadBytes: [0, 0, 0, medianMib * MIB, 0, 0, largestMib * MIB],
    inputBytes: [],
    durationMs: [],
    schedulerDelayMs: [],
    outputBytes: [],
    shuffleWriteBytes: [],
  }
}

function look(world: World, params?: unknown): Promise<ProbeResult> {
  return skew.run(skew.params.parse(params), contextOf({ stages: [stage()], ...world }))
}

describe('severity is the lesser of ratio and cost', () => {
  it.each([
    // median, longest in seconds
    [100, 150, 'none', 'a ratio under two'],
    [1, 20, 'none', 'twenty times, but nineteen seconds'],
    [60, 180, 'low', 'three times, two minutes'],
    [60, 600, 'medium', 'ten times, nine minutes'],
    [60, 1000, 'high', 'sixteen times, a quarter of an hour'],
    [3600, 8000, 'low', 'twice, an hour'],
    [60, 4000, 'critical', 'sixty times, an hour'],
  ])('median %i s, longest %i s: %s (%s)', async (median, longest, severity) => {
    const { outputs, findings } = await look({ quantiles: quantiles(median, longest, 10, 1000) })
    expect(outputs).toMatchObject({ severity, ratio: Number((longest / median).toFixed(1)) })
    expect(findings[0]?.severity).toBe(severity)
  })
})

describe('time without bytes is no data skew', () => {
  it('is told as a slow host', async () => {
    const { outputs, findings } = await look({ quantiles: quantiles(60, 600, 500, 510) })
    expect(outputs).toMatchObject({ data_ratio: 1, skewed: false, severity: 'medium' })
    expect(findings[0]?.sentence).toContain('reads no more than others (510 MiB), so look at its host')
  })

  it('and with them it is', async () => {
    const { outputs, findings } = await look({ quantiles: quantiles(60, 600, 10, 1000) })
    expect(outputs).toMatchObject({ data_ratio: 100, skewed: true })
    expect(findings[0]?.sentence).toContain(
      'reads 100 times as much (1000 MiB against 10 MiB), so the data is uneven',
    )
  })

  it('too few bytes tell neither', async () => {
    const { outputs, findings } = await look({ quantiles: quantiles(60, 600, 1, 50) })
    expect(outputs).toMatchObject({ data_ratio: null, skewed: false })
    expect(findings[0]).toMatchObject({
      confidence: 'medium',
      sentence: expect.stringContaining('too little to tell'),
    })
  })
})

it('a hot partition that dies is seen, although quantiles leave failed tasks out', async () => {
  const dying = {
    stages: [stage({ failedTasks: 3 })],
    tasks: [task('java.lang.OutOfMemoryError', { runMs: 600_000, readBytes: 5000 * MIB })],
  }
  const { outputs } = await look({ ...dying, quantiles: quantiles(30, 35, 50, 60) })
  expect(outputs).toMatchObject({ ratio: 20, data_ratio: 100, severity: 'medium', skewed: true })
})

describe('a task that still runs is seen, although quantiles leave it out', () => {
  const running = (seconds: number, mib: number | null, id = 7): SparkTaskTimes => ({
    id,
    executorId: '1',
    launchedAt: new Date(NOW.getTime() - seconds * 1000),
    endedAt: null,
    readBytes: mib === null ? null : mib * MIB,
  })
  const waiting = { stages: [stage({ tasks: 200, completedTasks: 199 })], quantiles: quantiles(3, 5, 1, 2) }

  it.each([
    [45, 'none'],
    [120, 'low'],
    [600, 'medium'],
    [1200, 'high'],
    [7800, 'critical'],
  ])('for %i s against a median of three: %s', async (seconds, severity) => {
    const { outputs, findings } = await look({ ...waiting, taskTimes: [running(3, 1, 9), running(seconds, 160)] })
    expect(outputs).toMatchObject({ severity, running: true, longest_s: seconds, ratio: Number((seconds / 3).toFixed(1)), data_ratio: 160, skewed: severity !== 'none' })
    expect(findings[0]).toMatchObject({ severity, confidence: 'high', unreached: [] })
  }) // prettier-ignore

  it('says so first, with the figures and where they stand', async () => {
    const { findings } = await look({ ...waiting, taskTimes: [running(600, 160)] })
    expect(findings[0]?.sentence).toBe(
      'The longest task of stage 0.0 (collect at orders.py:29) still runs, for 200 times the median (10 min against 3 s); it has read 160 times as much (160 MiB against 1 MiB), so the data is uneven.',
    )
    expect(findings[0]?.evidence).toEqual([
      {
        text: `task_skew: task 7 has run for 600000 ms, launchTime 2026-11-22T14:50:00.000Z, seen 2026-11-22T15:00:00.000Z; it has read ${160 * MIB} bytes`,
        from: 'stage 0.0, running tasks',
        link: `${String(APP.apiUrl)}/stages/0/0/taskList?status=RUNNING&sortBy=ID&length=50`,
      },
      expect.objectContaining({ from: 'stage 0.0, taskSummary' }),
    ])
    expect(findings[0]?.chart?.alt).toContain('running 10 min. The longest, which still runs, has taken 200 times the median.') // prettier-ignore
  })

  it('with no more to read than others it may hang, and nobody is sure of a slow host', async () => {
    const even = { ...waiting, quantiles: quantiles(3, 5, 150, 160) }
    const { outputs, findings } = await look({ ...even, taskTimes: [running(600, 155)] })
    expect(outputs).toMatchObject({ skewed: false, running: true })
    expect(findings[0]).toMatchObject({ confidence: 'medium', sentence: expect.stringContaining('or whether it hangs') }) // prettier-ignore
  })

  it('says nothing yet of a stage that is not half done: its median may be that of the empty partitions', async () => {
    const begun = { ...waiting, stages: [stage({ tasks: 200, completedTasks: 99 })] }
    const { outputs } = await look({ ...begun, taskTimes: [running(600, 160)] })
    expect(outputs).toMatchObject({ severity: 'none', running: false, longest_s: 5 })
  })

  it.each([
    ['has ended', { ...APP, endedAt: NOW }],
    ['is read in the History Server, which does not tell of now', { ...APP, foundAt: 'history' as const }],
  ])('nothing runs in an application that %s', async (_what, application) => {
    const calls: Calls = {}
    const world = { ...waiting, application, taskTimes: [running(600, 160)] }
    const context = { ...contextOf(world), reader: readerOf(world, calls) }
    const { outputs } = await skew.run(skew.params.parse(undefined), context)
    expect(outputs).toMatchObject({ running: false, severity: 'none' })
    expect(calls['taskTimes']).toBeUndefined()
  })

  it.each([
    ['running', ['running tasks of stage 0.0: only its driver tells them, and it was not read']],
    ['unknown', ['running tasks of stage 0.0: only its driver tells them, and it was not read']],
    ['failed', []],
    ['killed', []],
  ] as const)('P13: %s, without an end, and read where nothing tells of now: what may run is said to be unseen', async (state, unreached) => {
    const { findings } = await look({ ...waiting, application: { ...APP, foundAt: 'event-log', state, endedAt: null } }) // prettier-ignore
    expect(findings[0]?.unreached).toEqual(unreached)
  }) // prettier-ignore

  it('P13: running tasks that cannot be read are named, and the rest still comes', async () => {
    const { outputs, findings } = await look({ ...waiting, broken: ['taskTimes'] })
    expect(outputs).toMatchObject({ running: false, longest_s: 5 })
    expect(findings[0]).toMatchObject({
      confidence: 'medium',
      unreached: ['running tasks of stage 0.0: taskTimes is out of reach'],
    })
  })

  it('its stage is looked at although ended ones have cost more, and however many run few are asked for', async () => {
    const old = Array.from({ length: 50 }, (_, id) => stage({ id, status: 'COMPLETE', executorRunMs: 1e9 }))
    const hot = Array.from({ length: 50 }, (_, id) => stage({ id: 100 + id, tasks: 200_000, completedTasks: 199_999, executorRunMs: id, submittedAt: new Date(NOW.getTime() - 1000 * (id + 1)) })) // prettier-ignore
    const world = { ...waiting, stages: [...old, ...hot], taskTimes: [running(600, 160)] }
    const calls: Calls = {}
    const context = { ...contextOf(world), reader: readerOf(world, calls) }
    const { outputs } = await skew.run(skew.params.parse(undefined), context)
    expect(outputs).toMatchObject({ stage: 149, running: true, severity: 'medium' })
    expect(calls).toEqual({ locate: 1, stages: 1, taskQuantiles: 8, taskTimes: 3 })
  })
})

it('limits are the runbook’s to change', async () => {
  const { outputs } = await look({ quantiles: quantiles(1, 20, 10, 200) }, { material_s: [5, 10, 60, 600] })
  expect(outputs).toMatchObject({ severity: 'medium', skewed: true })
  expect(skew.params.safeParse({ ratio: [1, 2] }).success).toBe(false)
})

it.each<[string, World, RegExp]>([
  ['too few tasks', { stages: [stage({ tasks: 3 })] }, /no stage with 4 tasks/],
  ['no task that succeeded', { quantiles: null }, /No task of orders-daily has succeeded yet/],
])('%s: nothing to compare, and that is said', async (_what, world, sentence) => {
  const { outputs, findings } = await look(world)
  expect(outputs['ratio']).toBeNull()
  expect(findings).toEqual([
    expect.objectContaining({ severity: 'none', sentence: expect.stringMatching(sentence) }),
  ])
})

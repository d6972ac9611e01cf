// Stuck, or only busy: by what Prometheus kept, by one look at the tasks, and against what is usual for the job.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { progress } from '../../../src/diagnosis/probes/progress.ts'
import type { MetricsReader, PlatformRun, SparkJob, SparkTaskTimes } from '../../../src/ports.ts'
import { MINUTE, alive, tasks } from '../performance/snapshots.ts'
import { APP, NOW, RUN, type World, contextOf, stage } from '../support.ts'
import type { Limits } from '../../../src/diagnosis/thresholds.ts'

const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * MINUTE)
const job = (minutes: number, status = 'RUNNING'): SparkJob => ({ id: 1, status, submittedAt: ago(minutes), completedAt: null }) // prettier-ignore
const running = (id: number, minutes: number): SparkTaskTimes => ({ id, executorId: '1', launchedAt: ago(minutes), endedAt: null }) // prettier-ignore
const ended = (id: number, minutes: number): SparkTaskTimes => ({ id, executorId: '1', launchedAt: ago(minutes + 1), endedAt: ago(minutes) }) // prettier-ignore

/** An hour old, with one stage of which eight tasks run and one executor that came with it. */
const BASE: World = {
  application: { ...APP, startedAt: ago(120) },
  executors: [alive('driver'), alive('1', { maxTasks: 8, addedAt: ago(119) })],
  stages: [stage({ tasks: 8, completedTasks: 2, submittedAt: ago(100) })],
  jobs: [job(100)],
  quantiles: tasks({ durationMs: [2 * MINUTE, 3 * MINUTE] }),
}
const look = (world: World, params?: unknown, limits?: Limits): Promise<ProbeResult> =>
  progress.run(progress.params.parse(params), {
    ...contextOf({ ...BASE, ...world }),
    ...(limits === undefined ? {} : { limits }),
  })

/** A Prometheus that knows these series, a value a minute, the last now; null is a scrape that failed. */
function prometheus(series: Readonly<Record<string, readonly (number | null)[]>>): MetricsReader {
  return {
    query: ({ promql, at, range }) =>
      Promise.resolve({
        series: Object.entries(series).flatMap(([name, values]) =>
          promql.includes(name) && range !== null
            ? [
                {
                  labels: { __name__: name },
                  points: values.map((value, index) => ({
                    at: new Date(at.getTime() - (values.length - 1 - index) * MINUTE),
                    value,
                  })),
                },
              ]
            : [],
        ),
        warnings: [],
        link: 'http://prometheus/graph?q=1',
      }),
    check: () => Promise.resolve('fine.'),
  }
}

describe('no_progress, in one look at the tasks', () => {
  it.each([
    [4, 'none'],
    [7, 'low'],
    [16, 'medium'],
    [31, 'high'],
    [61, 'critical'],
  ])('%d minutes since the newest end or launch is %s', async (minutes, severity) => {
    const { outputs, findings } = await look({ taskTimes: [running(9, minutes), ended(8, minutes + 1)] })
    expect(outputs).toMatchObject({ no_progress: minutes, severity, median_task_s: 120 })
    expect(findings[0]?.severity).toBe(severity)
  })

  it('is told with the figures, where they stand, and what is usual', async () => {
    const { findings } = await look({ taskTimes: [running(9, 31)] })
    expect(findings[0]).toMatchObject({
      sentence: 'No task of orders-daily has ended for 31 min although a job runs; half of its stage took 2 min or less.',
      confidence: 'medium',
      evidence: [
        {
          text: `no_progress: task 9 launched ${ago(31).toISOString()}; seen ${NOW.toISOString()}`,
          from: 'stage 0.0, taskList',
          link: `${APP.apiUrl}/stages/0/0/taskList?sortBy=ID&length=1000`,
        },
      ],
    })
  }) // prettier-ignore

  it('is not told of tasks that take long by nature', async () => {
    const slow = tasks({ durationMs: [25 * MINUTE, 30 * MINUTE] })
    const { outputs, findings } = await look({ taskTimes: [running(9, 61)], quantiles: slow })
    expect(outputs).toMatchObject({ no_progress: 61, severity: 'none' })
    expect(findings[0]?.sentence).toBe(
      'No task of orders-daily has ended for 61 min, which is not long for tasks that take 25 min.',
    )
  })

  it('says that it may be one long task while none has succeeded', async () => {
    const { findings } = await look({ taskTimes: [running(9, 31)], stages: [stage({ submittedAt: ago(31) })], quantiles: null }) // prettier-ignore
    expect(findings[0]).toMatchObject({ severity: 'high', confidence: 'low' })
    expect(findings[0]?.sentence).toContain('it may be one long task')
  })

  it('counts from the beginning of the oldest job that runs, and from a stage that ended since', async () => {
    const late = await look({ taskTimes: [running(9, 90)], jobs: [job(6), job(90, 'SUCCEEDED')] })
    expect(late.outputs).toMatchObject({ no_progress: 6, severity: 'low' })
    const stages = [...BASE.stages!, stage({ id: 7, status: 'COMPLETE', completedAt: ago(2) })]
    expect((await look({ taskTimes: [running(9, 90)], stages })).outputs['no_progress']).toBe(2)
  })

  it('counts from the job where not one task was launched, and says nothing where they are only not listed', async () => {
    const none = await look({ stages: [stage({ completedTasks: 0, submittedAt: ago(20) })], jobs: [job(20)], quantiles: null }) // prettier-ignore
    expect(none.outputs).toMatchObject({ no_progress: 20, severity: 'medium' })
    expect(none.findings[0]?.evidence[0]?.link).toBe(`${APP.apiUrl}/jobs?status=running`)
    expect((await look({ taskTimes: [] })).outputs['no_progress']).toBeNull()
  })

  it.each<[string, World, string]>([
    ['no job runs', { jobs: [job(90, 'SUCCEEDED')] }, 'No job of orders-daily runs'],
    ['it has ended', { application: { ...APP, endedAt: ago(3) } }, 'orders-daily has ended'],
  ])('is nothing when %s', async (_what, world, sentence) => {
    const { outputs, findings } = await look({ taskTimes: [running(9, 90)], ...world })
    expect(outputs).toMatchObject({ no_progress: null, severity: 'none' })
    expect(findings[0]?.sentence).toContain(sentence)
  })
})

describe('no_progress, over time', () => {
  const name = 'metrics_executor_completedTasks_total'

  it('is since the counter of any executor rose last', async () => {
    const flat = Array.from({ length: 20 }, () => 40)
    const metrics = prometheus({ [name]: [10, 39, ...flat, null, 40] })
    const { outputs, findings } = await look({ metrics, taskTimes: [running(9, 1)] })
    expect(outputs['no_progress']).toBe(21)
    expect(findings[0]).toMatchObject({ severity: 'medium', confidence: 'high' })
    expect(findings[0]?.evidence[0]).toMatchObject({ link: 'http://prometheus/graph?q=1' })
    expect(findings[0]?.evidence[0]?.text).toContain(
      `completedTasks_total rose last at ${ago(21).toISOString()}`,
    )
  })

  it('a rise behind a scrape that failed is one', async () => {
    const metrics = prometheus({ [name]: [1, ...Array.from({ length: 20 }, () => 1), null, 2, 2, 2] })
    expect((await look({ metrics })).outputs['no_progress']).toBe(2)
  })

  it('asks the tasks where Prometheus does not know the application', async () => {
    const { outputs } = await look({ metrics: prometheus({}), taskTimes: [running(9, 17)] })
    expect(outputs['no_progress']).toBe(17)
  })
})

describe('against earlier runs', () => {
  const run = (id: string, minutes: number): PlatformRun => ({
    ...RUN, id, state: 'succeeded', submittedAt: ago(1000), startedAt: ago(1000), endedAt: ago(1000 - minutes),
  }) // prettier-ignore
  const world = { taskTimes: [running(9, 7)], run: RUN }

  it('three times as long as 95 % of them is critical as soon as nothing moves', async () => {
    const { findings } = await look({ ...world, runs: [run('a', 30), run('b', 35), run('c', 39)] })
    expect(findings[0]?.severity).toBe('critical')
    expect(findings[0]?.sentence).toContain('95 % of earlier runs took 39 min or less in all')
  })

  it('less than that, or too few of them, change nothing', async () => {
    const long = [run('a', 60), run('b', 60), run('c', 60)]
    expect((await look({ ...world, runs: long })).findings[0]?.severity).toBe('low')
    expect((await look({ ...world, runs: [run('a', 1)] })).findings[0]?.severity).toBe('low')
  })
})

describe('alloc_stuck', () => {
  const GAUGES = {
    'ExecutorAllocationManager.executors.numberTargetExecutors': 10,
    'ExecutorAllocationManager.executors.numberAllExecutors': 1,
  }
  const wide = { stages: [stage({ tasks: 100, completedTasks: 2, submittedAt: ago(12) })] }
  const moving = { taskTimes: [ended(9, 0)] }

  it.each([
    [1, 'none'],
    [2, 'low'],
    [6, 'medium'],
    [12, 'high'],
  ])('%d minutes since the last executor came is %s in one look', async (minutes, severity) => {
    const executors = [alive('1', { maxTasks: 8, addedAt: ago(minutes) })]
    const stages = [stage({ tasks: 100, completedTasks: 2, submittedAt: ago(20) })]
    const { outputs, findings } = await look({ stages, ...moving, executors, gauges: GAUGES })
    expect(outputs).toMatchObject({ alloc_stuck: minutes, executors_wanted: 10, executors: 1, severity })
    if (severity === 'none') return
    expect(findings[0]).toMatchObject({
      severity,
      confidence: 'medium',
      sentence: `orders-daily asks for 10 executors and has 1 while tasks wait, now; none has come or gone for ${minutes} min, which is all that one look can tell.`.replace('for 2 min', 'for 2 min'),
      evidence: [
        { text: `alloc_stuck: numberTargetExecutors 10, numberAllExecutors 1; seen ${NOW.toISOString()}`, link: 'http://driver:4040/metrics/json/' },
        { text: `addTime ${ago(minutes).toISOString()}, the last to change`, link: `${APP.apiUrl}/allexecutors` },
      ],
    })
  }) // prettier-ignore

  it('is counted in a row where Prometheus kept it, across a scrape that failed', async () => {
    const metrics = prometheus({
      numberTargetExecutors: [1, 5, 5, 5, null, 10, 10],
      numberAllExecutors: [1, 5, 1, 1, 1, 1, 1],
    })
    const { outputs, findings } = await look({ ...wide, ...moving, metrics, gauges: GAUGES })
    expect(outputs).toMatchObject({ alloc_stuck: 4, executors_wanted: 10 })
    expect(findings[0]).toMatchObject({ severity: 'low', confidence: 'high' })
    expect(findings[0]?.sentence).toContain('while tasks wait, for 4 min')
  })

  it.each<[string, World]>([
    ['every task has a slot', { stages: BASE.stages!, gauges: GAUGES }],
    [
      'it has what it asks for',
      { ...wide, gauges: { ...GAUGES, 'ExecutorAllocationManager.executors.numberAllExecutors': 10 } },
    ],
    ['it asks for nothing and has one', { ...wide, gauges: {} }],
  ])('is 0 when %s', async (_what, world) => {
    expect((await look({ ...moving, ...world })).outputs).toMatchObject({ alloc_stuck: 0, severity: 'none' })
  })

  it('without dynamic allocation is told of an application that has none at all', async () => {
    const { outputs, findings } = await look({ ...wide, ...moving, executors: [alive('driver')], gauges: {} })
    expect(outputs).toMatchObject({ alloc_stuck: 12, executors_wanted: null, executors: 0 })
    expect(findings[0]?.sentence).toContain('orders-daily waits for executors and has 0 while tasks wait')
  })
})

describe('what counts', () => {
  it('is the operator’s, and the runbook’s before it', async () => {
    const limits = { thresholds: { no_progress: [1, 2, 3, 4] }, materialMs: [1, 2, 3, 4] } as const
    const world = { taskTimes: [running(9, 7)] }
    expect((await look(world, undefined, limits)).outputs['severity']).toBe('critical')
    const own = { thresholds: { no_progress: [5, 10, 20, 30] } }
    expect((await look(world, own, limits)).outputs['severity']).toBe('low')
  })

  it('and what could not be read is said, and the rest still comes', async () => {
    const { findings, outputs } = await look({ taskTimes: [running(9, 31)], broken: ['gauges', 'runs', 'taskQuantiles'], stages: [stage({ tasks: 100, completedTasks: 2, submittedAt: ago(50) })], run: RUN }) // prettier-ignore
    expect(outputs['severity']).toBe('high')
    expect(findings[0]?.unreached).toEqual([
      'allocation: gauges is out of reach',
      'task times: taskQuantiles is out of reach',
      'earlier runs: runs is out of reach',
    ])
    const blind = await look({ broken: ['taskTimes'] })
    expect(blind.findings[0]).toMatchObject({ confidence: 'low', unreached: ['tasks: taskTimes is out of reach'] }) // prettier-ignore
  })
})

// Stages that failed or are about to, with Spark's reason.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { conclude } from '../../../src/diagnosis/conclude.ts'
import { failedStages } from '../../../src/diagnosis/probes/failed-stages.ts'
import type { SparkJob } from '../../../src/ports.ts'
import { APP, type Calls, type World, contextOf, readerOf, stage, task } from '../support.ts'

function look(world: World): Promise<ProbeResult> {
  return failedStages.run(undefined, contextOf(world))
}

describe('a stage that failed', () => {
  it('is told with its reason and the error of its slowest task', async () => {
    const failureReason =
      'Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most recent failure: x\nDriver stacktrace:'
    const { outputs, findings } = await look({
      stages: [stage({ status: 'FAILED', failedTasks: 4, completedTasks: 4, failureReason })],
      tasks: [task('java.lang.OutOfMemoryError: Java heap space\n\tat x')],
    })
    expect(outputs).toEqual({
      app_id: APP.id,
      failed: 1,
      recovered: 0,
      retries: 0,
      failed_tasks: 4,
      fail_rate: 0.5,
      stage: 0,
      signature: 'F02',
      cause: 'executor-heap-oom',
      certainty: 'high',
    })
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({
      severity: 'high',
      confidence: 'high',
      sentence: 'Stage 0.0 (collect at orders.py:29) failed: 4 of 8 task attempts failed.',
      evidence: [
        // What tells the failure stands first.
        { text: 'java.lang.OutOfMemoryError: Java heap space' },
        { text: failureReason.split('\n')[0], from: 'stage 0.0, failureReason' },
        {
          text: 'task_fail_rate: attempt 0, numFailedTasks 4, numCompleteTasks 4; stage_retries: attemptId 0',
        },
      ],
    })
  })

  it('is told once, by its worst attempt, with how often it was tried', async () => {
    const reason =
      'org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 0'
    const attempts = [0, 1, 2].map((attempt) =>
      stage({ id: 1, attempt, status: 'FAILED', failedTasks: 1 + attempt, failureReason: reason }),
    )
    const { outputs, findings } = await look({ stages: attempts })
    expect(outputs).toMatchObject({ failed: 3, retries: 2, stage: 1, signature: 'F04' })
    expect(findings.map(({ sentence }) => sentence)).toEqual([
      'Stage 1.2 (collect at orders.py:29) failed, tried 3 times: 3 of 3 task attempts failed.',
    ])
  })

  it('is told by the line that says what broke, wherever it stands in the error', async () => {
    const { outputs, findings } = await look({
      stages: [stage({ status: 'FAILED', failedTasks: 4, failureReason: 'Job aborted due to stage failure: x' })],
      tasks: [task('org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n  File "a.py"\nMemoryError\n')],
    }) // prettier-ignore
    expect(outputs).toMatchObject({ signature: 'F37', cause: 'python-memory' })
    expect(findings[0]?.evidence[0]?.text).toBe('MemoryError')
  })

  describe('that recovered in a later attempt', () => {
    const lost = stage({
      attempt: 0,
      status: 'FAILED',
      failedTasks: 4,
      failureReason: 'FetchFailed(null, shuffleId=0, mapIndex=-1, mapId=-1, reduceId=0, message=gone)',
    })
    const again = stage({ attempt: 1, status: 'COMPLETE', completedTasks: 8 })

    it('matters little, says so, and is not what broke', async () => {
      const { outputs, findings } = await look({ stages: [lost, again] })
      expect(outputs).toMatchObject({ failed: 1, recovered: 1, signature: 'none', cause: 'none', certainty: null })
      expect(findings).toMatchObject([
        {
          severity: 'low',
          sentence:
            'Stage 0.0 (collect at orders.py:29) failed, tried 2 times, and completed in a later attempt: 4 of 4 task attempts failed.',
        },
      ])
      expect(conclude([{ step: 'stages', outputs, findings }])).toBeNull()
    }) // prettier-ignore

    it('is no cause yet excused while its later attempt runs, or failed as well', async () => {
      const running = await look({ stages: [lost, { ...again, status: 'ACTIVE', completedTasks: 0 }] })
      expect(running.outputs).toMatchObject({ recovered: 0, signature: 'F04', cause: 'fetch-failed' })
      const failed = await look({ stages: [lost, { ...lost, attempt: 1 }] })
      expect(failed.outputs).toMatchObject({ recovered: 0, signature: 'F04', certainty: 'medium' })
    })

    it('stands behind the stage that failed for good, however many tasks it lost', async () => {
      const failureReason =
        'Job aborted due to stage failure: Task 2 in stage 7.0 failed 4 times, most recent failure: No space left on device'
      const disk = stage({ id: 7, status: 'FAILED', failedTasks: 4, completedTasks: 96, failureReason })
      const busy = stage({ id: 3, status: 'COMPLETE', failedTasks: 90, completedTasks: 10 })
      const { outputs, findings } = await look({ stages: [lost, again, busy, disk] })
      expect(outputs).toMatchObject({ stage: 7, signature: 'F09', cause: 'disk-full', certainty: 'high' })
      expect(findings.map(({ sentence }) => sentence.slice(0, 9))).toEqual([
        'Stage 7.0',
        'Stage 3.0',
        'Stage 0.0',
      ])
      expect(conclude([{ step: 'stages', outputs, findings }])).toMatchObject({
        id: 'F09',
        evidence: { text: failureReason },
      })
    })
  })

  it('of which tasks were lost on the way is news only while the run has not failed of something else', async () => {
    const stages = [stage({ status: 'COMPLETE', failedTasks: 9, completedTasks: 8 })]
    const world = { stages, tasks: [task('Please reduce your request rate.')] }
    expect((await look(world)).outputs).toMatchObject({ signature: 'F27', cause: 'store-throttled' })
    const ended = await look({ ...world, application: { ...APP, state: 'failed', endedAt: APP.startedAt } })
    expect(ended.outputs).toMatchObject({ signature: 'none', fail_rate: 0.529 })
  })

  it('because somebody killed the application is no failure of its own', async () => {
    const killed = stage({
      status: 'FAILED',
      failureReason: 'Job aborted due to stage failure: Master removed our application: KILLED',
    })
    const { outputs, findings } = await look({ stages: [killed] })
    expect(findings[0]?.severity).toBe('low')
    expect(outputs['signature']).toBe('unknown')
  })
})

describe('a job that loses a few tasks in each of many stages', () => {
  const stages = Array.from({ length: 10 }, (_, id) =>
    stage({ id, status: 'COMPLETE', failedTasks: 2, completedTasks: id === 0 ? 2 : 3 }),
  )
  const job = (id: number, stageIds: number[]): SparkJob => ({
    id, status: 'SUCCEEDED', submittedAt: null, completedAt: null, stageIds,
  }) // prettier-ignore
  const jobs = [
    job(0, [100]),
    job(
      1,
      stages.map(({ id }) => id),
    ),
  ]
  const world = { stages, jobs, tasks: [task('Please reduce your request rate.')] }

  it('is told by its own rate, with why', async () => {
    const { outputs, findings } = await look(world)
    expect(outputs).toMatchObject({ fail_rate: 0.408, stage: null, failed_tasks: 20, signature: 'F27' })
    expect(findings[0]).toMatchObject({
      severity: 'medium',
      sentence: 'Job 1 loses tasks in 10 stages: 20 of 49 task attempts failed, 2 at most in one.',
      evidence: [{ text: "task_fail_rate: job 1, its stages' numFailedTasks 20 and numCompleteTasks 29 in all" }],
    })
  }) // prettier-ignore

  it('P13: is left out where jobs cannot be read, and the stage that failed is told all the same', async () => {
    const failureReason = 'Job aborted due to stage failure: java.lang.OutOfMemoryError: Java heap space'
    const bad = stage({ id: 50, status: 'FAILED', failedTasks: 4, failureReason })
    const { outputs, findings } = await look({ ...world, stages: [...stages, bad], broken: ['jobs'] })
    expect(outputs).toMatchObject({ stage: 50, signature: 'F02' })
    expect(findings[0]?.unreached).toEqual(['jobs: jobs is out of reach'])
  })

  it('costs the same for each stage, however many there are', async () => {
    const readsOf = async (count: number): Promise<number> => {
      let reads = 0
      const many = Array.from({ length: count }, (_, id) =>
        Object.defineProperty(stage({ status: 'COMPLETE', failedTasks: 1, completedTasks: 8 }), 'id', {
          enumerable: true,
          get: () => {
            reads += 1
            return id
          },
        }),
      )
      const pairs = Array.from({ length: count / 2 }, (_, n) => job(n, [2 * n, 2 * n + 1]))
      await look({ stages: many, jobs: pairs })
      return reads / count
    }
    expect(await readsOf(2_000)).toBeLessThan(2 * (await readsOf(100)))
  })

  it('is not told where its stages have recovered, or one of them is as grave', async () => {
    const again = stages.map((one) => ({ ...one, attempt: 1, failedTasks: 0 }))
    const lost = stages.map((one) => ({ ...one, status: 'FAILED' }))
    const recovered = await look({ ...world, stages: [...lost, ...again] })
    expect(recovered.findings.every(({ severity }) => severity === 'low')).toBe(true)
    const grave = await look({ ...world, stages: [...stages, stage({ id: 50, failedTasks: 9, completedTasks: 9 })] })
    expect(grave.outputs).toMatchObject({ stage: 50, fail_rate: 0.5 })
    expect(grave.findings).toHaveLength(1)
  }) // prettier-ignore

  it('is not asked for where stages lose none or enough, nor told where nobody knows its stages', async () => {
    const calls: Calls = {}
    const count = (of: World): Promise<ProbeResult> => failedStages.run(undefined, { ...contextOf(of), reader: readerOf(of, calls) }) // prettier-ignore
    await count({ ...world, stages: [stage({ failedTasks: 9 }), stage({ id: 1, failedTasks: 2 })] })
    expect(calls['jobs']).toBeUndefined()
    const { findings } = await count({ ...world, jobs: [{ id: 1, status: 'RUNNING', submittedAt: null, completedAt: null }] }) // prettier-ignore
    expect(findings.map(({ severity }) => severity)).toEqual(['none'])
  })
})

describe('a stage that still runs', () => {
  it.each([
    [0, 100, 'none'],
    [2, 0, 'none'],
    [10, 90, 'low'],
    [30, 70, 'medium'],
    [50, 50, 'high'],
    [80, 20, 'critical'],
  ])('%i failed and %i complete tasks: %s', async (failedTasks, completedTasks, severity) => {
    const { findings } = await look({ stages: [stage({ failedTasks, completedTasks })] })
    expect(findings[0]?.severity).toBe(severity)
  })
})

it('no stage in trouble is said, and is certain', async () => {
  const { outputs, findings } = await look({ stages: [stage({ status: 'COMPLETE', completedTasks: 8 })] })
  expect(outputs).toMatchObject({ failed: 0, fail_rate: 0, signature: 'none' })
  expect(findings).toEqual([
    expect.objectContaining({ sentence: 'No stage of orders-daily failed (1 stage).', confidence: 'high' }),
  ])
})

it('no more than three stages are told', async () => {
  const stages = Array.from({ length: 9 }, (_, id) => stage({ id, status: 'FAILED', failedTasks: id + 1 }))
  expect((await look({ stages })).findings).toHaveLength(3)
})

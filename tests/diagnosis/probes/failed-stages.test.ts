// Stages that failed or are about to, with Spark's reason.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { failedStages } from '../../../src/diagnosis/probes/failed-stages.ts'
import { APP, type World, contextOf, stage, task } from '../support.ts'

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
      retries: 0,
      failed_tasks: 4,
      fail_rate: 0.5,
      stage: 0,
      signature: 'F02',
    })
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({
      severity: 'high',
      confidence: 'high',
      sentence: 'Stage 0.0 (collect at orders.py:29) failed: 4 of 8 task attempts failed.',
      evidence: [
        { text: failureReason.split('\n')[0], from: 'stage 0.0, failureReason' },
        { text: 'java.lang.OutOfMemoryError: Java heap space' },
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

  it('that recovered in a later attempt matters little', async () => {
    const stages = [
      stage({ attempt: 0, status: 'FAILED', failedTasks: 4 }),
      stage({ attempt: 1, status: 'COMPLETE', completedTasks: 8 }),
    ]
    expect((await look({ stages })).findings.map(({ severity }) => severity)).toEqual(['low'])
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

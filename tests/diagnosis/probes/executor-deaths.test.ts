// Why executors died: signature, quotation, numbers to match on.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { executorDeaths } from '../../../src/diagnosis/probes/executor-deaths.ts'
import type { SparkStage } from '../../../src/ports.ts'
import { APP, NOW, RUN, type World, contextOf, executor, stage, task } from '../support.ts'

const FAILED_APP = { ...APP, state: 'failed', endedAt: NOW } as const

function look(world: World): Promise<ProbeResult> {
  return executorDeaths.run(undefined, contextOf(world))
}

describe('the signature', () => {
  it('is named by a task and counted by its executors', async () => {
    const { outputs, findings } = await look({
      executors: [
        executor('1', 'Command exited with code 52', 40),
        executor('2', 'Command exited with code 52', 10),
        executor('3', null),
      ],
      stages: [stage({ failedTasks: 2 })],
      tasks: [
        task('java.lang.OutOfMemoryError: Java heap space\n\tat x'),
        task('ExecutorLostFailure (executor 2) Reason: Command exited with code 52'),
      ],
      environment: { 'spark.executor.memory': '4g' },
    })
    expect(outputs).toEqual({
      app_id: APP.id, signature: 'F02', cause: 'executor-heap-oom', certainty: 'high', count: 2, executors_lost: 2, executors_alive: 1,
      lost_in_10_min: 2, churn: 2, exit_code: 52, host: 'worker-1', executor_mib: 4096, suggested_mib: 6144,
    }) // prettier-ignore
    expect(findings).toEqual([
      {
        probe: 'spark.executor-deaths',
        severity: 'critical',
        sentence:
          "2 executors of orders-daily died within 30 s, the last 10 s ago: the executor's Java heap is too small for what its tasks hold.",
        evidence: [
          {
            text: 'java.lang.OutOfMemoryError: Java heap space',
            from: 'task 1.3 in stage 0.0 on executor 4',
            link: stage().link,
          },
          {
            text: 'Command exited with code 52',
            from: 'executor 2, removeReason; 2 executors said so',
            link: `${APP.apiUrl}/allexecutors`,
          },
          {
            text: `exec_churn: removeTime of 2 in 10 min before ${NOW.toISOString()}, not on purpose; isActive 1`,
            from: 'all executors',
            link: `${APP.apiUrl}/allexecutors`,
          },
        ],
        link: APP.link,
        confidence: 'high',
        unreached: [],
        chart: expect.objectContaining({ note: '2 lost at 14:59 UTC; 1 alive now, 3 at most' }) as unknown,
      },
    ])
  })

  it.each([
    [
      'Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5 GB physical memory used.',
      'F03',
      'high',
      1024,
    ],
    ['Command exited with code 137', 'F03', 'medium', 1024],
    ['Command exited with code 52', 'F02', 'medium', 6144],
    ['Command exited with code 143', 'F11', 'medium', null],
    // On YARN a full heap ends with it as well.
    ['Container from a bad node: container_1 on host: h. Exit status: 143.', 'F11', 'low', null],
    ['Executor heartbeat timed out after 135969 ms', 'F10', 'medium', null],
    ['worker lost', 'F34', 'medium', null],
    ['gone', 'unknown', 'low', null],
  ])('%s: %s, %s', async (reason, signature, confidence, suggested) => {
    const { outputs, findings } = await look({
      executors: [executor('1', reason)],
      environment: { 'spark.executor.memory': '4g' },
    })
    expect(outputs).toMatchObject({ signature, suggested_mib: suggested })
    expect(findings[0]).toMatchObject({
      confidence,
      evidence: [{ text: reason, from: 'executor 1, removeReason' }, { from: 'all executors' }],
    })
  })

  it('is not taken from tasks of a stage that completed, where others speak', async () => {
    const { outputs } = await look({
      application: FAILED_APP,
      executors: [executor('1', 'The executor with id 1 exited with exit code 137')],
      stages: [stage({ status: 'COMPLETE', failedTasks: 3, completedTasks: 8 })],
      tasks: [task('Status Code: 403; Error Code: AccessDenied')],
    })
    expect(outputs).toMatchObject({ signature: 'F03', certainty: 'low' })
  })

  it('is none where nobody died, and that is certain', async () => {
    const { outputs, findings } = await look({ executors: [executor('driver', null), executor('1', null)] })
    expect(outputs).toMatchObject({ signature: 'none', count: 0, executors_lost: 0, executors_alive: 1 })
    expect(findings[0]).toMatchObject({
      severity: 'none',
      confidence: 'high',
      sentence: 'No executor of orders-daily died.',
    })
  })

  it('is none where executors were only released', async () => {
    const { outputs } = await look({ executors: [executor('1', 'Executor killed by driver.')] })
    expect(outputs).toMatchObject({ signature: 'none', executors_lost: 0 })
  })
})

describe('whether it is what broke', () => {
  const heap = 'java.lang.OutOfMemoryError: Java heap space'
  const lost = [executor('1', 'Command exited with code 52')]
  const done = stage({ status: 'COMPLETE', failedTasks: 1, completedTasks: 8 })
  const failed = (failureReason: string): SparkStage => stage({ id: 1, status: 'FAILED', failureReason })
  const broke = (reason: string, ...others: SparkStage[]): World => ({
    application: FAILED_APP,
    stages: [done, failed(reason), ...others],
  })
  const AT_ONCE =
    'Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure: '
  it.each<[string, World, string]>([
    ['it goes on', { stages: [done] }, 'high'],
    ['it failed after every stage had completed', { application: FAILED_APP, stages: [done] }, 'low'],
    [
      'it failed after a lost stage had been made good',
      {
        application: FAILED_APP,
        stages: [
          stage({ status: 'FAILED', failureReason: 'FetchFailed(null, shuffleId=0)' }),
          { ...done, attempt: 1 },
        ],
      },
      'low',
    ],
    ['it failed and nobody saw its stages', { application: FAILED_APP, stages: [] }, 'medium'],
    ['it failed and a stage of it never ended', { application: FAILED_APP, stages: [done, stage({ id: 1 })] }, 'high'],
    ['a stage failed of something else', broke(`${AT_ONCE}No space left on device`), 'low'],
    ['a stage failed of what nobody knows', broke(`${AT_ONCE}my own trouble`), 'low'],
    ['a stage failed with its executors', broke(`${AT_ONCE}ExecutorLostFailure (executor 1 exited caused by one of the running tasks) Reason: gone`), 'high'],
    ['a stage failed over files that are gone', broke('FetchFailed(null, shuffleId=0)'), 'high'],
    ['a stage failed over a block that is gone', broke(`${AT_ONCE}org.apache.spark.SparkException: Checkpoint block rdd_4_0 not found! Either the executor that originally checkpointed this partition is no longer alive`), 'high'],
    ['a stage failed over a result that is gone', broke(`${AT_ONCE}TaskResultLost (result lost from block manager)`), 'high'],
    ['a stage failed over a broadcast that is gone', broke(`${AT_ONCE}java.io.IOException: org.apache.spark.SparkException: Failed to get broadcast_3_piece0 of broadcast_3`), 'high'],
    ['a stage failed as nobody answered', broke(`${AT_ONCE}java.io.IOException: Failed to connect to /10.0.0.7:7337`), 'high'],
    ['a stage failed of the same', broke(`${AT_ONCE}${heap}`), 'high'],
    ['a stage failed as somebody killed it', broke('Job aborted due to stage failure: Master removed our application: KILLED'), 'high'],
    ['it goes on after the failure of a stage', { stages: [done, failed(`${AT_ONCE}No space left on device`)] }, 'high'],
    ['it went on after the failure of a stage, and its end cut work off', broke(`${AT_ONCE}No space left on device`, stage({ id: 9, status: 'FAILED', failureReason: 'Job 3 cancelled because SparkContext was shut down' })), 'high'],
    ['the same, and its last stage never ended', broke(`${AT_ONCE}No space left on device`, stage({ id: 9 })), 'high'],
    ['a stage had failed before they were lost', { application: FAILED_APP, stages: [done, { ...failed(`${AT_ONCE}No space left on device`), completedAt: new Date(NOW.getTime() - 3_600_000) }] }, 'high'],
    ['a stage failed after they were lost', { application: FAILED_APP, stages: [done, { ...failed(`${AT_ONCE}No space left on device`), completedAt: NOW }] }, 'low'],
    ['the platform says that too many of them were lost', { application: FAILED_APP, stages: [done], run: { ...RUN, state: 'failed', words: [{ text: 'Max number of executor failures (3) reached', from: 'diagnostics', place: 'platform' }] } }, 'high'],
  ])('%s: %s', async (_what, world, certainty) => {
    const { outputs, findings } = await look({ executors: lost, tasks: [task(heap)], ...world })
    expect(outputs).toMatchObject({ signature: 'F02', certainty })
    // Why they died is as certain as ever.
    expect(findings[0]?.confidence).toBe(certainty === 'low' ? 'high' : certainty)
  }) // prettier-ignore
})

describe('severity is the share lost in ten minutes', () => {
  const lost = (count: number, secondsAgo = 60): ReturnType<typeof executor>[] =>
    Array.from({ length: count }, (_, index) =>
      executor(`d${index}`, 'Command exited with code 52', secondsAgo),
    )
  const alive = (count: number): ReturnType<typeof executor>[] =>
    Array.from({ length: count }, (_, index) => executor(`a${index}`, null))

  it.each([
    [1, 100, 'none'],
    [5, 100, 'low'],
    [10, 100, 'medium'],
    [25, 100, 'high'],
    [50, 100, 'critical'],
    [1, 0, 'critical'],
  ])('%i lost beside %i alive: %s', async (dead, living, severity) => {
    expect((await look({ executors: [...lost(dead), ...alive(living)] })).findings[0]?.severity).toBe(
      severity,
    )
  })

  it('deaths of an hour ago do not count, except before the end of the application', async () => {
    expect((await look({ executors: lost(3, 3600) })).outputs['lost_in_10_min']).toBe(0)
    const application = { ...APP, state: 'failed' as const, endedAt: new Date(NOW.getTime() - 3_590_000) }
    expect((await look({ executors: lost(3, 3600), application })).outputs['lost_in_10_min']).toBe(3)
  })
})

describe('P13: what could not be seen', () => {
  it('leaves the rest, and is named', async () => {
    const { outputs, findings } = await look({
      executors: [executor('1', 'Command exited with code 52')],
      broken: ['stages', 'environment'],
    })
    expect(outputs).toMatchObject({ signature: 'F02', suggested_mib: null, executor_mib: null })
    expect(findings[0]?.unreached).toEqual([
      'environment: environment is out of reach',
      'failed tasks: stages is out of reach',
    ])
  })

  it('is everything where the application is not there', async () => {
    const { outputs, findings } = await look({ application: null })
    expect(outputs['signature']).toBeNull()
    expect(findings[0]?.sentence).toBe('batch knows no application orders-daily.')
  })
})

it('P12: a secret in a removal reason is not quoted', async () => {
  const { findings } = await look({
    executors: [executor('1', 'Cannot reach jdbc:postgresql://etl:hunter2@db/x')],
  })
  expect(JSON.stringify(findings)).not.toContain('hunter2')
})

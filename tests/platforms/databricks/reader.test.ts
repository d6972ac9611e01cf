// What a Databricks workspace tells of runs: found in every way, retries, waits, words of tasks, clusters and events.
import { afterEach, describe, expect, it } from 'vitest'
import { runProbes } from '../../../src/diagnosis/run-probes.ts'
import { NEVER, runOf } from '../support.ts'
import { type Bench, CLUSTER, FAILED, JOB, RUN, START, TASK, bench, ended, run, task } from './bench.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
async function workspaceWith(...args: Parameters<typeof bench>): Promise<Bench> {
  open = await bench(...args)
  return open
}
const asked = (of: Bench, path: string): string[] => of.databricks.asked.filter((line) => line.includes(path))

const MINUTE = 60_000
const OOM = 'java.lang.OutOfMemoryError: Java heap space'
const END = START + 15 * MINUTE
const failedRun = (more: Record<string, unknown> = {}): Record<string, unknown> =>
  run({
    ...FAILED,
    end_time: END,
    tasks: [
      task('load', {
        ...ended(
          'RUN_EXECUTION_ERROR',
          'CLIENT_ERROR',
          'Workload failed, see run output for details',
          'FAILED',
        ),
        end_time: END,
        attempt_number: 2,
        max_retries: 2,
      }),
      task('report', {
        run_id: TASK + 1,
        end_time: END,
        ...ended('SKIPPED', 'CLIENT_ERROR', 'An upstream task failed.', 'UPSTREAM_FAILED'),
      }),
    ],
    ...more,
  })

describe('finding a run', () => {
  it('by the id of one of its tasks tells the whole run, led by that task', async () => {
    const of = await workspaceWith({ runs: [failedRun()] })
    const found = await of.platform.reader.run(runOf({ runId: String(TASK + 1) }), NEVER)
    expect(found).toMatchObject({ id: String(RUN), state: 'failed' })
    expect(found?.stateText).toContain('task report: TERMINATED, SKIPPED')
    // As an application it is what was asked about: that is what would be cancelled.
    expect(await of.platform.reader.locate(runOf({ runId: String(TASK) }), NEVER)).toMatchObject({
      id: String(TASK),
      state: 'failed',
      foundAt: 'event-log',
    })
  })

  it('by the id of its job takes the one that goes on before one that ended later', async () => {
    const newer = run({ run_id: 5, start_time: START + 1000, end_time: START + 2000, ...FAILED, tasks: [] })
    const of = await workspaceWith({ runs: [newer, run()] })
    expect((await of.platform.reader.run(runOf({ jobName: String(JOB) }), NEVER))?.id).toBe(String(RUN))
  })

  it('by a name that differs in case, or in its date', async () => {
    const returns = run({ job_id: 7, run_id: 70, run_name: 'Returns-2026-11-22' })
    const of = await workspaceWith({ runs: [returns, run()] })
    expect((await of.platform.reader.run(runOf({ jobName: 'ORDERS-daily' }), NEVER))?.id).toBe(String(RUN))
    expect((await of.platform.reader.run(runOf({ jobName: 'Returns' }), NEVER))?.id).toBe('70')
  })

  it('by the name of what was submitted without a job', async () => {
    const submitted = run({ run_id: 71, run_type: 'SUBMIT_RUN', run_name: 'backfill-2026-11-22' })
    const { job_id: _job, ...jobless } = submitted
    const of = await workspaceWith({ runs: [jobless, run()] })
    const found = await of.platform.reader.run(runOf({ jobName: 'backfill' }), NEVER)
    expect(found).toMatchObject({ id: '71', jobName: 'backfill' })
  })

  it('keeps ids that JavaScript would round', async () => {
    const id = 9_223_372_036_854_775_807n
    const of = await workspaceWith({ runs: [run({ run_id: id, job_run_id: id, tasks: [] })] })
    expect((await of.platform.reader.run(runOf({ runId: String(id) }), NEVER))?.id).toBe(String(id))
    expect(await of.platform.reader.run(runOf({ runId: '9223372036854775806' }), NEVER)).toBeNull()
  })

  it('never takes a namesake for an id, nor sends what is no id', async () => {
    const of = await workspaceWith()
    for (const runId of ['app-20261122100000-0001', 'application_1732_0001'])
      expect(await of.platform.reader.locate(runOf({ runId, jobName: 'orders-daily' }), NEVER)).toBeNull()
    expect(of.databricks.asked).toEqual([])
    // A scheduler's id says nothing to Databricks; the job's name does.
    const runId = 'scheduled__2026-11-22T00:00:00+00:00'
    expect((await of.platform.reader.run(runOf({ runId, jobName: 'orders-daily' }), NEVER))?.id).toBe(
      String(RUN),
    )
  })

  it('asks for all pages of its tasks, and no more', async () => {
    const tasks = Array.from({ length: 25 }, (_, at) =>
      task(`t${at}`, { run_id: TASK + at, start_time: START + at }),
    )
    tasks[24] = { ...tasks[24], ...ended('RUN_EXECUTION_ERROR', 'CLIENT_ERROR', 'last page', 'FAILED') }
    const of = await workspaceWith({ runs: [run({ tasks })], tasksAPage: 10 })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found?.stateText).toContain('task t24')
    expect(asked(of, '/jobs/runs/get?')).toHaveLength(3)
  })
})

describe('attempts', () => {
  it('says of a failed attempt that another follows, out of the settings of the job', async () => {
    const { max_retries: _silent, ...silent } = task('load', {
      ...ended('DRIVER_ERROR', 'INTERNAL_ERROR', 'The driver is gone', 'FAILED'),
      attempt_number: 1,
    })
    const of = await workspaceWith({ runs: [run({ tasks: [silent] })] })
    expect(await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)).toMatchObject({
      state: 'retrying',
      attempt: 2,
      maxAttempts: 3,
      endedAt: null,
    })
  })

  it('says that the last attempt has failed', async () => {
    const of = await workspaceWith({
      runs: [failedRun({ repair_history: [{ type: 'ORIGINAL' }, { type: 'REPAIR' }] })],
    })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found).toMatchObject({ state: 'failed', attempt: 3, maxAttempts: 3, user: 'etl@example.com' })
    expect(found?.endedAt).toEqual(new Date(END))
    expect(found?.stateText).toBe(
      'TERMINATED, RUN_EXECUTION_ERROR (CLIENT_ERROR); task load: TERMINATED, RUN_EXECUTION_ERROR (CLIENT_ERROR); repaired once',
    )
  })

  it('knows no limit where there is none, and says that settings could not be read', async () => {
    const endless = await workspaceWith({ runs: [run({ tasks: [task('load', { max_retries: -1 })] })] })
    expect(await endless.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)).toMatchObject({
      attempt: 1,
      maxAttempts: null,
    })
    await endless.close()
    const { max_retries: _silent, ...silent } = task('load')
    const of = await workspaceWith({ runs: [run({ tasks: [silent] })] })
    of.databricks.fault(/jobs\/get$/, { kind: 'status', status: 500 })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found?.maxAttempts).toBeNull()
    expect(found?.unreached).toEqual([expect.stringContaining('settings of the job: ARR-501')])
  })

  it('counts the time in the queue and of making the cluster as waiting', async () => {
    const of = await workspaceWith()
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found?.submittedAt).toEqual(new Date(START))
    expect(found?.startedAt).toEqual(new Date(START + 3 * MINUTE))
    const [, earlier] = await of.platform.reader.runs('orders-daily', 2, NEVER)
    const begun = earlier!.startedAt!.getTime() - earlier!.submittedAt!.getTime()
    expect(begun).toBe(6 * MINUTE)
    expect(await of.platform.reader.runs('orders-daily', 29, NEVER)).toHaveLength(29)
  })

  it('waits: in the queue, with the reason', async () => {
    const queued = {
      status: {
        state: 'QUEUED',
        queue_details: {
          code: 'ACTIVE_RUNS_LIMIT_REACHED',
          message: 'The workspace has 2000 active task runs.',
        },
      },
      state: { life_cycle_state: 'QUEUED' },
    }
    const of = await workspaceWith({ runs: [run({ ...queued, tasks: [] })] })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found).toMatchObject({ state: 'queued', startedAt: null, endedAt: null })
    expect(found?.words[0]?.text).toBe('ACTIVE_RUNS_LIMIT_REACHED: The workspace has 2000 active task runs.')
  })
})

describe('words', () => {
  it('leads with the first failed task: its error, its trace, then what Databricks says', async () => {
    const of = await workspaceWith({
      runs: [failedRun()],
      outputs: {
        [TASK]: {
          error: OOM,
          error_trace: `\u001B[0;31mPy4JJavaError\u001B[0m: An error occurred\n${OOM}\n`,
        },
      },
    })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found?.words.map(({ from, place }) => `${place}: ${from}`)).toEqual([
      'driver: task load, its error',
      'driver: task load, its trace',
      'platform: task load',
      `platform: run ${RUN}`,
    ])
    expect(found?.words[1]?.text).toBe(`Py4JJavaError: An error occurred\n${OOM}\n`)
    expect(found?.unreached).toEqual([])
  })

  it('holds why the cluster ended and what befell it during the run', async () => {
    const at = END - MINUTE
    const of = await workspaceWith({
      runs: [failedRun()],
      clusters: [
        {
          cluster_id: CLUSTER,
          state: 'TERMINATED',
          termination_reason: {
            code: 'SPOT_INSTANCE_TERMINATION',
            type: 'CLOUD_FAILURE',
            parameters: {
              aws_instance_state_reason: 'Server.SpotInstanceTermination',
              instance_id: 'i-0abc',
            },
          },
        },
      ],
      events: [
        { cluster_id: CLUSTER, timestamp: at, type: 'NODES_LOST', details: { instance_id: 'i-0abc' } },
        {
          cluster_id: CLUSTER,
          timestamp: at + 1,
          type: 'DRIVER_NOT_RESPONDING',
          details: { driver_state_message: 'Driver is up but is not responsive, likely due to GC.' },
        },
        { cluster_id: CLUSTER, timestamp: at + 2, type: 'RUNNING' },
        {
          cluster_id: CLUSTER,
          timestamp: at + 3,
          type: 'TERMINATING',
          details: { reason: { code: 'JOB_FINISHED', type: 'SUCCESS' } },
        },
        { cluster_id: CLUSTER, timestamp: START - 60 * MINUTE, type: 'DBFS_DOWN' },
      ],
    })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found?.words.slice(-3).map(({ text }) => text)).toEqual([
      'SPOT_INSTANCE_TERMINATION (CLOUD_FAILURE): aws_instance_state_reason=Server.SpotInstanceTermination; instance_id=i-0abc',
      `NODES_LOST at ${new Date(at).toISOString()}: instance i-0abc`,
      `DRIVER_NOT_RESPONDING at ${new Date(at + 1).toISOString()}: Driver is up but is not responsive, likely due to GC.`,
    ])
  })

  it('says what could not be read, and tells the rest', async () => {
    const of = await workspaceWith({ runs: [failedRun()], outputs: { [TASK]: { error: OOM } } })
    of.databricks.fault(/clusters\/events/, {
      kind: 'status',
      status: 403,
      body: { error_code: 'PERMISSION_DENIED', message: 'no attach permission' },
    })
    of.databricks.fault(/clusters\/get/, { kind: 'destroy' })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found?.words[0]?.text).toBe(OOM)
    expect([...(found?.unreached ?? [])].sort()).toEqual([
      expect.stringMatching(/^cluster 1122.*ARR-501/),
      expect.stringMatching(/^events of cluster 1122.*ARR-506.*no attach permission/),
    ])
  })

  it('reads the output of three failed tasks at most, and names the others', async () => {
    const tasks = Array.from({ length: 8 }, (_, at) =>
      task(`t${at}`, {
        run_id: TASK + at,
        end_time: END + at,
        ...ended('RUN_EXECUTION_ERROR', 'CLIENT_ERROR', `failed ${at}`, 'FAILED'),
      }),
    )
    const of = await workspaceWith({ runs: [failedRun({ tasks })] })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(asked(of, 'get-output')).toHaveLength(3)
    expect(found?.words.filter(({ from }) => from.startsWith('task t'))).toHaveLength(8)
  })

  it('asks nothing more of a run that succeeded', async () => {
    const of = await workspaceWith({
      runs: [
        run({
          ...ended('SUCCESS', 'SUCCESS', '', 'SUCCESS'),
          end_time: END,
          tasks: [task('load', ended('SUCCESS', 'SUCCESS', '', 'SUCCESS'))],
        }),
      ],
    })
    const found = await of.platform.reader.run(runOf({ runId: String(RUN) }), NEVER)
    expect(found).toMatchObject({ state: 'succeeded', words: [] })
    expect(asked(of, 'clusters')).toEqual([])
  })
})

describe('delivered logs', () => {
  it('give the details of the very Spark context of the run', async () => {
    const of = await workspaceWith()
    const app = await of.platform.reader.locate(runOf({ runId: String(RUN) }), NEVER)
    expect(app).toMatchObject({
      foundAt: 'event-log',
      sparkVersion: '3.5.9',
      name: 'audit-trail',
      unreached: [],
    })
    const stages = await of.platform.reader.stages(app!, NEVER)
    expect(stages.filter(({ status }) => status === 'FAILED')).toHaveLength(2)
    expect((await of.platform.reader.jobs(app!, NEVER)).map(({ status }) => status)).toContain('FAILED')
    expect(of.databricks.asked.some((line) => line.includes('%2F111%2F'))).toBe(false)
  })

  it('give the end of the driver log over the hours it was rolled into, and what Python wrote', async () => {
    const of = await workspaceWith()
    const tail = await of.platform.reader.log(runOf({ runId: String(RUN) }), 16 * 1024, NEVER)
    expect(tail?.text).toContain('Traceback (most recent call last)')
    expect(tail?.text).toContain('Finished task 399')
    expect(tail?.text.trimEnd().endsWith('java.lang.OutOfMemoryError: Java heap space')).toBe(true)
    expect(tail).toMatchObject({ cut: true, whose: 'driver' })
    expect(tail?.from).toBe(
      `the driver's log (stderr, log4j-2026-11-22-09.log.gz, log4j-active.log) in dbfs:/cluster-logs/${CLUSTER}/driver`,
    )
  })

  it('say where they cannot be read from, and the output of the task stands in', async () => {
    const of = await workspaceWith({
      clusters: [{ cluster_id: CLUSTER, cluster_log_conf: { s3: { destination: 's3://logs/here' } } }],
      outputs: { [TASK]: { logs: 'printed\n', logs_truncated: true } },
    })
    const app = await of.platform.reader.locate(runOf({ runId: String(RUN) }), NEVER)
    expect(app).toMatchObject({ foundAt: 'resource-manager', name: 'orders-daily' })
    expect(app?.unreached).toEqual([expect.stringContaining('delivers its logs to S3')])
    await expect(of.platform.reader.executors(app!, NEVER)).rejects.toThrow(/ARR-501.*S3/)
    expect(await of.platform.reader.log(runOf({ runId: String(RUN) }), 1000, NEVER)).toMatchObject({
      text: 'printed\n',
      cut: true,
      from: 'the output of task load',
    })
  })

  it('are none where the cluster delivers none, which is said', async () => {
    const of = await workspaceWith({ clusters: [{ cluster_id: CLUSTER }] })
    await expect(of.platform.reader.log(runOf({ runId: String(RUN) }), 1000, NEVER)).rejects.toThrow(
      /ARR-501.*delivers no logs/,
    )
    const fresh = await bench({ files: {} })
    expect(await fresh.platform.reader.log(runOf({ runId: String(RUN) }), 1000, NEVER)).toBeNull()
    await fresh.close()
  })
})

describe('a diagnosis', () => {
  it('names the failure in words of tasks, log and event log, and that no attempt is left', async () => {
    const of = await workspaceWith({
      runs: [
        failedRun(),
        run({
          run_id: 3,
          start_time: START - 86_400_000,
          end_time: START - 86_000_000,
          ...FAILED,
          tasks: [],
        }),
      ],
      outputs: { [TASK]: { error: 'org.apache.spark.SparkException: Job aborted', error_trace: OOM } },
    })
    const context = {
      reader: of.platform.reader,
      run: runOf({ runId: String(RUN) }),
      labels: {},
      now: new Date(END),
      signal: NEVER,
    }
    const uses = ['run.state', 'spark.executor-deaths', 'spark.failed-stages', 'spark.log']
    const [state, deaths, stages, log] = await runProbes(
      uses.map((use, at) => ({ id: `p${at}`, use, heading: use, params: {} })),
      context,
      { deadlineMs: 20_000, concurrency: 2 },
    )
    expect(state?.outputs).toMatchObject({
      state: 'failed',
      attempt: 3,
      max_attempts: 3,
      exhausted: true,
      will_retry: false,
      signature: 'F01',
    })
    expect(state?.findings[0]?.evidence[0]).toMatchObject({ text: OOM, from: 'task load, its trace' })
    expect(deaths?.outputs).toMatchObject({ exit_code: 52 })
    expect(stages?.findings[0]?.sentence).toContain('failed: 4 of 5 task attempts')
    // The driver's log tells of the task of an executor; it was no error of the driver.
    expect(log?.outputs).toMatchObject({ signature: 'F02', class: 'deterministic' })
    for (const step of [state, deaths, stages, log]) expect(step?.findings[0]?.unreached).toEqual([])
  })
})

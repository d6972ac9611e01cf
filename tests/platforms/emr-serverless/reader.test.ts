// What EMR Serverless says of job runs: how they stand, why they fail, what they are made of, and where their logs are.
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER, runOf } from '../support.ts'
import { driverLogs, rolled } from '../aws/logs.ts'
import { MINUTE, SECRETS, seconds } from '../aws/support.ts'
import { APP, type Bench, FOLDER, OTHER, RUN, START, attempt, bench, jobRun } from './bench.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
async function account(...args: Parameters<typeof bench>): Promise<Bench> {
  open = await bench(...args)
  return open
}
const THE_RUN = runOf({ runId: RUN })
const OOM =
  'Job failed, please check complete logs in configured logging destination. ExitCode: 1. Last few exceptions: Caused by: java.lang.OutOfMemoryError: Java heap space'

describe('how a job run stands', () => {
  it.each([
    ['SUBMITTED', 1, 'queued', 1],
    ['PENDING', 1, 'queued', 1],
    ['SCHEDULED', 1, 'queued', 1],
    ['QUEUED', 1, 'queued', 1],
    ['RUNNING', 1, 'running', 1],
    ['RUNNING', 2, 'retrying', 1],
    ['SCHEDULED', 3, 'retrying', 2],
    ['CANCELLING', 2, 'running', 2],
    ['SUCCESS', 2, 'succeeded', 2],
    ['FAILED', 3, 'failed', 3],
    ['CANCELLED', 1, 'cancelled', 1],
    ['SOMETHING_NEW', 1, 'unknown', 1],
  ])('%s in attempt %i is %s', async (state, number, expected, told) => {
    const of = await account({ runs: [jobRun({ state, attempt: number })] })
    expect(await of.platform.reader.run(THE_RUN, NEVER)).toMatchObject({
      state: expected,
      stateText: state,
      attempt: told,
      maxAttempts: 3,
      endedAt: ['SUCCESS', 'FAILED', 'CANCELLED'].includes(state) ? expect.any(Date) : null,
    })
  })

  it('without a policy has one attempt, and as a stream attempts without end', async () => {
    const of = await account({ runs: [jobRun({ retryPolicy: undefined })] })
    expect(await of.platform.reader.run(THE_RUN, NEVER)).toMatchObject({ attempt: 1, maxAttempts: 1 })
    Object.assign(of.runs[0]!, { mode: 'STREAMING', attempt: 7 })
    expect(await of.platform.reader.run(THE_RUN, NEVER)).toMatchObject({
      state: 'retrying',
      stateText: 'RUNNING (streaming)',
      maxAttempts: null,
    })
  })

  it('is told with times, user and what it is made of, without its arguments', async () => {
    const of = await account({
      runs: [
        jobRun({
          state: 'FAILED',
          endedAt: seconds(START + 9 * MINUTE),
          imageConfiguration: { imageUri: '1.dkr.ecr/etl:7', resolvedImageDigest: 'sha256:ab' },
        }),
      ],
    })
    const run = await of.platform.reader.run(THE_RUN, NEVER)
    expect(run).toMatchObject({
      jobName: 'orders-daily',
      submittedAt: new Date(START),
      startedAt: new Date(START + MINUTE),
      endedAt: new Date(START + 9 * MINUTE),
      user: expect.stringContaining('airflow'),
      traits: {
        runtime: 'emr-7.1.0',
        image: '1.dkr.ecr/etl:7@sha256:ab',
        definition: expect.stringMatching(/^s3:\/\/code\/orders\.py, settings [0-9a-f]{12}$/),
        parameters: expect.stringMatching(/^4 arguments, [0-9a-f]{12}$/),
      },
      dates: { day: '20261122' },
    })
    expect(JSON.stringify(run)).not.toContain('dose-of-a-secret')
    const before = run!.traits
    Object.assign(of.runs[0]!, {
      jobDriver: { sparkSubmit: { entryPoint: 's3://code/orders.py', sparkSubmitParameters: '--conf spark.executor.memory=8g' } },
    }) // prettier-ignore
    const after = (await of.platform.reader.run(THE_RUN, NEVER))!.traits
    expect(after?.definition).not.toBe(before?.definition)
    expect(after?.runtime).toBe(before?.runtime)
  })

  it('that failed is told in its words, and in those of its attempts before', async () => {
    const of = await account({
      runs: [jobRun({ state: 'FAILED', attempt: 3, stateDetails: OOM })],
      attempts: [
        attempt(1, 'FAILED', 'Worker was lost'),
        attempt(2, 'FAILED', OOM),
        attempt(3, 'FAILED', OOM),
      ],
    })
    expect((await of.platform.reader.run(THE_RUN, NEVER))?.words).toEqual([
      { text: OOM, from: `job run ${RUN}`, place: 'platform' },
      { text: 'Worker was lost', from: `attempt 1 of job run ${RUN}`, place: 'platform' },
    ])
  })

  it('is told though its attempts are not', async () => {
    const of = await account({ runs: [jobRun({ state: 'FAILED', attempt: 2, stateDetails: OOM })] })
    of.aws.fault(/ListJobRunAttempts/, { kind: 'refusal', status: 403, code: 'AccessDeniedException' })
    const run = await of.platform.reader.run(THE_RUN, NEVER)
    expect(run?.words).toHaveLength(1)
    expect(run?.unreached).toEqual([expect.stringMatching(/^earlier attempts: ARR-506/)])
    expect(JSON.stringify(run)).not.toMatch(SECRETS)
  })
})

describe('which job run is meant', () => {
  it('by its id is asked in the application that the alert names, else in all', async () => {
    const of = await account()
    await of.platform.reader.run(runOf({ runId: RUN, cluster: APP }), NEVER)
    expect(of.aws.asked).toEqual(['GetJobRun'])
    await of.platform.reader.run(runOf({ runId: RUN, cluster: 'elsewhere' }), NEVER)
    expect(of.aws.asked).toHaveLength(3)
  })

  it('by its name is the live one, though another began later', async () => {
    const late = { jobRunId: '00f9runexample0043', state: 'FAILED', createdAt: seconds(START + MINUTE) }
    const of = await account({ runs: [jobRun(late), jobRun()] })
    expect((await of.platform.reader.run(runOf({ jobName: 'orders-daily' }), NEVER))?.id).toBe(RUN)
    const runs = await of.platform.reader.runs('orders-daily-2026-11-30', 5, NEVER)
    expect(runs.map(({ id }) => id)).toEqual(['00f9runexample0043', RUN])
  })

  it('is not known to be absent while an application cannot be asked', async () => {
    const of = await account()
    of.aws.fault(/GetJobRun/, { kind: 'refusal', status: 403, code: 'AccessDeniedException' }, 1)
    expect((await of.platform.reader.run(THE_RUN, NEVER))?.id ?? 'none').toBe(RUN)
    of.aws.fault(/GetJobRun/, { kind: 'refusal', status: 403, code: 'AccessDeniedException' }, 1)
    await expect(of.platform.reader.run(runOf({ runId: '00f9runexample7777' }), NEVER)).rejects.toMatchObject({ code: 'ARR-506' }) // prettier-ignore
  })
})

describe('its logs', () => {
  it('are those of its newest attempt, what it printed first', async () => {
    const of = await account({
      objects: {
        ...driverLogs(`${FOLDER}/attempts/1/SPARK_DRIVER`, 'ERROR Client: the first'),
        ...driverLogs(`${FOLDER}/attempts/10/SPARK_DRIVER`, 'ERROR Client: the tenth'),
        ...driverLogs(`${FOLDER}/attempts/9/SPARK_DRIVER`, 'ERROR Client: the ninth'),
      },
    })
    const tail = await of.platform.reader.log(THE_RUN, 64 * 1024, NEVER)
    expect(tail?.text).toMatch(/order 7 has no customer[\s\S]*the tenth\n$/)
    expect(tail).toMatchObject({
      whose: 'driver',
      cut: false,
      from: `the driver's log (stdout.gz, stderr.gz) in s3://logs/emr/applications/${APP}/jobs/${RUN}/attempts/10/SPARK_DRIVER`,
      link: expect.stringContaining('console.aws.amazon.com/s3/buckets/logs'),
    })
  })

  it('are looked for where the application delivers them, when the run does not say', async () => {
    const of = await account({ runs: [jobRun({ configurationOverrides: undefined })] })
    expect((await of.platform.reader.log(THE_RUN, 100, NEVER))?.text).toMatch(/it is over/)
    expect(of.aws.asked).toContain('GetApplication')
    of.aws.fault(/GetApplication/, { kind: 'refusal', status: 403, code: 'AccessDeniedException' })
    expect(await of.platform.reader.log(THE_RUN, 100, NEVER)).toBeNull()
    const app = await of.platform.reader.locate(THE_RUN, NEVER)
    expect(app?.unreached).toEqual(['event log: this run writes none to S3 that can be read from here'])
  })

  it('of Spark are read where its settings say', async () => {
    const set = (sparkSubmitParameters: string): Record<string, unknown> =>
      jobRun({
        jobDriver: { sparkSubmit: { entryPoint: 's3://code/orders.py', sparkSubmitParameters } },
        configurationOverrides: {
          applicationConfiguration: [
            { classification: 'spark-defaults', properties: { 'spark.eventLog.dir': 's3a://events/all' } },
          ],
        },
      })
    const of = await account({
      runs: [set('--name orders')],
      objects: { ...rolled('events/all', RUN), ...rolled('own/events', RUN) },
    })
    expect(await of.platform.reader.locate(THE_RUN, NEVER)).toMatchObject({ foundAt: 'event-log', sparkVersion: '3.5.9', unreached: [] }) // prettier-ignore
    expect(of.aws.asked.some((call) => call.startsWith('GetObject events/all/'))).toBe(true)
    of.runs[0] = set('--conf spark.eventLog.dir=s3://own/events --conf spark.x=1')
    await of.platform.reader.locate(THE_RUN, NEVER)
    expect(of.aws.asked.some((call) => call.startsWith('GetObject own/events/'))).toBe(true)
  })

  it('that may not be read leave what the service says', async () => {
    const of = await account()
    of.aws.fault(/logs/, { kind: 'refusal', status: 403, code: 'AccessDenied', message: 'Access Denied' })
    const app = await of.platform.reader.locate(THE_RUN, NEVER)
    expect(app).toMatchObject({ id: RUN, foundAt: 'resource-manager', name: 'orders-daily' })
    expect(app?.unreached).toEqual([expect.stringMatching(/^event log: ARR-506.*AccessDenied/)])
    await expect(of.platform.reader.executors(app!, NEVER)).rejects.toMatchObject({ code: 'ARR-506' })
  })
})

it('says of an application that is not there that it is not', async () => {
  const of = await account()
  of.aws.fault(/ListJobRuns/, { kind: 'refusal', status: 404, code: 'ResourceNotFoundException' }, 1)
  expect(await of.platform.reader.check(NEVER)).toMatch(/00f1appexample0\d is not there/)
  expect(OTHER).not.toBe(APP)
})

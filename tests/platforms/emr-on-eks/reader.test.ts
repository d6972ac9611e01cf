// What EMR on EKS says of job runs, and what is done to them.
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER, runOf } from '../support.ts'
import { driverLogs } from '../aws/logs.ts'
import { type Bench, CONTAINERS, RUN, START, bench, iso, jobRun } from './bench.ts'

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

describe('how a job run stands', () => {
  it.each([
    ['PENDING', 1, 'queued', 1],
    ['SUBMITTED', 1, 'queued', 1],
    ['RUNNING', 1, 'running', 1],
    ['RUNNING', 2, 'retrying', 1],
    ['CANCEL_PENDING', 2, 'running', 2],
    ['COMPLETED', 3, 'succeeded', 3],
    ['FAILED', 3, 'failed', 3],
    ['CANCELLED', 1, 'cancelled', 1],
    ['SOMETHING_NEW', 1, 'unknown', 1],
  ])('%s in attempt %i is %s', async (state, currentAttemptCount, expected, told) => {
    const of = await account({ runs: [jobRun({ state, retryPolicyExecution: { currentAttemptCount } })] })
    expect(await of.platform.reader.run(THE_RUN, NEVER)).toMatchObject({ state: expected, attempt: told, maxAttempts: 3 }) // prettier-ignore
  })

  it('without a policy counts no attempts', async () => {
    const of = await account({ runs: [jobRun({ retryPolicyConfiguration: undefined, retryPolicyExecution: undefined })] }) // prettier-ignore
    expect(await of.platform.reader.run(THE_RUN, NEVER)).toMatchObject({ attempt: null, maxAttempts: null })
  })

  it.each([
    ['USER_ERROR', 'Job run failed. Main Spark container failed with ExitCode: 1'],
    ['INTERNAL_ERROR', 'Please contact support'],
    ['CLUSTER_UNAVAILABLE', 'The EKS cluster is not reachable'],
    ['VALIDATION_ERROR', 'The release label is not known'],
  ])('that failed for %s is told with the reason and its details', async (failureReason, stateDetails) => {
    const of = await account({
      runs: [jobRun({ state: 'FAILED', failureReason, stateDetails, finishedAt: iso(START + 60_000) })],
    })
    expect(await of.platform.reader.run(THE_RUN, NEVER)).toMatchObject({
      state: 'failed',
      stateText: `FAILED, ${failureReason}`,
      endedAt: new Date(START + 60_000),
      applicationId: `spark-${RUN}`,
      words: [{ text: `${failureReason}: ${stateDetails}`, from: `job run ${RUN}`, place: 'platform' }],
    })
  })

  it('is made of a release, an image, an entry point and settings, and arguments that are not shown', async () => {
    const of = await account()
    const run = await of.platform.reader.run(THE_RUN, NEVER)
    expect(run?.traits).toEqual({
      runtime: 'emr-7.1.0-latest',
      image: '1.dkr.ecr/etl:7',
      definition: expect.stringMatching(/^s3:\/\/code\/orders\.py, settings [0-9a-f]{12}$/),
      parameters: expect.stringMatching(/^4 arguments, [0-9a-f]{12}$/),
    })
    expect(run?.dates).toEqual({ date: '20261122' })
    expect(JSON.stringify(run)).not.toContain('dose-of-a-secret')
  })
})

describe('its logs', () => {
  it("are found by Spark's own id as well, and are the driver's, not another pod's", async () => {
    const of = await account()
    const tail = await of.platform.reader.log(runOf({ runId: `spark-${RUN}` }), 64 * 1024, NEVER)
    expect(tail?.text).toMatch(/it is over\n$/)
    expect(tail?.from).toContain(`s3://${CONTAINERS}/spark-${RUN}/spark-${RUN}-driver`)
  })

  it('are none while there is no driver, or where the run delivers none', async () => {
    const of = await account({ objects: driverLogs(`${CONTAINERS}/${RUN}-submitter`) })
    expect(await of.platform.reader.log(THE_RUN, 100, NEVER)).toBeNull()
    of.runs[0] = jobRun({ configurationOverrides: undefined })
    expect(await of.platform.reader.log(THE_RUN, 100, NEVER)).toBeNull()
    expect((await of.platform.reader.locate(THE_RUN, NEVER))?.unreached).toEqual([
      'event log: this run writes none to S3 that can be read from here',
    ])
  })

  it('of Spark are read where the configuration says, when the run does not', async () => {
    const of = await account({ config: { event_log: 's3://events/eks' } })
    of.runs[0] = jobRun({ configurationOverrides: undefined })
    expect(await of.platform.reader.locate(THE_RUN, NEVER)).toMatchObject({ foundAt: 'event-log' })
  })
})

it('is cancelled once; what has ended is not', async () => {
  const of = await account({ config: { actions: ['application.kill'] } })
  const { writer } = of.platform
  expect(await writer!.kill(`spark-${RUN}`, NEVER)).toEqual({ kind: 'accepted', detail: `EMR on EKS took the cancelling of job run ${RUN}.` }) // prettier-ignore
  expect(await writer!.kill(RUN, NEVER)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('ended already (CANCELLED)') }) // prettier-ignore
  expect(of.aws.asked.filter((call) => call === 'CancelJobRun')).toHaveLength(1)
  expect(of.aws.wrongs).toEqual([])
})

it('is started once more with what it was made of, under the key, while no other run of the job goes on', async () => {
  const of = await account({ config: { actions: ['run.rerun'] }, runs: [jobRun({ state: 'FAILED', executionRoleArn: 'arn:aws:iam::123456789012:role/etl', tags: { team: 'data', 'aws:stack': 'x' } })] }) // prettier-ignore
  const { writer, reader } = of.platform
  expect(await writer!.rerun(`spark-${RUN}`, 'act_1', NEVER)).toEqual({ kind: 'accepted', detail: `EMR on EKS took the starting of job run ${RUN} once more.`, made: '0000000320example91' }) // prettier-ignore
  const { jobDriver, configurationOverrides, name, releaseLabel, retryPolicyConfiguration, virtualClusterId } = jobRun() // prettier-ignore
  expect(of.started.get('act_1')).toEqual({ jobDriver, configurationOverrides, name, releaseLabel, retryPolicyConfiguration, virtualClusterId, clientToken: 'act_1', executionRoleArn: 'arn:aws:iam::123456789012:role/etl', tags: { team: 'data' } }) // prettier-ignore
  expect((await reader.runs('orders-daily-2026-11-22', 5, NEVER))[0]).toMatchObject({
    id: '0000000320example91',
    state: 'queued',
    key: 'act_1',
  })
  expect((await writer!.rerun(RUN, 'act_1', NEVER)).detail).toContain('is under way (PENDING)')
  of.aws.fault(/StartJobRun/, { kind: 'destroy' })
  of.runs.shift()
  expect(await writer!.rerun(RUN, 'act_2', NEVER)).toMatchObject({ kind: 'unknown' })
  expect(of.aws.asked.filter((call) => call === 'StartJobRun')).toHaveLength(2)
  expect(of.aws.wrongs).toEqual([])
})

it.each([
  [{ kind: 'html' }, 'ARR-502'],
  [{ kind: 'huge' }, 'ARR-502'],
  [{ kind: 'wrong' }, 'ARR-502'],
  [{ kind: 'login' }, 'ARR-502'],
  [{ kind: 'hang' }, 'ARR-501'],
  [{ kind: 'destroy' }, 'ARR-501'],
  [{ kind: 'refusal', status: 403, code: 'AccessDeniedException' }, 'ARR-506'],
] as const)('is bounded and honest over an older SDK, too: %j', async (fault, code) => {
  const of = await account({ config: { timeout_ms: fault.kind === 'hang' ? 1000 : 20_000 } })
  of.aws.fault(/DescribeJobRun/, fault)
  await expect(of.platform.reader.run(THE_RUN, NEVER)).rejects.toMatchObject({ code })
})

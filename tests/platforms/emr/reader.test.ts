// What EMR says of steps and clusters: how they stand, why they fail, what was lost below them, and where their logs are.
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { strongest } from '../../../src/diagnosis/failures/read.ts'
import { NEVER, runOf, stage } from '../support.ts'
import { driverLogs, rolled } from '../aws/logs.ts'
import { MINUTE, seconds } from '../aws/support.ts'
import {
  APP,
  ARGS,
  type Bench,
  CLUSTER,
  ROOT,
  START,
  STEP,
  bench,
  cluster,
  ended,
  objects,
  step,
} from './bench.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.close()
  open = null
})
async function account(...args: Parameters<typeof bench>): Promise<Bench> {
  open = await bench(...args)
  return open
}
const THE_STEP = runOf({ runId: STEP })
const one = (status: Record<string, unknown>, more: Record<string, unknown> = {}) => ({ steps: { [CLUSTER]: [step(status, more)] } }) // prettier-ignore

describe('how a step stands', () => {
  it.each([
    ['PENDING', 'queued'],
    ['RUNNING', 'running'],
    ['CANCEL_PENDING', 'running'],
    ['COMPLETED', 'succeeded'],
    ['CANCELLED', 'cancelled'],
    ['FAILED', 'failed'],
    ['INTERRUPTED', 'failed'],
    ['SOMETHING_NEW', 'unknown'],
  ])('%s is %s', async (state, expected) => {
    const of = await account(one(ended(state)))
    expect(await of.platform.reader.run(THE_STEP, NEVER)).toMatchObject({
      id: STEP,
      state: expected,
      stateText: `${state} (cluster RUNNING)`,
      attempt: null,
      maxAttempts: null,
      submittedAt: new Date(START - MINUTE),
      startedAt: new Date(START),
      endedAt: new Date(START + 10 * MINUTE),
    })
  })

  it("is told with YARN's id and what it is made of, without its arguments", async () => {
    const of = await account()
    const run = await of.platform.reader.run(THE_STEP, NEVER)
    expect(run).toMatchObject({
      applicationId: APP,
      jobName: 'orders-daily',
      unreached: [],
      traits: {
        runtime: 'emr-7.1.0',
        definition: expect.stringMatching(/^s3:\/\/code\/orders\.py, settings [0-9a-f]{12}$/),
        parameters: expect.stringMatching(/^4 arguments, [0-9a-f]{12}$/),
        node_type: 'CORE r5.2xlarge, MASTER m5.xlarge',
        nodes: '5',
      },
      dates: { date: '20261122' },
    })
    expect(JSON.stringify(run)).not.toContain('dose-of-a-secret')
    expect(of.aws.wrongs).toEqual([])
  })
})

describe('why a step failed', () => {
  it('is told by what EMR found in its log, and where', async () => {
    const FailureDetails = { Reason: 'Unknown Error.', Message: 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space', LogFile: 's3://logs/emr/stderr.gz' } // prettier-ignore
    const of = await account(one(ended('FAILED', { FailureDetails })))
    const words = (await of.platform.reader.run(THE_STEP, NEVER))!.words
    expect(words).toEqual([
      { text: FailureDetails.Message, from: `step ${STEP}, its failure, from s3://logs/emr/stderr.gz`, place: 'driver' },
    ]) // prettier-ignore
    expect(strongest(words)).toMatchObject({ cause: 'driver-oom' })
  })

  it('is told by the end of its cluster, where that was not in the ordinary way', async () => {
    const reason = { Code: 'BOOTSTRAP_FAILURE', Message: 'On the master instance (i-1), bootstrap action 1 returned a non-zero return code' } // prettier-ignore
    const of = await account({
      ...one(ended('CANCELLED')),
      clusters: [
        cluster({}, { State: 'TERMINATED_WITH_ERRORS', StateChangeReason: reason, ErrorDetails: [{ ErrorCode: 'BOOTSTRAP_FAILURE_BA_FAILED', ErrorMessage: 'script failed' }] }),
      ],
    }) // prettier-ignore
    expect(await of.platform.reader.run(THE_STEP, NEVER)).toMatchObject({
      stateText: 'CANCELLED (cluster TERMINATED_WITH_ERRORS)',
      words: [
        { text: `TERMINATED_WITH_ERRORS: BOOTSTRAP_FAILURE: ${reason.Message}`, from: `cluster ${CLUSTER}` },
        { text: 'BOOTSTRAP_FAILURE_BA_FAILED: script failed' },
      ],
    })
    for (const Code of ['ALL_STEPS_COMPLETED', 'USER_REQUEST', 'STEP_FAILURE']) {
      of.world.clusters[0] = cluster(
        {},
        { State: 'TERMINATED', StateChangeReason: { Code, Message: 'over' } },
      )
      expect((await of.platform.reader.run(THE_STEP, NEVER))?.words, Code).toEqual([])
    }
  })

  it('is told by instances that were lost while it ran, and by no other', async () => {
    const instance = (id: string, at: number, Code: string | undefined, more: Record<string, unknown> = {}) => ({
      Ec2InstanceId: id,
      InstanceType: 'r5.2xlarge',
      Market: 'SPOT',
      Status: { State: 'TERMINATED', StateChangeReason: { ...(Code === undefined ? {} : { Code }), Message: 'Instance was terminated.' }, Timeline: { EndDateTime: seconds(at) } },
      ...more,
    }) // prettier-ignore
    const of = await account({
      ...one(ended('FAILED')),
      instances: [
        instance('i-before', START - 60 * MINUTE, 'INSTANCE_FAILURE'),
        instance('i-lost', START + 9 * MINUTE, 'INSTANCE_FAILURE'),
        instance('i-scaled', START + 9 * MINUTE, undefined),
        instance('i-ended', START + 9 * MINUTE, 'CLUSTER_TERMINATED'),
        instance('i-bad', START + 8 * MINUTE, 'INTERNAL_ERROR', { Market: 'ON_DEMAND' }),
        instance('i-after', START + 60 * MINUTE, 'INSTANCE_FAILURE'),
      ],
    })
    const run = await of.platform.reader.run(THE_STEP, NEVER)
    expect(run?.words.map(({ text }) => text)).toEqual([
      `instance i-lost (SPOT r5.2xlarge) was lost at ${new Date(START + 9 * MINUTE).toISOString()}: INSTANCE_FAILURE: Instance was terminated.`,
      expect.stringMatching(/^instance i-bad \(ON_DEMAND r5\.2xlarge\) was lost at .*: INTERNAL_ERROR/),
    ])
    expect(await of.platform.reader.events(THE_STEP, 1, NEVER)).toEqual([
      {
        at: new Date(START + 9 * MINUTE),
        about: 'instance i-lost (SPOT r5.2xlarge)',
        reason: 'INSTANCE_FAILURE',
        text: 'INSTANCE_FAILURE: Instance was terminated.',
        count: 1,
        warning: true,
        link: 'https://eu-west-1.console.aws.amazon.com/emr/home?region=eu-west-1#/clusterDetails/j-1EXAMPLECLUSTER',
      },
    ])
    expect(await of.platform.reader.events(runOf({ runId: 's-0NOSUCHSTEP' }), 5, NEVER)).toEqual([])
  })

  it('and why it waits is told by groups and fleets that cannot get what they want', async () => {
    const StateChangeReason = { Code: 'INSTANCE_FAILURE', Message: 'There is insufficient capacity of r5.2xlarge' } // prettier-ignore
    const of = await account({
      ...one({ State: 'PENDING' }),
      groups: [
        { Id: 'ig-2', InstanceGroupType: 'CORE', Market: 'SPOT', InstanceType: 'r5.2xlarge', RequestedInstanceCount: 4, RunningInstanceCount: 1, Status: { State: 'SUSPENDED', StateChangeReason } },
      ],
      fleets: [
        { Id: 'if-1', InstanceFleetType: 'TASK', TargetOnDemandCapacity: 0, TargetSpotCapacity: 8, ProvisionedOnDemandCapacity: 0, ProvisionedSpotCapacity: 2, InstanceTypeSpecifications: [{ InstanceType: 'm5.xlarge' }, { InstanceType: 'm6.xlarge' }], Status: { State: 'SUSPENDED', StateChangeReason } },
      ],
    }) // prettier-ignore
    expect((await of.platform.reader.run(THE_STEP, NEVER))?.words).toEqual([
      {
        text: 'instance group CORE (SPOT r5.2xlarge) is SUSPENDED with 1 of 4: INSTANCE_FAILURE: There is insufficient capacity of r5.2xlarge',
        from: 'instance group CORE (SPOT r5.2xlarge)',
        place: 'platform',
      },
    ])
    of.world.clusters[0] = cluster({ InstanceCollectionType: 'INSTANCE_FLEET' })
    expect(await of.platform.reader.run(THE_STEP, NEVER)).toMatchObject({
      words: [{ text: expect.stringContaining('instance fleet TASK is SUSPENDED with 2 of 8') }],
      traits: { node_type: 'TASK m5.xlarge/m6.xlarge' },
    })
  })

  it('is told as far as it can be', async () => {
    const of = await account(one(ended('FAILED', { FailureDetails: { Reason: 'It failed', Message: 'so' } })))
    of.aws.fault(/DescribeCluster|ListInstance/, { kind: 'refusal', status: 400, code: 'AccessDeniedException' }) // prettier-ignore
    const run = await of.platform.reader.run(THE_STEP, NEVER)
    expect(run).toMatchObject({ state: 'failed', stateText: 'FAILED', words: [{ text: 'so' }, { text: 'It failed' }] }) // prettier-ignore
    expect(run?.unreached).toEqual([
      expect.stringMatching(/^cluster j-1EXAMPLECLUSTER: ARR-506/),
      expect.stringMatching(/^lost instances: ARR-506/),
    ])
  })
})

describe('which step is meant', () => {
  it('is looked for in the cluster that the alert names, if that is one of ours', async () => {
    const of = await account({ config: { clusters: { by: 'tags', tags: { team: 'data' } } } })
    expect((await of.platform.reader.run(runOf({ runId: STEP, cluster: CLUSTER }), NEVER))?.id).toBe(STEP)
    expect(of.aws.asked).not.toContain('ListClusters')
    of.world.clusters.push(cluster({ Id: 'j-2OTHER', Tags: [{ Key: 'team', Value: 'ads' }] }))
    of.world.steps['j-2OTHER'] = [step({}, { Id: 's-2OTHERSTEP' })]
    expect(await of.platform.reader.run(runOf({ runId: 's-2OTHERSTEP', cluster: 'j-2OTHER' }), NEVER)).toBeNull() // prettier-ignore
    expect(await of.platform.reader.run(runOf({ runId: 's-2OTHERSTEP' }), NEVER)).toBeNull()
    const byId = of.platformWith({})
    expect(await byId.reader.run(runOf({ runId: STEP, cluster: 'j-2OTHER' }), NEVER)).toBeNull()
  })

  it('is looked for in live clusters and in those that ended within a week, whose tags are remembered', async () => {
    const day = 24 * 60 * MINUTE
    const old = (id: string, days: number): Record<string, unknown> =>
      cluster({ Id: id }, { State: 'TERMINATED', StateChangeReason: { Code: 'ALL_STEPS_COMPLETED' }, Timeline: { CreationDateTime: seconds(Date.now() - days * day) } }) // prettier-ignore
    const of = await account({
      clusters: [cluster(), old('j-3YESTERDAY', 1), old('j-4LONGAGO', 9)],
      steps: { [CLUSTER]: [], 'j-3YESTERDAY': [step(ended('FAILED'))], 'j-4LONGAGO': [step({}, { Id: 's-4OLD' })] }, // prettier-ignore
      config: { clusters: { by: 'tags', tags: { team: 'data' } } },
    })
    const { reader } = of.platform
    expect((await reader.run(runOf({ jobName: 'orders-daily' }), NEVER))?.state).toBe('failed')
    const described = of.aws.asked.filter((call) => call === 'DescribeCluster').length
    expect(await reader.runs('orders-daily', 5, NEVER)).toHaveLength(1)
    expect(of.aws.asked.filter((call) => call === 'DescribeCluster')).toHaveLength(described)
  })

  it('by its name is the live one; a scheduler’s id leaves the name, Spark’s does not', async () => {
    const of = await account({ steps: { [CLUSTER]: [step(ended('FAILED'), { Id: 's-5LATER' }), step()] } })
    const { reader } = of.platform
    expect((await reader.run(runOf({ jobName: 'orders-daily', runId: 'scheduled__2026-11-22' }), NEVER))?.id).toBe(STEP) // prettier-ignore
    expect(await reader.run(runOf({ jobName: 'orders-daily', runId: 'app-20261122-0001' }), NEVER)).toBeNull()
  })
})

describe('its logs', () => {
  it("are the driver's container of the newest attempt in cluster mode, and the step's own in client mode", async () => {
    const of = await account()
    const tail = await of.platform.reader.log(THE_STEP, 64 * 1024, NEVER)
    expect(tail?.text).toMatch(/order 7 has no customer[\s\S]*the second attempt\n$/)
    expect(tail?.from).toMatch(/^the driver's container \(stdout\.gz, stderr\.gz\) in s3:\/\/logs\/emr\/j-1.*02_000001$/) // prettier-ignore
    of.world.steps[CLUSTER] = [step({}, { Config: { Jar: 'command-runner.jar', Args: ARGS.filter((word) => !['cluster', '--deploy-mode'].includes(word)) } })] // prettier-ignore
    const own = await of.platform.reader.log(THE_STEP, 64 * 1024, NEVER)
    expect(own?.text).toContain('Application report for')
    expect(own?.from).toContain(`the log of step ${STEP} (stderr.gz)`)
  })

  it('of an application are found by its id', async () => {
    const of = await account()
    expect((await of.platform.reader.log(runOf({ runId: APP }), 1000, NEVER))?.text).toMatch(/second attempt/)
    const app = await of.platform.reader.locate(runOf({ runId: APP }), NEVER)
    expect(app).toMatchObject({ id: APP, foundAt: 'event-log', sparkVersion: '3.5.9' })
    expect((await of.platform.reader.executors(app!, NEVER)).length).toBeGreaterThan(1)
    expect(await of.platform.reader.locate(runOf({ runId: 'application_1_0001' }), NEVER)).toBeNull()
  })

  it('are not there while the step has not begun, which is said', async () => {
    const of = await account({ ...one({ State: 'PENDING' }), objects: { 'logs/x': Buffer.alloc(1) } })
    expect(await of.platform.reader.log(THE_STEP, 1000, NEVER)).toBeNull()
    expect(await of.platform.reader.locate(THE_STEP, NEVER)).toMatchObject({
      state: 'waiting',
      foundAt: 'resource-manager',
      unreached: ['event log: the step names no application (yet)'],
    })
  })

  it('of Spark are read where the step says, else its cluster, else the configuration', async () => {
    const of = await account({
      clusters: [cluster({ Configurations: [] })],
      objects: { ...objects(), ...rolled('own/events', APP), ...rolled('configured/events', APP) },
      config: { event_log: 's3://configured/events' },
    })
    const read = (folder: string): boolean => of.aws.asked.some((call) => call.startsWith(`GetObject ${folder}/`)) // prettier-ignore
    await of.platform.reader.locate(THE_STEP, NEVER)
    expect([read('configured/events'), read('own/events')]).toEqual([true, false])
    of.world.steps[CLUSTER] = [step({}, { Config: { Args: ['spark-submit', '--conf', 'spark.eventLog.dir=s3://own/events', 's3://code/orders.py'] } })] // prettier-ignore
    await of.platform.reader.locate(THE_STEP, NEVER)
    expect(read('own/events')).toBe(true)
  })

  it('that are long are read at their beginning for the id alone', async () => {
    const of = await account({
      objects: { ...objects(), [`${ROOT}/steps/${STEP}/stderr.gz`]: gzipSync(`INFO Client: Submitted application ${APP}\n${Array.from({ length: 200_000 }, () => Math.random()).join('\n')}`, { level: 1 }) },
    }) // prettier-ignore
    expect((await of.platform.reader.run(THE_STEP, NEVER))?.applicationId).toBe(APP)
  })

  it('are looked at once for the id', async () => {
    const of = await account()
    for (const _ of [1, 2]) await of.platform.reader.run(THE_STEP, NEVER)
    expect(of.aws.asked.filter((call) => call.startsWith('GetObject'))).toHaveLength(1)
  })
})

describe('Spark itself', () => {
  const INFO = {
    id: APP,
    name: 'orders',
    attempts: [{ attemptId: '2', startTime: '2026-11-22T10:00:00.000GMT', endTime: '1969-12-31T23:59:59.999GMT', completed: false, sparkUser: 'hadoop', appSparkVersion: '3.5.1-amzn-0' }],
  } // prettier-ignore

  it('tells of an application that a step named, in a History Server', async () => {
    const history = await stage((_method, url) => {
      if (url.pathname === `/api/v1/applications/${APP}`) return { body: JSON.stringify(INFO) }
      if (url.pathname === `/api/v1/applications/${APP}/2/allexecutors`) return { body: '[]' }
      return { status: 404, body: '{}' }
    })
    try {
      const of = await account({ config: { history_url: history.url } })
      const app = await of.platform.reader.locate(THE_STEP, NEVER)
      expect(app).toMatchObject({
        id: STEP,
        state: 'running',
        foundAt: 'history',
        sparkVersion: '3.5.1-amzn-0',
        apiUrl: `${history.url}/api/v1/applications/${APP}/2`,
        unreached: [],
      })
      expect(await of.platform.reader.executors(app!, NEVER)).toEqual([])
      expect(of.aws.asked.some((call) => call.startsWith('GetObject events/'))).toBe(false)
      expect(of.platform.reader.capabilities.has('sql')).toBe(true)
    } finally {
      await history.close()
    }
  })

  it('that does not answer leaves its event log, and says so', async () => {
    const of = await account({ config: { yarn: { rm_urls: ['http://127.0.0.1:1'] } } })
    const app = await of.platform.reader.locate(THE_STEP, NEVER)
    expect(app).toMatchObject({ id: STEP, foundAt: 'event-log' })
    expect(app?.unreached).toEqual([expect.stringMatching(/^Spark: ARR-501/)])
    await expect(of.platform.reader.check(NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
    expect(driverLogs('a')).toBeDefined()
  })
})

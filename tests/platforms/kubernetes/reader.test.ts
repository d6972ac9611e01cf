// Runs on Kubernetes as pods and operators tell them: which one is meant, why it waits, failed, is tried again.
import { afterEach, describe, expect, it } from 'vitest'
import { application } from '../../../src/diagnosis/probes/application.ts'
import { strongest } from '../../../src/diagnosis/failures/read.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { NEVER, type Stage, runOf, stage } from '../support.ts'
import { contextOf } from '../../diagnosis/support.ts'
import {
  type Bench,
  IMAGE,
  NS,
  ago,
  apacheApp,
  bench,
  driverPod,
  event,
  executorPod,
  kubeflowApp,
} from './bench.ts'
import type { StandIn, StandInOptions } from './stand-in.ts'

let open: Bench | null = null
let other: Stage | null = null
afterEach(async () => {
  await open?.cluster.close()
  await other?.close()
  open = null
  other = null
})

async function begin(
  more: Record<string, unknown> = {},
  options: StandInOptions = {},
): Promise<{ cluster: StandIn; reader: PlatformReader }> {
  open = await bench(options)
  return { cluster: open.cluster, reader: open.platformWith(more).reader }
}

const OF_ORDERS = { 'sparkoperator.k8s.io/app-name': 'orders' }
const ID = 'spark-3f1a'

describe('which run is meant', () => {
  it('by Spark’s id: the pod that bears it, with its SparkApplication', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const app = kubeflowApp('orders')
    cluster.put('kubeflow', app)
    cluster.pods.push(driverPod({ name: 'orders-driver', labels: OF_ORDERS, owner: app }))
    const run = await reader.run(runOf({ runId: ID }), NEVER)
    expect(run).toMatchObject({
      id: ID,
      jobName: 'orders',
      state: 'running',
      stateText: 'RUNNING, driver pod Running',
    })
  })

  it('P10: what is no value of a label is never sent', async () => {
    const { cluster, reader } = await begin()
    for (const runId of [
      'a,spark-role=executor',
      'x=y',
      '../../secrets',
      'a b',
      'etl/../x',
      'kube-system/a',
      '',
    ]) {
      expect(await reader.run(runOf({ runId }), NEVER)).toBeNull()
      expect(await reader.locate(runOf({ runId }), NEVER)).toBeNull()
    }
    expect(cluster.asked).toEqual([])
  })

  it('by job name: the one that lives, else the newest', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const ended = { applicationState: { state: 'COMPLETED' }, sparkApplicationId: 'spark-1' }
    const labels = { 'sparkoperator.k8s.io/scheduled-app-name': 'orders' }
    cluster.put(
      'kubeflow',
      kubeflowApp('orders-1', { status: ended, metadata: { labels, creationTimestamp: ago(60) } }),
    )
    cluster.put(
      'kubeflow',
      kubeflowApp('orders-2', {
        status: { ...ended, sparkApplicationId: 'spark-2' },
        metadata: { labels, creationTimestamp: ago(30) },
      }),
    )
    expect((await reader.run(runOf({ jobName: 'orders' }), NEVER))?.id).toBe('spark-2')
    cluster.put('kubeflow', kubeflowApp('orders-0', { metadata: { labels, creationTimestamp: ago(90) } }))
    expect((await reader.run(runOf({ jobName: 'orders' }), NEVER))?.id).toBe(ID)
    expect((await reader.runs('orders', 9, NEVER)).map(({ id }) => id)).toEqual(['spark-2', 'spark-1', ID])
    // Its own name is a name of it, too.
    expect((await reader.run(runOf({ jobName: 'orders-1' }), NEVER))?.id).toBe('spark-1')
  })

  it('by namespace and name, where there is no id of Spark’s yet', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const errorMessage =
      'failed to run spark-submit: exit status 1: Exception in thread "main" java.io.FileNotFoundException'
    cluster.put(
      'kubeflow',
      kubeflowApp('orders', {
        status: {
          applicationState: { state: 'SUBMISSION_FAILED', errorMessage },
          sparkApplicationId: '',
          driverInfo: {},
          executionAttempts: 0,
        },
      }),
    )
    const run = await reader.run(runOf({ jobName: 'orders' }), NEVER)
    expect(run).toMatchObject({
      id: expect.stringMatching(/^etl\/orders@uid-/),
      state: 'failed',
      applicationId: null,
      attempt: null,
    })
    expect(await reader.run(runOf({ runId: `${NS}/orders` }), NEVER)).toEqual(run)
  })

  it('a namesake that was made later does not own the pods of its predecessor', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const old = kubeflowApp('orders')
    cluster.put('kubeflow', kubeflowApp('orders', { status: { sparkApplicationId: 'spark-new' } }))
    cluster.pods.push(driverPod({ name: 'orders-driver', labels: OF_ORDERS, owner: old, phase: 'Failed' }))
    expect(await reader.run(runOf({ runId: ID }), NEVER)).toMatchObject({ id: ID, state: 'failed' })
    expect(await reader.run(runOf({ runId: 'spark-new' }), NEVER)).toMatchObject({ state: 'running' })
  })

  it('an alert’s namespace narrows where it is looked for', async () => {
    const { cluster, reader } = await begin({ namespaces: [NS, 'reports'], operator: 'none' })
    await reader.run(runOf({ jobName: 'orders', cluster: 'reports' }), NEVER)
    expect(cluster.asked).toEqual([
      'GET /api/v1/namespaces/reports/pods?labelSelector=spark-role%3Ddriver&limit=500',
    ])
  })
})

describe('lists', () => {
  it('are read page by page', async () => {
    const { cluster, reader } = await begin({ operator: 'none' })
    cluster.pageSize = 2
    for (let i = 0; i < 7; i += 1)
      cluster.pods.push(driverPod({ name: `orders-${i}-driver`, appId: `spark-${i}` }))
    expect(await reader.runs('orders-daily', 100, NEVER)).toHaveLength(7)
    expect(cluster.asked).toHaveLength(4)
  })

  it('of which the token ended under way (410) are taken as far as they were read', async () => {
    const { cluster, reader } = await begin({ operator: 'none' })
    cluster.pageSize = 2
    for (let i = 0; i < 7; i += 1)
      cluster.pods.push(driverPod({ name: `orders-${i}-driver`, appId: `spark-${i}` }))
    let asked = 0
    cluster.interfere = () => {
      asked += 1
      if (asked === 3) cluster.expireTokens()
      return false
    }
    expect(await reader.runs('orders-daily', 100, NEVER)).toHaveLength(4)
  })
})

describe('why a run waits', () => {
  it('its driver finds no node: the scheduler’s words, the quota, the queue', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const app = kubeflowApp('orders', {
      status: { applicationState: { state: 'SUBMITTED' } },
      metadata: { creationTimestamp: ago(40), labels: { 'kueue.x-k8s.io/queue-name': 'etl' } },
    })
    cluster.put('kubeflow', app)
    const message = '0/5 nodes are available: 5 Insufficient cpu.'
    cluster.pods.push(
      driverPod({
        name: 'orders-driver',
        labels: OF_ORDERS,
        owner: app,
        phase: 'Pending',
        status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
      }),
    )
    cluster.quotas.push({
      metadata: { name: 'compute', namespace: NS },
      status: { hard: { 'requests.cpu': '10', pods: '50' }, used: { 'requests.cpu': '9800m', pods: '3' } },
    })
    const run = await reader.run(runOf({ jobName: 'orders' }), NEVER)
    expect(run).toMatchObject({ state: 'queued', queue: 'etl', startedAt: null })
    expect(run?.words.map(({ text }) => text)).toEqual([
      `Unschedulable: ${message}`,
      'ResourceQuota compute is used up: requests.cpu 9800m of 10',
    ])
    expect(strongest(run!.words)?.mode.id).toBe('F12')
  })

  it('its pods are not made: what the namespace refuses is an event', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const app = kubeflowApp('orders', { status: { executorState: { 'orders-5e1-exec-1': 'PENDING' } } })
    cluster.put('kubeflow', app)
    cluster.pods.push(driverPod({ name: 'orders-driver', labels: OF_ORDERS, owner: app }))
    const text = 'pods "orders-5e1-exec-4" is forbidden: exceeded quota: compute, requested: requests.cpu=1'
    cluster.events.push(event('orders-5e1-exec-4', 'FailedCreate', text, { count: 12 }))
    cluster.events.push(event('somebody-else-exec-4', 'FailedCreate', 'not ours'))
    const run = await reader.run(runOf({ runId: ID }), NEVER)
    expect(run?.words).toEqual([
      {
        text: `FailedCreate: ${text}`,
        from: 'event about Pod orders-5e1-exec-4, 12 times',
        place: 'container',
        link: `${cluster.url}/api/v1/namespaces/etl/events?fieldSelector=involvedObject.kind%3DPod%2CinvolvedObject.name%3Dorders-5e1-exec-4%2Creason%3DFailedCreate`,
      },
    ])
    expect(strongest(run!.words)?.mode.id).toBe('F12')
  })
})

describe('why a run failed', () => {
  it('OOMKilled: the operator’s words and the container’s, and the driver is named', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const app = kubeflowApp('orders', {
      status: {
        applicationState: {
          state: 'FAILED',
          errorMessage: 'driver container failed with ExitCode: 137, Reason: OOMKilled',
        },
        terminationTime: ago(1).toISOString(),
      },
    })
    cluster.put('kubeflow', app)
    cluster.pods.push(
      driverPod({
        name: 'orders-driver',
        labels: OF_ORDERS,
        owner: app,
        phase: 'Failed',
        container: { state: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(1) } } },
      }),
    )
    const run = await reader.run(runOf({ runId: ID }), NEVER)
    expect(run).toMatchObject({ state: 'failed', attempt: 1, maxAttempts: 1, endedAt: expect.any(Date) })
    expect(run?.words.map(({ place }) => place)).toEqual(['platform', 'container'])
    expect(strongest(run!.words)?.mode.id).toBe('F01')
  })

  it('executors’ ends are told as long as their pods are there, and events about those that are gone', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod())
    cluster.pods.push(
      executorPod('orders-daily-01-exec-1', {
        phase: 'Failed',
        container: { state: { terminated: { exitCode: 52, reason: 'Error' } } },
      }),
    )
    cluster.events.push(event('orders-daily-01-exec-2', 'Evicted', 'The node was low on resource: memory.'))
    const run = await reader.run(runOf({ runId: ID }), NEVER)
    expect(run?.words.map(({ from }) => from)).toEqual([
      'container spark-kubernetes-executor of pod orders-daily-01-exec-1',
      'event about Pod orders-daily-01-exec-2',
    ])
    expect(strongest(run!.words)?.mode.id).toBe('F11')
  })

  it('an attempt that is tried again is told as such by both operators', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow', 'apache'] })
    cluster.put(
      'kubeflow',
      kubeflowApp('orders', {
        status: { applicationState: { state: 'PENDING_RERUN' }, sparkApplicationId: '' },
        spec: { restartPolicy: { type: 'OnFailure', onFailureRetries: 3 } },
      }),
    )
    cluster.put(
      'apache',
      apacheApp('refunds', {
        status: {
          currentState: {
            currentStateSummary: 'ScheduledToRestart',
            lastTransitionTime: ago(1).toISOString(),
            message: '',
          },
          currentAttemptSummary: { attemptInfo: { id: 1, restartCounter: 1 } },
        },
        spec: {
          applicationTolerations: { restartConfig: { restartPolicy: 'OnFailure', maxRestartAttempts: 3 } },
        },
      }),
    )
    expect(await reader.run(runOf({ jobName: 'orders' }), NEVER)).toMatchObject({
      state: 'retrying',
      attempt: 1,
      maxAttempts: 4,
      endedAt: null,
    })
    expect(await reader.run(runOf({ jobName: 'refunds' }), NEVER)).toMatchObject({
      state: 'retrying',
      attempt: 1,
      maxAttempts: 4,
    })
  })

  it('what may be told apart from the last good run: image, version, definition, commit', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    cluster.put('kubeflow', kubeflowApp('orders', { metadata: { annotations: { 'git-commit': '7f3a2c1' } } }))
    const run = await reader.run(runOf({ jobName: 'orders' }), NEVER)
    expect(run?.traits).toEqual({
      commit: '7f3a2c1',
      image: IMAGE,
      spark_version: '4.1.0',
      definition: expect.stringMatching(/^[0-9a-f]{12}$/),
    })
  })
})

it.each(['latest', 'prod', '1.4.2'])(
  'an image under the tag %s is told with the digest of what its driver runs',
  async (tag) => {
    const { cluster, reader } = await begin({})
    const digest = `sha256:${'a'.repeat(64)}`
    const image = `registry.example.com/orders:${tag}`
    cluster.pods.push(driverPod({ image, container: { imageID: `registry.example.com/orders@${digest}` } }))
    const run = await reader.run(runOf({ runId: ID }), NEVER)
    expect(run?.traits?.image).toBe(`${image}@${digest}`)
  },
)

describe('of which data', () => {
  it('is told by labels and arguments of its SparkApplication, of either operator', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow', 'apache'] })
    cluster.put('kubeflow', kubeflowApp('orders', { spec: { arguments: ['--date=2026-11-22'] } }))
    cluster.put(
      'apache',
      apacheApp('refunds', {
        metadata: { labels: { run_id: 'scheduled__2026-11-21T0000000000-9f' } },
        spec: { driverArgs: ['--dt', '20261122'] },
      }),
    )
    const dates = async (jobName: string): Promise<unknown> =>
      (await reader.run(runOf({ jobName }), NEVER))?.dates
    expect(await dates('orders')).toEqual({ date: '20261122' })
    expect(await dates('refunds')).toEqual({ logical_date: '202611210000', dt: '20261122' })
  })
})

describe('locating', () => {
  it('says where: without a way to the driver and a History Server only Kubernetes remembers it', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod())
    const found = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(found).toMatchObject({
      id: ID, name: 'orders-daily', state: 'running', foundAt: 'cluster', apiUrl: null, sparkVersion: '4.1.0',
      unreached: [expect.stringMatching(/^driver UI: .*error trying to reach service/)],
    }) // prettier-ignore
    const { outputs } = await application.run(undefined, {
      ...contextOf({}),
      reader,
      run: runOf({ runId: ID }),
    })
    expect(outputs['unreachable']).toBe(true)
    await expect(reader.executors(found!, NEVER)).rejects.toMatchObject({
      code: 'ARR-501',
      message: /keeps no details/,
    })
  })

  it('does not ask a driver’s UI where that is not wanted', async () => {
    const { cluster, reader } = await begin({ driver_ui: 'none' })
    cluster.pods.push(driverPod())
    expect(await reader.locate(runOf({ runId: ID }), NEVER)).toMatchObject({ unreached: [] })
    expect(cluster.asked.filter((one) => one.includes('proxy'))).toEqual([])
    expect(reader.capabilities.has('stages')).toBe(false)
    expect(reader.capabilities.has('threads')).toBe(false)
  })

  it('of a driver whose proxy we may not use says so, and goes on', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod())
    cluster.denied.add('get pods/proxy')
    const found = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(found?.foundAt).toBe('cluster')
    expect(found?.unreached[0]).toMatch(/cannot get resource "pods\/proxy"/)
  })

  it('a driver that somebody ended is killed, though another replica saw it first', async () => {
    // This replica has no memory of it: the History Server's environment says whose pod it was.
    const { cluster, reader } = await begin({ operator: 'none' })
    cluster.events.push(
      event('orders-driver', 'Killing', 'Stopping container spark-kubernetes-driver', { type: 'Normal' }),
    )
    const attempts = [
      {
        attemptId: '1',
        startTime: '2026-11-22T14:00:00.000GMT',
        endTime: '2026-11-22T14:20:00.000GMT',
        completed: true,
      },
    ]
    const environment = {
      sparkProperties: [
        ['spark.kubernetes.namespace', NS],
        ['spark.kubernetes.driver.pod.name', 'orders-driver'],
      ],
    }
    other = await stage((_method, { pathname }) => ({
      body: JSON.stringify(
        pathname.endsWith('/environment')
          ? environment
          : pathname.endsWith('/jobs')
            ? [{ jobId: 0, status: 'SUCCEEDED' }]
            : { id: ID, name: 'orders', attempts },
      ),
    }))
    const again = open!.platformWith({ operator: 'none', history_url: other.url }).reader
    expect(await again.locate(runOf({ runId: ID }), NEVER)).toMatchObject({
      state: 'killed',
      foundAt: 'history',
    })
    cluster.events.length = 0
    expect(await again.locate(runOf({ runId: ID }), NEVER)).toMatchObject({
      state: 'finished',
      unreached: [],
    })
    expect(await reader.locate(runOf({ runId: ID }), NEVER)).toBeNull()
  })
})

describe('the log', () => {
  it('is the last one’s of a container that was started again', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(
      driverPod({ container: { restartCount: 1, lastState: { terminated: { exitCode: 1 } } } }),
    )
    cluster.logs.set('orders-daily-0123456789abcdef-driver', 'begins anew\n')
    cluster.logs.set('orders-daily-0123456789abcdef-driver previous', 'Exception in thread "main"\n')
    const log = await reader.log(runOf({ runId: ID }), 1000, NEVER)
    expect(log).toMatchObject({ text: 'Exception in thread "main"\n', whose: 'driver', cut: false })
    expect(log?.from).toContain('before its last restart')
  })

  it('is none while the container waits', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(
      driverPod({ phase: 'Pending', container: { state: { waiting: { reason: 'ImagePullBackOff' } } } }),
    )
    cluster.logs.set('orders-daily-0123456789abcdef-driver', 'x')
    expect(await reader.log(runOf({ runId: ID }), 1000, NEVER)).toBeNull()
  })

  it('has its end even where lines are a megabyte each', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod())
    cluster.logs.set(
      'orders-daily-0123456789abcdef-driver',
      `${`${'x'.repeat(1_000_000)}\n`.repeat(12)}the end 🔥\n`,
    )
    const log = await reader.log(runOf({ runId: ID }), 100, NEVER)
    expect(log?.cut).toBe(true)
    expect(log?.text.endsWith('the end 🔥\n')).toBe(true)
    expect(Buffer.byteLength(log!.text)).toBeLessThanOrEqual(100)
  })

  it('is refused in Kubernetes’ words', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod())
    cluster.denied.add('get pods/log')
    await expect(reader.log(runOf({ runId: ID }), 100, NEVER)).rejects.toMatchObject({
      code: 'ARR-506',
      message: /User "system:serviceaccount:ops:arrestor" cannot get resource "pods\/log"/,
    })
  })
})

describe('containers and events', () => {
  it('are the driver’s and its executors’, and nobody else’s', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(
      driverPod(),
      executorPod('orders-daily-01-exec-1', { phase: 'Pending' }),
      executorPod('other-exec-1', { appId: 'spark-other' }),
    )
    expect(
      (await reader.containers(runOf({ runId: ID }), NEVER)).map(({ id, role, state }) => [id, role, state]),
    ).toEqual([
      ['orders-daily-0123456789abcdef-driver', 'driver', 'running'],
      ['orders-daily-01-exec-1', 'executor', 'waiting'],
    ])
    expect(await reader.containers(runOf({ runId: 'spark-none' }), NEVER)).toEqual([])
  })

  it('come newest first and no more than asked for, of both APIs that write them', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const app = kubeflowApp('orders')
    cluster.put('kubeflow', app)
    cluster.pods.push(driverPod({ name: 'orders-driver', labels: OF_ORDERS, owner: app }))
    const about = { kind: 'SparkApplication', name: 'orders', namespace: NS }
    cluster.events.push(
      event('orders-driver', 'Scheduled', 'assigned to node-a', { type: 'Normal', lastTimestamp: ago(9) }),
      // events.k8s.io leaves the old fields out.
      event('orders', 'SparkExecutorFailed', 'Executor failed', {
        involvedObject: { ...about, uid: app.metadata.uid! },
        count: undefined!,
        lastTimestamp: undefined!,
        eventTime: ago(4),
        series: { count: 3, lastObservedTime: ago(1) },
      }),
      event('orders', 'SparkApplicationFailed', 'of a namesake', {
        involvedObject: { ...about, uid: 'another' },
      }),
    )
    const events = await reader.events(runOf({ runId: ID }), 10, NEVER)
    expect(events).toMatchObject([
      { about: 'SparkApplication orders', reason: 'SparkExecutorFailed', count: 3, warning: true },
      { about: 'Pod orders-driver', reason: 'Scheduled', count: 1, warning: false },
    ])
    expect(await reader.events(runOf({ runId: ID }), 1, NEVER)).toHaveLength(1)
  })
})

describe('doctor', () => {
  it('says which namespaces may be read, what is lacking, and which operator is there', async () => {
    const { cluster, reader } = await begin({ namespaces: [NS, 'reports'] }, { installed: ['kubeflow'] })
    expect(await reader.check(NEVER)).toBe(
      'Kubernetes v1.34.1 lets us read etl, reports; SparkApplications of kubeflow can be read, apache is not there; no History Server is configured.',
    )
    cluster.denied.add('list resourcequotas').add('list sparkapplications')
    expect(await reader.check(NEVER)).toMatch(
      /but not resourcequotas of etl, resourcequotas of reports; SparkApplications of kubeflow may not be read, or it is not there/,
    )
    cluster.denied.add('list pods')
    await expect(reader.check(NEVER)).rejects.toMatchObject({
      code: 'ARR-506',
      message: /cannot list resource "pods"/,
    })
  })
})

describe('an operator that may not be read', () => {
  it('where it is only looked for is told with what it may hide; where it is named it is an error', async () => {
    const { cluster, reader } = await begin({}, { installed: ['kubeflow'] })
    const app = kubeflowApp('orders')
    cluster.put('kubeflow', app)
    cluster.pods.push(driverPod({ name: 'orders-driver', labels: OF_ORDERS, owner: app }))
    cluster.denied.add('get sparkapplications').add('list sparkapplications')
    expect(await reader.run(runOf({ runId: ID }), NEVER)).toMatchObject({
      state: 'running',
      unreached: [expect.stringMatching(/^SparkApplications of kubeflow: .*cannot get resource/)],
    })
    const strict = open!.platformWith({ operator: 'kubeflow' }).reader
    await expect(strict.run(runOf({ runId: ID }), NEVER)).rejects.toMatchObject({ code: 'ARR-506' })
  })
})

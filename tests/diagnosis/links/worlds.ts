// Worlds in which something is wrong, for every kind of platform: its own stand-in, and a run that failed or hangs there.
import type { Run } from '../../../src/alerts/model.ts'
import type { Deployment } from '../../../src/incidents/deployments.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import * as databricks from '../../platforms/databricks/bench.ts'
import * as dataproc from '../../platforms/dataproc/bench.ts'
import * as emr from '../../platforms/emr/bench.ts'
import * as eks from '../../platforms/emr-on-eks/bench.ts'
import * as serverless from '../../platforms/emr-serverless/bench.ts'
import { seconds } from '../../platforms/aws/support.ts'
import { NS, ago, bench as kubernetes, driverPod, event, executorPod, kubeflowApp } from '../../platforms/kubernetes/bench.ts' // prettier-ignore
import { TOKEN } from '../../platforms/kubernetes/stand-in.ts'
import { createLivy } from '../../platforms/livy/server.ts'
import { platformOf, runOf } from '../../platforms/support.ts'
import { proxied } from '../../platforms/yarn/proxied.ts'
import { IDS } from '../../platforms/yarn/server.ts'

export interface World {
  readonly reader: PlatformReader
  readonly run: Run
  /** What stands on this machine and can be opened, and with which headers. */
  readonly servers: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** Markers of what was deployed, more than a sentence holds: one has a page of its own. */
export const DEPLOYED: readonly Deployment[] = [null, 'https://ci.example.com/builds/7', null, null, null, null].map((url, at) => ({
  sender: 'ci',
  externalId: `build-${7 + at}`,
  team: 'data',
  platform: 'batch',
  jobNames: [],
  what: 'deploy',
  commit: '4f9c2d1b7a',
  image: null,
  version: null,
  summary: null,
  by: 'alice',
  url,
  at: ago(30 + at),
  receivedAt: ago(30 + at),
})) // prettier-ignore

async function standalone(): Promise<World> {
  const replay = await createSparkReplay({ port: 0 })
  replay.start('executor-oom')
  const { appId } = replay.start('executor-oom')
  replay.setWorkersAlive(false)
  const { reader } = platformOf({ master_url: replay.masterUrl, history_url: replay.historyUrl })
  return { reader, run: runOf({ runId: appId }), servers: [replay.masterUrl], close: () => replay.close() }
}

/** A ResourceManager; the driver of `waiting`, which runs here, is behind its proxy. */
async function yarn(runId: string, runs = false): Promise<World> {
  const { url, close } = await proxied('executor-oom', IDS.waiting, runs)
  const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], job_history_url: url })
  return { reader, run: runOf({ runId }), servers: [url], close }
}

/** An application of the kubeflow operator: one executor over its limit, one that finds no node, a namespace used up. */
async function onKubernetes(driver: 'running' | 'failed'): Promise<World> {
  const replay = await createSparkReplay({ port: 0, line: '3.5' })
  const { appId, name } = replay.start('executor-oom')
  const { cluster, platformWith } = await kubernetes({ installed: ['kubeflow'] })
  const over = driver === 'failed'
  const app = kubeflowApp(name, {
    status: {
      sparkApplicationId: appId,
      ...(over ? { applicationState: { state: 'FAILED', errorMessage: 'driver container failed with ExitCode: 137, Reason: OOMKilled' }, terminationTime: ago(1).toISOString() } : {}),
    },
  }) // prettier-ignore
  cluster.put('kubeflow', app)
  const labels = { 'spark-app-name': name, 'sparkoperator.k8s.io/app-name': name }
  const terminated = { exitCode: 137, reason: 'OOMKilled', startedAt: ago(9), finishedAt: ago(1) }
  const pod = driverPod({
    name: `${name}-driver`,
    appId,
    labels,
    owner: app,
    ...(over ? { phase: 'Failed', container: { state: { terminated } } } : {}),
  })
  const unplaced = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient memory.' } // prettier-ignore
  cluster.pods.push(
    pod,
    executorPod(`${name}-exec-1`, { appId, labels, phase: 'Failed', container: { state: { terminated } } }),
    executorPod(`${name}-exec-2`, { appId, labels }),
    executorPod(`${name}-exec-3`, { appId, labels, phase: 'Pending', status: { phase: 'Pending', conditions: [unplaced] } }), // prettier-ignore
  )
  cluster.events.push(
    event(`${name}-exec-3`, 'FailedScheduling', '0/3 nodes are available: 3 Insufficient memory.', { count: 7 }), // prettier-ignore
    event(`${name}-exec-3`, 'FailedMount', 'MountVolume.SetUp failed for volume "scratch"', { count: 2 }),
    event('another-pod', 'BackOff', 'Back-off restarting failed container', { count: 40 }),
  )
  cluster.quotas.push({
    metadata: { name: 'etl-quota', namespace: NS },
    status: { hard: { 'requests.memory': '64Gi' }, used: { 'requests.memory': '64Gi' } },
  })
  if (!over) cluster.uis.set(`${name}-driver`, replay.uiUrl(appId))
  cluster.logs.set(
    `${name}-driver`,
    'INFO SparkContext: Running\njava.lang.OutOfMemoryError: Java heap space\n',
  )
  return {
    reader: platformWith({ operator: 'kubeflow', history_url: replay.historyUrl }).reader,
    run: runOf({ runId: appId }),
    servers: [cluster.url, replay.historyUrl],
    headers: { authorization: `Bearer ${TOKEN}` },
    async close() {
      await replay.close()
      await cluster.close()
    },
  }
}

/** Submitted a while before its pod was made, and still without a node. */
async function waitingOnKubernetes(): Promise<World> {
  const { cluster, platform } = await kubernetes({ installed: ['kubeflow'] })
  const app = kubeflowApp('orders', { status: { applicationState: { state: 'SUBMITTED' } } })
  cluster.put('kubeflow', app)
  const unplaced = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient cpu.' } // prettier-ignore
  const labels = { 'sparkoperator.k8s.io/app-name': 'orders' }
  cluster.pods.push(driverPod({ name: 'orders-driver', labels, owner: app, phase: 'Pending', status: { phase: 'Pending', conditions: [unplaced] } })) // prettier-ignore
  cluster.events.push(event('orders-driver', 'FailedScheduling', unplaced.message, { count: 12 }))
  return {
    reader: platform.reader,
    run: runOf({ runId: 'spark-3f1a' }),
    servers: [cluster.url],
    headers: { authorization: `Bearer ${TOKEN}` },
    close: () => cluster.close(),
  }
}

async function onDatabricks(): Promise<World> {
  const failed = databricks.run({ ...databricks.FAILED, end_time: Date.now(), tasks: [databricks.task('load', databricks.FAILED)] }) // prettier-ignore
  const history = databricks.workspace().runs.slice(1)
  const { databricks: served, platform, close } = await databricks.bench({ runs: [failed, ...history] })
  const headers = { authorization: 'Bearer dapi-reader' }
  return { reader: platform.reader, run: runOf({ runId: String(databricks.RUN) }), servers: [served.url], headers, close } // prettier-ignore
}

/** Clouds' consoles are not on this machine: their addresses are looked at and not opened. */
async function onDataproc(): Promise<World> {
  const failed = {
    state: 'ERROR',
    details: 'Job failed with exit code 1',
    stateStartTime: dataproc.iso(Date.now()),
  }
  const served = await dataproc.bench()
  served.google.jobs[0] = dataproc.job({ status: failed })
  return { reader: served.platform.reader, run: runOf({ runId: dataproc.JOB }), servers: [], close: () => served.close() } // prettier-ignore
}

async function onEmr(): Promise<World> {
  const served = await emr.bench({
    instances: [
      {
        Ec2InstanceId: 'i-1',
        Market: 'SPOT',
        InstanceType: 'r5.2xlarge',
        Status: {
          State: 'TERMINATED',
          StateChangeReason: { Code: 'INSTANCE_FAILURE', Message: 'the spot instance was interrupted' },
          Timeline: { EndDateTime: seconds(emr.START + 60_000) },
        },
      },
    ],
  })
  served.world.steps[emr.CLUSTER]![0] = emr.step(emr.ended('FAILED', { FailureDetails: { Reason: 'Unknown Error.', Message: 'exit code 137' } })) // prettier-ignore
  return {
    reader: served.platform.reader,
    run: runOf({ runId: emr.STEP }),
    servers: [],
    close: () => served.close(),
  }
}

async function onLiveEmr(): Promise<World> {
  const rm = await proxied('executor-oom', emr.APP)
  const served = await emr.bench({ config: { yarn: { rm_urls: [rm.url] } } })
  return {
    reader: served.platform.reader,
    run: runOf({ runId: emr.STEP }),
    servers: [rm.url],
    async close() {
      await served.close()
      await rm.close()
    },
  }
}

async function onServerless(): Promise<World> {
  const served = await serverless.bench()
  Object.assign(served.runs[0]!, {
    state: 'FAILED',
    stateDetails: 'exit code 137',
    endedAt: seconds(Date.now()),
  })
  return { reader: served.platform.reader, run: runOf({ runId: serverless.RUN }), servers: [], close: () => served.close() } // prettier-ignore
}

async function onEks(): Promise<World> {
  const served = await eks.bench()
  Object.assign(served.runs[0]!, { state: 'FAILED', stateDetails: 'exit code 137', failureReason: 'USER_ERROR', finishedAt: new Date().toISOString() }) // prettier-ignore
  return {
    reader: served.platform.reader,
    run: runOf({ runId: eks.RUN }),
    servers: [],
    close: () => served.close(),
  }
}

async function onLivy(): Promise<World> {
  const livy = await createLivy()
  const log = ['stdout: ', 'stderr: ', 'java.lang.OutOfMemoryError: Java heap space']
  livy.batches.push({ id: 7, name: 'orders-daily', appId: IDS.failed, state: 'dead', log })
  const { reader } = platformOf({ kind: 'livy', livy_url: livy.url })
  return { reader, run: runOf({ runId: 'batch-7' }), servers: [livy.url], close: () => livy.close() }
}

/** By kind, one or more each. */
export const WORLDS: readonly (readonly [kind: string, what: string, open: () => Promise<World>])[] = [
  ['spark-standalone', 'workers lost under a live driver', standalone],
  ['yarn', 'a live driver behind the proxy', () => yarn(IDS.waiting, true)],
  ['yarn', 'one that waits', () => yarn(IDS.waiting)],
  ['yarn', 'an application that failed', () => yarn(IDS.failed)],
  ['yarn', 'one that is tried again', () => yarn(IDS.crash)],
  ['kubernetes', 'a live driver whose executors die', () => onKubernetes('running')],
  ['kubernetes', 'a driver that died', () => onKubernetes('failed')],
  ['kubernetes', 'a driver that finds no node', waitingOnKubernetes],
  ['databricks', 'a task that failed', onDatabricks],
  ['dataproc', 'a job that failed', onDataproc],
  ['emr', 'a step that failed on a cluster that lost an instance', onEmr],
  ['emr', 'a step whose driver lives behind YARN', onLiveEmr],
  ['emr-serverless', 'a job run that failed', onServerless],
  ['emr-on-eks', 'a job run that failed', onEks],
  ['livy', 'a batch that is dead', onLivy],
]

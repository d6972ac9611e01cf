// An account with clusters of EMR to test against: a step that runs with logs in S3, and some of its history.
import type { Platform } from '../../../src/platforms/platform.ts'
import { driverLogs, rolled } from '../aws/logs.ts'
import { gzipSync } from 'node:zlib'
import { type Json, Refusal, type StandIn, startAws } from '../aws/stand-in.ts'
import { IDENTITY, MINUTE, REGION, awsPlatform, seconds } from '../aws/support.ts'

export const CLUSTER = 'j-1EXAMPLECLUSTER'
export const STEP = 's-1EXAMPLESTEP042'
export const APP = 'application_1795372654672_0042'
export const START = Date.now() - 20 * MINUTE
const DAY = 24 * 60 * MINUTE

export const ARGS = [
  'spark-submit', '--deploy-mode', 'cluster', '--py-files', 's3://code/lib.py', '--conf', 'spark.executor.memory=4g',
  's3://code/orders.py', '--date', '2026-11-22', '--password', 'dose-of-a-secret',
] // prettier-ignore

/** A step as DescribeStep tells it. */
export function step(status: Json = {}, more: Json = {}): Json {
  return {
    Id: STEP,
    Name: 'orders-daily-2026-11-22',
    Config: { Jar: 'command-runner.jar', Args: ARGS },
    ActionOnFailure: 'CONTINUE',
    Status: {
      State: 'RUNNING',
      StateChangeReason: {},
      Timeline: { CreationDateTime: seconds(START - MINUTE), StartDateTime: seconds(START) },
      ...status,
    },
    ...more,
  }
}

/** How a step ended. */
export function ended(state: string, more: Json = {}): Json {
  return {
    State: state,
    Timeline: {
      CreationDateTime: seconds(START - MINUTE),
      StartDateTime: seconds(START),
      EndDateTime: seconds(START + 10 * MINUTE),
    },
    ...more,
  }
}

export function cluster(more: Json = {}, status: Json = {}): Json {
  return {
    Id: CLUSTER,
    Name: 'etl',
    Status: {
      State: 'RUNNING',
      StateChangeReason: {},
      Timeline: { CreationDateTime: seconds(START - DAY) },
      ...status,
    },
    InstanceCollectionType: 'INSTANCE_GROUP',
    LogUri: 's3n://logs/emr/',
    ReleaseLabel: 'emr-7.1.0',
    Tags: [{ Key: 'team', Value: 'data' }],
    Configurations: [
      { Classification: 'spark-defaults', Properties: { 'spark.eventLog.dir': 's3://events/emr' } },
    ],
    ...more,
  }
}

export const ROOT = `logs/emr/${CLUSTER}`
const CONTAINER = `container_1795372654672_0042_0`

/** As spark-submit begins in cluster mode. */
export const SUBMITTED = gzipSync(
  `26/11/22 10:00:00 INFO Client: Uploading resource\n26/11/22 10:00:01 INFO YarnClientImpl: Submitted application ${APP}\n` +
    `26/11/22 10:00:02 INFO Client: Application report for ${APP} (state: ACCEPTED)\n`.repeat(50),
)

export function objects(): Record<string, Buffer> {
  return {
    [`${ROOT}/steps/${STEP}/controller.gz`]: gzipSync('INFO startExec\n'),
    [`${ROOT}/steps/${STEP}/stderr.gz`]: SUBMITTED,
    ...driverLogs(`${ROOT}/containers/${APP}/${CONTAINER}1_000001`, 'ERROR Client: the first attempt'),
    ...driverLogs(`${ROOT}/containers/${APP}/${CONTAINER}2_000001`, 'ERROR Client: the second attempt'),
    ...driverLogs(`${ROOT}/containers/${APP}/${CONTAINER}2_000002`, 'ERROR Executor: another'),
    ...rolled('events/emr', APP),
  }
}

export interface World {
  clusters: Json[]
  /** By cluster, newest first. */
  steps: Record<string, Json[]>
  groups: Json[]
  fleets: Json[]
  instances: Json[]
  objects: Record<string, Buffer>
  /** What CancelSteps answers of a step. */
  cancel: Json
}

export interface Bench {
  readonly aws: StandIn
  readonly world: World
  readonly platform: Platform
  readonly platformWith: (config: Record<string, unknown>) => Platform
  close(): Promise<void>
}

const GROUP = { Market: 'ON_DEMAND', Status: { State: 'RUNNING', StateChangeReason: {} } }

export async function bench(
  more: Partial<World> & { config?: Record<string, unknown> } = {},
): Promise<Bench> {
  const { config = {}, ...changes } = more
  const history = Array.from({ length: 60 }, (_, index) => {
    const at = START - (index + 1) * DAY
    const times = { CreationDateTime: seconds(at), StartDateTime: seconds(at), EndDateTime: seconds(at + MINUTE) } // prettier-ignore
    return step({ State: 'COMPLETED', Timeline: times }, { Id: `s-1EXAMPLESTEP1${String(index).padStart(2, '0')}` }) // prettier-ignore
  })
  const world: World = {
    clusters: [cluster()],
    steps: { [CLUSTER]: [step(), ...history] },
    groups: [
      { Id: 'ig-1', InstanceGroupType: 'MASTER', InstanceType: 'm5.xlarge', RequestedInstanceCount: 1, RunningInstanceCount: 1, ...GROUP },
      { Id: 'ig-2', InstanceGroupType: 'CORE', InstanceType: 'r5.2xlarge', RequestedInstanceCount: 4, RunningInstanceCount: 4, ...GROUP },
    ],
    fleets: [],
    instances: [],
    objects: objects(),
    cancel: { Status: 'SUBMITTED' },
    ...changes,
  } // prettier-ignore
  const invalid = (what: string): never => {
    throw new Refusal(400, 'InvalidRequestException', `${what} is not valid.`)
  }
  const clusterOf = ({ ClusterId: id }: Json): Json =>
    world.clusters.find((one) => one['Id'] === id) ?? invalid(`Cluster id '${String(id)}'`)
  const stepsOf = (input: Json): Json[] => world.steps[String(clusterOf(input)['Id'])] ?? []
  const aws = await startAws({
    identity: IDENTITY,
    region: REGION,
    objects: world.objects,
    emr: {
      DescribeCluster: (input) => ({ Cluster: clusterOf(input) }),
      ListClusters({ ClusterStates: states, CreatedAfter: after }) {
        const of = world.clusters.filter((one) => {
          const { State, Timeline } = one['Status'] as {
            State: string
            Timeline: { CreationDateTime: number }
          }
          return (states as string[]).includes(State) && Timeline.CreationDateTime >= Number(after ?? 0)
        })
        return { Clusters: of.map(({ Id, Name, Status }) => ({ Id, Name, Status })) }
      },
      DescribeStep(input) {
        const found = stepsOf(input).find((one) => one['Id'] === input['StepId'])
        return { Step: found ?? invalid(`Step id '${String(input['StepId'])}'`) }
      },
      ListSteps(input) {
        const of = stepsOf(input)
        const from = Number(((input['Marker'] as string | undefined) ?? 'm0').slice(1))
        return { Steps: of.slice(from, from + 50), ...(from + 50 < of.length ? { Marker: `m${from + 50}` } : {}) } // prettier-ignore
      },
      ListInstanceGroups: () => ({ InstanceGroups: world.groups }),
      ListInstanceFleets: () => ({ InstanceFleets: world.fleets }),
      ListInstances: () => ({ Instances: world.instances }),
      CancelSteps(input) {
        const id = (input['StepIds'] as string[])[0]
        const found = stepsOf(input).find((one) => one['Id'] === id)
        if (found !== undefined && world.cancel['Status'] === 'SUBMITTED') {
          const times = (found['Status'] as Json)['Timeline'] as Json
          found['Status'] = { State: 'CANCELLED', StateChangeReason: {}, Timeline: { ...times, EndDateTime: seconds(Date.now()) } } // prettier-ignore
        }
        return { CancelStepsInfoList: [{ StepId: id, ...world.cancel }] }
      },
    },
  })
  const platformWith = (changed: Record<string, unknown>): Platform =>
    awsPlatform('emr', aws.url, { clusters: { by: 'ids', ids: [CLUSTER] }, ...changed })
  return { aws, world, platform: platformWith(config), platformWith, close: () => aws.close() }
}

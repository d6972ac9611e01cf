// A virtual cluster of EMR on EKS to test against: a job that runs with logs in S3, and some of its history.
import type { Platform } from '../../../src/platforms/platform.ts'
import { driverLogs, rolled } from '../aws/logs.ts'
import { type Json, Refusal, type StandIn, startAws } from '../aws/stand-in.ts'
import { IDENTITY, MINUTE, REGION, awsPlatform } from '../aws/support.ts'

export const CLUSTER = 'b4t7zljcvkp6hexample00001'
export const RUN = '0000000320example42'
export const START = Date.now() - 20 * MINUTE
export const iso = (ms: number): string => new Date(ms).toISOString()

/** A job run as DescribeJobRun tells it. */
export function jobRun(more: Json = {}): Json {
  return {
    id: RUN,
    name: 'orders-daily-2026-11-22',
    virtualClusterId: CLUSTER,
    arn: `arn:aws:emr-containers:eu-west-1:123456789012:/virtualclusters/${CLUSTER}/jobruns/${RUN}`,
    state: 'RUNNING',
    createdAt: iso(START),
    createdBy: 'arn:aws:sts::123456789012:assumed-role/etl/airflow',
    releaseLabel: 'emr-7.1.0-latest',
    jobDriver: {
      sparkSubmitJobDriver: {
        entryPoint: 's3://code/orders.py',
        entryPointArguments: ['--date', '2026-11-22', '--password', 'dose-of-a-secret'],
        sparkSubmitParameters: '--conf spark.executor.instances=2 --conf spark.kubernetes.container.image=1.dkr.ecr/etl:7', // prettier-ignore
      },
    },
    configurationOverrides: {
      applicationConfiguration: [
        { classification: 'spark-defaults', properties: { 'spark.eventLog.dir': 's3://events/eks' } },
      ],
      monitoringConfiguration: { s3MonitoringConfiguration: { logUri: 's3://logs/eks/' } },
    },
    retryPolicyConfiguration: { maxAttempts: 3 },
    retryPolicyExecution: { currentAttemptCount: 1 },
    ...more,
  }
}

export const CONTAINERS = `logs/eks/${CLUSTER}/jobs/${RUN}/containers`

export interface Bench {
  readonly aws: StandIn
  readonly runs: Json[]
  /** What was started, by its token. */
  readonly started: Map<string, Json>
  readonly platform: Platform
  readonly platformWith: (config: Record<string, unknown>) => Platform
  close(): Promise<void>
}

export async function bench(
  more: { runs?: Json[]; objects?: Record<string, Buffer>; config?: Record<string, unknown> } = {},
): Promise<Bench> {
  const history = Array.from({ length: 60 }, (_, index) => {
    const at = START - (index + 1) * 24 * 60 * MINUTE
    return jobRun({
      id: `0000000320example${100 + index}`,
      state: 'COMPLETED',
      createdAt: iso(at),
      finishedAt: iso(at + 30 * MINUTE),
    })
  })
  const runs = more.runs ?? [jobRun(), ...history]
  const started = new Map<string, Json>()
  const find = (input: Json): Json => {
    const found = runs.find((one) => one['id'] === input['id'] && one['virtualClusterId'] === input['virtualClusterId']) // prettier-ignore
    if (found === undefined) throw new Refusal(404, 'ResourceNotFoundException', `JobRun ${String(input['id'])} doesn't exist.`) // prettier-ignore
    return found
  }
  const aws = await startAws({
    identity: IDENTITY,
    region: REGION,
    objects: more.objects ?? {
      ...driverLogs(`${CONTAINERS}/spark-${RUN}/spark-${RUN}-driver`),
      ...driverLogs(`${CONTAINERS}/spark-${RUN}/spark-${RUN}-exec-1`, 'ERROR Executor: another one'),
      ...driverLogs(`${CONTAINERS}/${RUN}-submitter`, 'INFO submitted'),
      ...rolled('events/eks', `spark-${RUN}`),
    },
    containers: {
      DescribeJobRun: (input) => ({ jobRun: find(input) }),
      DescribeVirtualCluster: ({ id }) => ({
        virtualCluster: { id, name: 'etl', state: 'RUNNING', arn: 'arn:aws:emr-containers', createdAt: iso(START) }, // prettier-ignore
      }),
      ListJobRuns({ virtualClusterId, nextToken, maxResults }) {
        const of = runs.filter((one) => one['virtualClusterId'] === virtualClusterId)
        const from = Number(((nextToken as string | undefined) ?? 'p0').slice(1))
        const to = from + Number(maxResults ?? 50)
        return { jobRuns: of.slice(from, to), ...(to < of.length ? { nextToken: `p${to}` } : {}) }
      },
      StartJobRun(input) {
        const { clientToken: token, ...made } = input
        if (typeof token !== 'string' || token.length > 64 || started.has(token)) throw new Refusal(400, 'ValidationException', 'clientToken') // prettier-ignore
        started.set(token, input)
        const id = `0000000320example9${started.size}`
        runs.unshift(
          jobRun({ ...made, id, clientToken: token, state: 'PENDING', createdAt: iso(Date.now()) }),
        )
        return {
          id,
          name: made['name'],
          arn: 'arn:aws:emr-containers',
          virtualClusterId: made['virtualClusterId'],
        }
      },
      CancelJobRun(input) {
        const run = find(input)
        Object.assign(run, { state: 'CANCELLED', finishedAt: iso(Date.now()) })
        return { id: run['id'], virtualClusterId: run['virtualClusterId'] }
      },
    },
  })
  const platformWith = (config: Record<string, unknown>): Platform =>
    awsPlatform('emr-on-eks', aws.url, { virtual_cluster_ids: [CLUSTER], ...config })
  return {
    aws,
    runs,
    started,
    platform: platformWith(more.config ?? {}),
    platformWith,
    close: () => aws.close(),
  }
}

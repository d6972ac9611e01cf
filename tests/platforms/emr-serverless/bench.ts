// Two applications of EMR Serverless to test against: a job that runs with logs in S3, and some of its history.
import type { Platform } from '../../../src/platforms/platform.ts'
import { driverLogs, rolled } from '../aws/logs.ts'
import { type Json, Refusal, type StandIn, startAws } from '../aws/stand-in.ts'
import { IDENTITY, MINUTE, REGION, awsPlatform, seconds } from '../aws/support.ts'

export const APP = '00f1appexample01'
export const OTHER = '00f1appexample02'
export const RUN = '00f9runexample0042'
export const START = Date.now() - 20 * MINUTE
const ARN = 'arn:aws:emr-serverless:eu-west-1:123456789012:/applications'

/** A job run as GetJobRun tells it. */
export function jobRun(more: Json = {}): Json {
  return {
    applicationId: APP,
    jobRunId: RUN,
    name: 'orders-daily-2026-11-22',
    arn: `${ARN}/${APP}/jobruns/${RUN}`,
    createdBy: 'arn:aws:sts::123456789012:assumed-role/etl/airflow',
    createdAt: seconds(START),
    updatedAt: seconds(START + MINUTE),
    startedAt: seconds(START + MINUTE),
    executionRole: 'arn:aws:iam::123456789012:role/etl',
    state: 'RUNNING',
    stateDetails: '',
    releaseLabel: 'emr-7.1.0',
    attempt: 1,
    mode: 'BATCH',
    retryPolicy: { maxAttempts: 3 },
    queuedDurationMilliseconds: 1200,
    jobDriver: {
      sparkSubmit: {
        entryPoint: 's3://code/orders.py',
        entryPointArguments: ['--day', '2026-11-22', '--password', 'dose-of-a-secret'],
        sparkSubmitParameters: '--conf spark.executor.memory=4g --conf spark.executor.cores=2',
      },
    },
    configurationOverrides: {
      applicationConfiguration: [{ classification: 'spark-defaults', properties: { 'spark.x': '1' } }],
      monitoringConfiguration: { s3MonitoringConfiguration: { logUri: 's3://logs/emr/' } },
    },
    ...more,
  }
}

export const FOLDER = `logs/emr/applications/${APP}/jobs/${RUN}`

export interface Bench {
  readonly aws: StandIn
  readonly runs: Json[]
  readonly attempts: Json[]
  /** What was started, by its token. */
  readonly started: Map<string, Json>
  readonly platform: Platform
  readonly platformWith: (config: Record<string, unknown>) => Platform
  close(): Promise<void>
}

export interface More {
  readonly runs?: Json[]
  readonly attempts?: Json[]
  readonly objects?: Record<string, Buffer>
  readonly config?: Record<string, unknown>
}

export async function bench(more: More = {}): Promise<Bench> {
  const history = Array.from({ length: 60 }, (_, index) => {
    const at = START - (index + 1) * 24 * 60 * MINUTE
    return jobRun({
      jobRunId: `00f9runexample1${String(index).padStart(3, '0')}`,
      name: `orders-daily-2026-10-${String((index % 28) + 1).padStart(2, '0')}`,
      state: 'SUCCESS',
      createdAt: seconds(at),
      updatedAt: seconds(at + 30 * MINUTE),
    })
  })
  const runs = more.runs ?? [jobRun(), ...history]
  const attempts = more.attempts ?? []
  const started = new Map<string, Json>()
  const find = (input: Json): Json => {
    const found = runs.find((one) => one['jobRunId'] === input['jobRunId'] && one['applicationId'] === input['applicationId']) // prettier-ignore
    if (found === undefined) throw new Refusal(404, 'ResourceNotFoundException', `JobRun ${String(input['jobRunId'])} does not exist`) // prettier-ignore
    return found
  }
  const aws = await startAws({
    identity: IDENTITY,
    region: REGION,
    objects: more.objects ?? {
      ...driverLogs(`${FOLDER}/SPARK_DRIVER`),
      ...rolled(`${FOLDER}/sparklogs`, RUN),
    },
    serverless: {
      GetJobRun: (input) => ({ jobRun: find(input) }),
      GetApplication: ({ applicationId: id }) => ({
        application: {
          applicationId: id,
          arn: `${ARN}/${String(id)}`,
          name: 'etl',
          releaseLabel: 'emr-7.1.0',
          type: 'Spark',
          state: 'STARTED',
          createdAt: seconds(START),
          updatedAt: seconds(START),
          monitoringConfiguration: { s3MonitoringConfiguration: { logUri: 's3://logs/emr/' } },
        },
      }),
      ListJobRuns({ applicationId, nextToken, maxResults }) {
        const of = runs.filter((one) => one['applicationId'] === applicationId)
        const from = Number(((nextToken as string | undefined) ?? 'p0').slice(1))
        const to = from + Number(maxResults ?? 50)
        return {
          jobRuns: of.slice(from, to).map(summary),
          ...(to < of.length ? { nextToken: `p${to}` } : {}),
        }
      },
      ListJobRunAttempts: (input) => ({ jobRunAttempts: find(input) === undefined ? [] : attempts }),
      StartJobRun(input) {
        const { clientToken: token, executionRoleArn: executionRole, ...made } = input
        if (typeof token !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(token)) throw new Refusal(400, 'ValidationException', 'clientToken') // prettier-ignore
        const before = started.get(token)
        if (before !== undefined && JSON.stringify(before) !== JSON.stringify(input)) throw new Refusal(409, 'ConflictException', 'the token was used otherwise') // prettier-ignore
        const id = `00f9runexample9${String([...started.keys(), token].indexOf(token)).padStart(3, '0')}`
        if (before === undefined) {
          started.set(token, input)
          runs.unshift(jobRun({ ...made, executionRole, jobRunId: id, state: 'SUBMITTED', createdAt: seconds(Date.now()), updatedAt: seconds(Date.now()) })) // prettier-ignore
        }
        return { applicationId: input['applicationId'], jobRunId: id, arn: `${ARN}/${APP}/jobruns/${id}` }
      },
      CancelJobRun(input) {
        const run = find(input)
        Object.assign(run, { state: 'CANCELLED', endedAt: seconds(Date.now()), updatedAt: seconds(Date.now()) }) // prettier-ignore
        return { applicationId: run['applicationId'], jobRunId: run['jobRunId'] }
      },
    },
  })
  const platformWith = (config: Record<string, unknown>): Platform =>
    awsPlatform('emr-serverless', aws.url, { application_ids: [OTHER, APP], ...config })
  return { aws, runs, attempts, started, platform: platformWith(more.config ?? {}), platformWith, close: () => aws.close() } // prettier-ignore
}

/** What a listing has of a job run. */
function summary({ jobRunId: id, ...run }: Json): Json {
  const names = ['applicationId', 'name', 'mode', 'arn', 'createdBy', 'createdAt', 'updatedAt', 'executionRole', 'state', 'stateDetails', 'releaseLabel', 'attempt'] // prettier-ignore
  return { id, type: 'PYTHON', ...Object.fromEntries(names.map((name) => [name, run[name]])) }
}

/** An attempt as ListJobRunAttempts tells it. */
export function attempt(number: number, state: string, stateDetails: string): Json {
  return {
    applicationId: APP,
    id: RUN,
    arn: `${ARN}/${APP}/jobruns/${RUN}`,
    createdBy: 'etl',
    jobCreatedAt: seconds(START),
    createdAt: seconds(START + number * MINUTE),
    updatedAt: seconds(START + (number + 1) * MINUTE),
    executionRole: 'arn:aws:iam::123456789012:role/etl',
    state,
    stateDetails,
    releaseLabel: 'emr-7.1.0',
    attempt: number,
  }
}

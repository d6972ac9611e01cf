// Reads a Databricks workspace: Jobs and Clusters say how runs stand, delivered logs say why they fail.
import { attempting } from '../../diagnosis/attempt.ts'
import type {
  LogTail,
  PlatformReader,
  PlatformRun,
  ReadCapability,
  RunState,
  SparkApplication,
} from '../../ports.ts'
import { applicationOf, lookForLog, needLog } from '../event-log/delivered.ts'
import { type EventLog, detailsFrom } from '../event-log/reader.ts'
import type { LogStore } from '../event-log/store.ts'
import { createCredentials } from '../aws/credentials.ts'
import { createS3Store } from '../aws/s3-store.ts'
import { notOffered } from '../not-offered.ts'
import type { PlatformDeps } from '../platform.ts'
import { type DatabricksClient, createDatabricksClient } from './client.ts'
import type { Config } from './config.ts'
import { type Deliveries, createDeliveries } from './delivered.ts'
import { type Found, findRun, isId, retriesOf, runsOf } from './find.ts'
import { type RunInfo, type TaskRun, meSchema, runListSchema, runOutputSchema } from './schema.ts'
import {
  failuresOf,
  newestAttempts,
  reasonText,
  repairsOf,
  stateOf,
  stateText,
  wholeState,
} from './status.ts'
import { createTokens } from './token.ts'
import { datesOfRun, traitsOf } from './traits.ts'
import { clusterIdsOf, wordsOf } from './words.ts'

export const ALWAYS: readonly ReadCapability[] = ['application', 'run', 'runs', 'log']
/** What only a delivered event log tells. */
const DETAILS: readonly ReadCapability[] = ['executors', 'stages', 'tasks', 'environment']

/** All that it can tell. */
export const CAPABILITIES: readonly ReadCapability[] = [...ALWAYS, ...DETAILS]

/** A reader of the workspace that this configuration names. Nothing is asked before its methods are called. */
export function createReader(platform: string, config: Config, deps: PlatformDeps): PlatformReader {
  const client = createDatabricksClient(platform, config, createTokens(platform, config, deps), deps)
  const deliveries =
    config.logs === 'delivered' ? createDeliveries(platform, client, s3Of(platform, config, deps)) : null
  const { normaliseJobName: normalise } = deps

  /** The log of the run that an application stands for. */
  async function open(app: SparkApplication, signal: AbortSignal): Promise<EventLog> {
    const found = await findRun(client, normalise, { ...NOBODY, runId: app.id }, signal)
    const log = found === null || deliveries === null ? null : await eventLogOf(deliveries, found, signal)
    return needLog(platform, app, log)
  }

  return {
    ...notOffered(platform, config.kind),
    ...(deliveries === null ? {} : detailsFrom(open)),
    platform,
    kind: config.kind,
    capabilities: new Set(deliveries === null ? ALWAYS : CAPABILITIES),
    async locate(run, signal) {
      const found = await findRun(client, normalise, run, signal)
      return found === null ? null : locateRun(client, deliveries, found, signal)
    },
    async run(run, signal) {
      const found = await findRun(client, normalise, run, signal)
      return found === null ? null : describedRun(client, normalise, found, signal)
    },
    async runs(jobName, limit, signal) {
      const runs = await runsOf(client, normalise, jobName, limit, signal)
      return runs.map((run) => shortRun(client, normalise, run))
    },
    async log(run, bytes, signal) {
      const found = await findRun(client, normalise, run, signal)
      return found === null ? null : logOf(client, deliveries, found, bytes, signal)
    },
    async check(signal) {
      const me = await client.get('/api/2.0/preview/scim/v2/Me', {}, meSchema, signal)
      const runs = await client.get('/api/2.2/jobs/runs/list', { limit: '24' }, runListSchema, signal)
      const who = me?.userName ?? me?.displayName ?? 'somebody without a name'
      const jobs = new Set((runs?.runs ?? []).map(({ job_id: job }) => job)).size
      return (
        `Databricks workspace ${client.host} knows us as ${who}, who sees ${runs?.runs.length ?? 0} of its newest runs ` +
        `(${jobs} jobs); ${deliveries === null ? 'logs are not read' : 'logs are read where clusters deliver them'}.`
      )
    },
  }
}

/** S3 as a store; null where the configuration does not say who we are to it. */
function s3Of(platform: string, config: Config, deps: PlatformDeps): LogStore | null {
  if (config.s3 === undefined) return null
  const { region, endpoint } = config.s3
  const place = { region, s3_endpoint: endpoint, timeout_ms: config.timeout_ms }
  return createS3Store(platform, place, createCredentials(config.s3), deps)
}

const NOBODY = {
  platform: null,
  cluster: null,
  jobName: null,
  runId: null,
  attempt: null,
  retriesLeft: null,
} as const

/** The task that what was asked is about: the one named, else the first that failed, else the last that began. */
function leadingTask({ job, task }: Found): TaskRun | null {
  if (task !== null) return task
  const tasks = newestAttempts(job.tasks)
  return failuresOf(tasks)[0] ?? tasks.findLast((one) => one.start_time !== null) ?? tasks.at(-1) ?? null
}

/** The cluster and Spark context that a run's logs are of. */
function clusterOf(found: Found): { id: string; context: string | null } | null {
  const task = leadingTask(found)
  const id = clusterIdsOf(found.job, task === null ? [] : [task]).at(-1) ?? task?.existing_cluster_id
  const instance = task?.cluster_instance ?? found.job.cluster_instance
  return id === null || id === undefined ? null : { id, context: instance?.spark_context_id ?? null }
}

async function eventLogOf(
  deliveries: Deliveries,
  found: Found,
  signal: AbortSignal,
): Promise<EventLog | null> {
  const cluster = clusterOf(found)
  return cluster === null ? null : deliveries.eventLog(cluster.id, cluster.context, signal)
}

async function locateRun(
  client: DatabricksClient,
  deliveries: Deliveries | null,
  found: Found,
  signal: AbortSignal,
): Promise<SparkApplication> {
  const { asked, job } = found
  const unreached: string[] = []
  const log =
    deliveries === null
      ? null
      : await lookForLog(() => eventLogOf(deliveries, found, signal), 'none was delivered', unreached, signal)
  const state = stateOf(asked)
  const run = {
    id: asked.run_id,
    name: job.run_name ?? `run ${job.run_id}`,
    state,
    startedAt: asked.start_time,
    endedAt: endOf(asked, state),
    user: job.creator_user_name ?? null,
    link: linkOf(client, asked),
  }
  return applicationOf(run, log, unreached)
}

async function describedRun(
  client: DatabricksClient,
  normalise: (name: string) => string,
  found: Found,
  signal: AbortSignal,
): Promise<PlatformRun> {
  const { job, task } = found
  const unreached: string[] = []
  const tasks = newestAttempts(job.tasks)
  const leading = leadingTask(found)
  const told =
    stateOf(job) === 'succeeded'
      ? { words: [], unreached: [] }
      : await wordsOf(
          client,
          job,
          tasks,
          leading !== null && failuresOf([leading]).length > 0 ? leading : null,
          signal,
        )
  const retries = await attempting(unreached, signal)(
    'settings of the job',
    () => retriesOf(client, job, signal),
    (one: TaskRun) => one.max_retries ?? null,
  )
  const state = wholeState(job, tasks, retries)
  const limit = leading === null ? null : retries(leading)
  const { length: repairs } = repairsOf(job)
  const notes = [
    stateText(job),
    ...(leading !== null && (tasks.length > 1 || task !== null)
      ? [`task ${leading.task_key}: ${stateText(leading)}`]
      : []),
    ...(repairs > 0 ? [`repaired ${repairs === 1 ? 'once' : `${repairs} times`}`] : []),
  ]
  return {
    ...shortRun(client, normalise, job),
    state,
    stateText: notes.join('; '),
    attempt: (leading?.attempt_number ?? job.attempt_number) + 1,
    // -1 stands for as often as it takes.
    maxAttempts: limit === null || limit < 0 ? null : Math.max(limit, leading?.attempt_number ?? 0) + 1,
    words: told.words,
    traits: traitsOf(job),
    unreached: [...unreached, ...told.unreached],
  }
}

/** What a listing tells of a run. */
function shortRun(client: DatabricksClient, normalise: (name: string) => string, run: RunInfo): PlatformRun {
  const state = stateOf(run)
  const words = reasonText(run)
  const repairedAt = repairsOf(run).at(-1)?.start_time ?? null
  return {
    id: run.run_id,
    jobName: run.run_name ? normalise(run.run_name) : null,
    state,
    stateText: stateText(run),
    attempt: run.attempt_number + 1,
    maxAttempts: null,
    submittedAt: run.start_time,
    startedAt: state === 'queued' ? null : begunAt(run),
    dates: datesOfRun(run),
    endedAt: endOf(run, state),
    ...(repairedAt === null ? {} : { repairedAt }),
    ...(run.job_id === undefined
      ? { notAgain: 'it was submitted without a job, and Databricks repairs runs of jobs alone' }
      : {}),
    applicationId: null,
    queue: null,
    user: run.creator_user_name ?? null,
    words: words === null ? [] : [{ text: words, from: `run ${run.run_id}`, place: 'platform' }],
    link: linkOf(client, run),
    ...(isId(run.run_id) ? { timesAt: `${client.host}/api/2.2/jobs/runs/get?run_id=${run.run_id}` } : {}),
  }
}

/** When its work began: after the queue and after its cluster was made, which of many tasks the first one tells. */
function begunAt(run: RunInfo): Date | null {
  const first = newestAttempts(run.tasks)[0]
  const from = first?.start_time ?? run.start_time
  if (from === null || from === undefined) return null
  const setup = first === undefined ? run.setup_duration : first.setup_duration
  const waited = first === undefined ? run.queue_duration : first.queue_duration
  const at = from.getTime() + setup + waited
  return new Date(Math.min(at, run.end_time?.getTime() ?? at))
}

function endOf(run: RunInfo, state: RunState): Date | null {
  return state === 'running' || state === 'queued' || state === 'retrying' ? null : run.end_time
}

function linkOf(client: DatabricksClient, run: RunInfo): string {
  const page = URL.parse(run.run_page_url ?? '')
  if (page !== null && /^https?:$/.test(page.protocol)) return page.href
  return isId(run.run_id) ? `${client.host}/#job/${run.job_id ?? '0'}/run/${run.run_id}` : client.host
}

/** The driver's delivered log; else what the task printed, as far as Databricks keeps it. */
async function logOf(
  client: DatabricksClient,
  deliveries: Deliveries | null,
  found: Found,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const cluster = clusterOf(found)
  let failure: unknown = null
  if (deliveries !== null && cluster !== null)
    try {
      const tail = await deliveries.driverLog(cluster.id, bytes, signal)
      if (tail !== null) return tail
    } catch (error) {
      if (signal.aborted) throw error
      failure = error
    }
  const task = leadingTask(found)
  const output =
    task === null
      ? null
      : await client.get('/api/2.2/jobs/runs/get-output', { run_id: task.run_id }, runOutputSchema, signal)
  const text = output?.logs || output?.error_trace
  if (task === null || !text) {
    if (failure !== null) throw failure
    return null
  }
  const all = Buffer.from(text)
  const end = all.subarray(Math.max(0, all.length - bytes)).toString('utf8').replace(/^\uFFFD+/, '') // prettier-ignore
  return {
    text: end,
    whose: 'driver',
    cut: all.length > bytes || output?.logs_truncated === true,
    from: `${output?.logs ? 'the output' : 'the trace'} of task ${task.task_key}`,
    link: linkOf(client, found.job),
  }
}

// How a job or batch of Dataproc stands, what is said of it, and what it is made of. Pure.
import { type DataDates, datesOfArguments, datesOfNames } from '../../alerts/data-dates.ts'
import type { PlatformRun, RunState } from '../../ports.ts'
import { markOf } from '../aws/spark-settings.ts'
import type { BatchInfo, ClusterInfo, JobInfo, Work } from './schema.ts'

/** Jobs and batches have words of their own for the same. */
const STATES: Readonly<Record<string, RunState>> = {
  PENDING: 'queued',
  SETUP_DONE: 'queued',
  RUNNING: 'running',
  CANCEL_PENDING: 'running',
  CANCEL_STARTED: 'running',
  CANCELLING: 'running',
  // The driver ended badly and Dataproc starts it again.
  ATTEMPT_FAILURE: 'retrying',
  DONE: 'succeeded',
  SUCCEEDED: 'succeeded',
  ERROR: 'failed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
}

/** The label that carries the key under which we have submitted a job. */
export const KEY_LABEL = 'arrestor-order'

export function stateOf(state: string): RunState {
  return STATES[state] ?? 'unknown'
}

export function hasEnded(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

/** The label that Composer and people use, else Spark's own name, else the id: `orders-daily_20261122_1f3a` is stripped by the caller's rules. */
function nameOf(
  labels: Readonly<Record<string, string>> | null | undefined,
  work: Work | null,
  id: string,
): string {
  return labels?.['job_name'] ?? labels?.['job-name'] ?? work?.properties?.['spark.app.name'] ?? id
}

export function workOf(job: JobInfo): Work | null {
  return job.sparkJob ?? job.pysparkJob ?? job.sparkSqlJob ?? job.sparkRJob ?? null
}

export function batchWorkOf(batch: BatchInfo): Work | null {
  return batch.sparkBatch ?? batch.pysparkBatch ?? batch.sparkSqlBatch ?? batch.sparkRBatch ?? null
}

/** As its runs are known by, not normalised. */
export function nameOfJob(job: JobInfo): string {
  return nameOf(job.labels, workOf(job), job.reference.jobId)
}

/** Where a run can be looked at. */
export type RunPage = Required<Pick<PlatformRun, 'link' | 'timesBy'>>

export function runOfJob(job: JobInfo, normalise: (name: string) => string, page: RunPage): PlatformRun {
  const { status, statusHistory, reference } = job
  const failures = statusHistory.filter(({ state }) => state === 'ATTEMPT_FAILURE').length
  const retries = job.scheduling?.maxFailuresTotal ?? job.scheduling?.maxFailuresPerHour ?? 0
  const again = failures > 0 || status.state === 'ATTEMPT_FAILURE'
  // After a failed attempt Dataproc says RUNNING again: of a driver that was started anew.
  const state = again && stateOf(status.state) === 'queued' ? 'retrying' : stateOf(status.state)
  const all = [...statusHistory, status]
  const began = all.find((one) => one.state === 'RUNNING')?.stateStartTime ?? null
  return {
    id: reference.jobId,
    jobName: normalise(nameOfJob(job)),
    ...(job.labels?.[KEY_LABEL] ? { key: job.labels[KEY_LABEL] } : {}),
    state,
    stateText: [status.state, status.substate].filter((part) => part && part !== 'UNSPECIFIED').join(', '),
    attempt: state === 'retrying' ? Math.max(1, failures) : failures + 1,
    // Those that may be, the first one among them.
    maxAttempts: retries + 1,
    submittedAt: all[0]?.stateStartTime ?? null,
    startedAt: began,
    endedAt: hasEnded(state) ? status.stateStartTime : null,
    applicationId: applicationOf(job),
    queue: null,
    user: null,
    words: [
      ...said(status.details, state, `job ${reference.jobId}`),
      // The newest failed attempt; what is repeated is said once.
      ...statusHistory
        .filter(({ state: was, details }) => was === 'ATTEMPT_FAILURE' && details !== status.details)
        .slice(-1)
        .flatMap(({ details }) => said(details, 'failed', `attempt ${failures} of job ${reference.jobId}`)),
    ],
    traits: traitsOfWork(workOf(job)),
    dates: datesOfWork(workOf(job), job.labels),
    ...page,
  }
}

export function runOfBatch(
  batch: BatchInfo,
  normalise: (name: string) => string,
  page: RunPage,
): PlatformRun {
  const id = batchId(batch)
  const state = stateOf(batch.state)
  const { version, containerImage } = batch.runtimeConfig ?? {}
  return {
    id,
    jobName: normalise(
      nameOf(batch.labels, { ...batchWorkOf(batch), properties: batch.runtimeConfig?.properties }, id),
    ),
    state,
    stateText: batch.state,
    notAgain: 'it is a batch, and Dataproc does not tell what a batch was submitted with',
    // A batch is never tried again by itself.
    attempt: 1,
    maxAttempts: 1,
    submittedAt: batch.createTime,
    startedAt:
      [...batch.stateHistory, { state: batch.state, stateStartTime: batch.stateTime }].find(
        (one) => one.state === 'RUNNING',
      )?.stateStartTime ?? null,
    endedAt: hasEnded(state) ? batch.stateTime : null,
    applicationId: null,
    queue: null,
    user: batch.creator ?? null,
    words: said(batch.stateMessage, state, `batch ${id}`),
    traits: {
      ...(version ? { runtime: version } : {}),
      ...(containerImage ? { image: containerImage } : {}),
      ...traitsOfWork(batchWorkOf(batch), batch.runtimeConfig?.properties),
    },
    dates: datesOfWork(batchWorkOf(batch), batch.labels),
    ...page,
  }
}

export function batchId({ name }: Pick<BatchInfo, 'name'>): string {
  return name.split('/').at(-1) ?? name
}

/** What a cluster adds to the traits of a job that runs on it. */
export function traitsOfCluster({ config }: ClusterInfo): NonNullable<PlatformRun['traits']> {
  const workers = config?.workerConfig ?? config?.masterConfig
  const spot = config?.secondaryWorkerConfig?.numInstances ?? 0
  const machine = workers?.machineTypeUri?.split('/').at(-1)
  return {
    ...(config?.softwareConfig?.imageVersion ? { runtime: config.softwareConfig.imageVersion } : {}),
    ...(machine === undefined ? {} : { node_type: machine }),
    ...(workers?.numInstances
      ? { nodes: `${workers.numInstances}${spot > 0 ? ` + ${spot} secondary` : ''}` }
      : {}),
  }
}

/** What a cluster that is not well says of itself. */
export function wordsOfCluster({ clusterName, status }: ClusterInfo): PlatformRun['words'] {
  const ill = status?.state === 'ERROR' || status?.state === 'ERROR_DUE_TO_UPDATE' || status?.substate === 'UNHEALTHY' // prettier-ignore
  if (!ill) return []
  const text = [status.state, status.substate === 'UNSPECIFIED' ? null : status.substate, status.detail]
    .filter(Boolean)
    .join(': ')
  return [{ text, from: `cluster ${clusterName}`, place: 'platform' }]
}

/** The newest YARN application: of a driver that was started again it is the one that counts. */
function applicationOf({ yarnApplications }: JobInfo): string | null {
  const ids = yarnApplications.flatMap(
    ({ trackingUrl }) => /application_\d+_\d+/.exec(trackingUrl ?? '') ?? [],
  )
  return ids.at(-1) ?? null
}

function traitsOfWork(
  work: Work | null,
  settings: Readonly<Record<string, string>> | null | undefined = work?.properties,
): NonNullable<PlatformRun['traits']> {
  if (work === null) return {}
  const main = work.mainPythonFileUri ?? work.mainClass ?? work.mainJarFileUri ?? work.queryFileUri ?? work.mainRFileUri // prettier-ignore
  const args = work.args ?? []
  return {
    definition: `${main ?? 'no main file'}, settings ${markOf(Object.entries(settings ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))}`,
    // Arguments may be customers' data: their number and a mark are enough to see that they changed.
    parameters: `${args.length} arguments, ${markOf(args)}`,
  }
}

function datesOfWork(
  work: Work | null,
  labels: Readonly<Record<string, string>> | null | undefined,
): DataDates {
  return { ...datesOfNames(labels ?? {}), ...datesOfArguments(work?.args ?? []) }
}

function said(text: string | null | undefined, state: RunState, from: string): PlatformRun['words'] {
  return text?.trim() && state !== 'succeeded' ? [{ text, from, place: 'platform' }] : []
}

// What is said of a failed or waiting run: by its tasks' output, by Databricks, by its clusters and their events.
import { type Attempt, attempting } from '../../diagnosis/attempt.ts'
import type { PlatformRun } from '../../ports.ts'
import type { DatabricksClient } from './client.ts'
import {
  type ClusterEvent,
  type ClusterInfo,
  type RunInfo,
  type TaskRun,
  type TerminationReason,
  clusterEventsSchema,
  clusterSchema,
  runOutputSchema,
} from './schema.ts'
import { failuresOf, reasonText } from './status.ts'

type Words = PlatformRun['words'][number]

export interface Told {
  readonly words: readonly Words[]
  readonly unreached: readonly string[]
}

/** Failed tasks whose output is read; the others are named. */
const TASKS_READ = 3
const CLUSTERS_READ = 3
const MAX_TEXT = 32_000
/** A cluster's trouble begins before the run ends, and its end is told after. */
const AROUND_MS = 10 * 60_000

/** Events that tell why a run fails or waits; there are others for every step of a healthy cluster. */
const TROUBLES = [
  'NODES_LOST',
  'NODE_BLACKLISTED',
  'NODE_EXCLUDED_DECOMMISSIONED',
  'DECOMMISSION_STARTED',
  'DRIVER_NOT_RESPONDING',
  'DRIVER_UNAVAILABLE',
  'SPARK_EXCEPTION',
  'METASTORE_DOWN',
  'DBFS_DOWN',
  'DID_NOT_EXPAND_DISK',
  'FAILED_TO_EXPAND_DISK',
  'ADD_NODES_FAILED',
  'AUTOSCALING_FAILED',
  'UC_VOLUME_MISCONFIGURED',
  'TERMINATING',
] as const
const EVENTS_READ = 50

/** Everything that is said. A source that cannot be read is named in `unreached`; throws at the signal alone. */
export async function wordsOf(
  client: DatabricksClient,
  job: RunInfo,
  tasks: readonly TaskRun[],
  leading: TaskRun | null,
  signal: AbortSignal,
): Promise<Told> {
  const unreached: string[] = []
  const attempt = attempting(unreached, signal)
  const others = failuresOf(tasks).filter((task) => task !== leading)
  const failed = leading === null ? others : [leading, ...others]
  const outputs = await Promise.all(
    failed
      .slice(0, TASKS_READ)
      .map((task) =>
        attempt(`output of task ${task.task_key}`, () => outputWords(client, task, signal), [] as Words[]),
      ),
  )
  const clusters = await Promise.all(
    clusterIdsOf(job, failed.length > 0 ? failed : tasks)
      .slice(0, CLUSTERS_READ)
      .map((id) => clusterWords(client, id, job, attempt, signal)),
  )
  const own = reasonText(job)
  return {
    words: [
      ...outputs.flat(),
      ...failed.flatMap((task): Words[] => {
        const text = reasonText(task)
        return text === null ? [] : [said(text, `task ${task.task_key}`, 'platform')]
      }),
      ...(own === null ? [] : [said(own, `run ${job.run_id}`, 'platform')]),
      ...clusters.flat(),
    ],
    unreached,
  }
}

async function outputWords(client: DatabricksClient, task: TaskRun, signal: AbortSignal): Promise<Words[]> {
  const output = await client.get(
    '/api/2.2/jobs/runs/get-output',
    { run_id: task.run_id },
    runOutputSchema,
    signal,
  )
  // The trace ends with what the error says, and names its causes.
  return [
    ...(output?.error ? [said(output.error, `task ${task.task_key}, its error`, 'driver')] : []),
    ...(output?.error_trace
      ? [said(plain(output.error_trace), `task ${task.task_key}, its trace`, 'driver')]
      : []),
  ]
}

async function clusterWords(
  client: DatabricksClient,
  id: string,
  job: RunInfo,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Words[]> {
  const [cluster, events] = await Promise.all([
    attempt(`cluster ${id}`, () => readCluster(client, id, signal), null),
    attempt(`events of cluster ${id}`, () => troublesOf(client, id, job, signal), [] as ClusterEvent[]),
  ])
  const reason = cluster?.termination_reason
  const why = reason === null || reason === undefined || isOrdinary(reason) ? null : reasonWords(reason)
  return [
    ...(why === null ? [] : [said(why, `cluster ${id}, its termination reason`, 'platform')]),
    ...events.flatMap((event): Words[] => {
      const text = eventText(event)
      return text === null ? [] : [said(text, `events of cluster ${id}`, 'platform')]
    }),
  ]
}

export function readCluster(
  client: DatabricksClient,
  id: string,
  signal: AbortSignal,
): Promise<ClusterInfo | null> {
  return client.get('/api/2.1/clusters/get', { cluster_id: id }, clusterSchema, signal)
}

async function troublesOf(
  client: DatabricksClient,
  id: string,
  job: RunInfo,
  signal: AbortSignal,
): Promise<ClusterEvent[]> {
  const body = {
    cluster_id: id,
    ...(job.start_time === null ? {} : { start_time: job.start_time.getTime() - AROUND_MS }),
    ...(job.end_time === null ? {} : { end_time: job.end_time.getTime() + AROUND_MS }),
    order: 'DESC',
    event_types: TROUBLES,
    page_size: EVENTS_READ,
  }
  const answer = await client.post('/api/2.1/clusters/events', body, clusterEventsSchema, signal)
  return answer?.events ?? []
}

/** The clusters of these tasks, and of the run itself where it has but one task. */
export function clusterIdsOf(job: RunInfo, tasks: readonly TaskRun[]): readonly string[] {
  const ids = [job.cluster_instance?.cluster_id, ...tasks.map((task) => task.cluster_instance?.cluster_id)]
  return [...new Set(ids.flatMap((id) => (id ? [id] : [])))]
}

/** The end of a cluster that has done its work, or that somebody ended. */
function isOrdinary({ code, type }: TerminationReason): boolean {
  return type === 'SUCCESS' || code === 'JOB_FINISHED' || code === 'INACTIVITY' || code === 'USER_REQUEST'
}

/** `DRIVER_UNREACHABLE (CLOUD_FAILURE): databricks_error_message=...`. */
function reasonWords({ code, type, parameters }: TerminationReason): string {
  const details = Object.entries(parameters ?? {}).map(([name, value]) => `${name}=${String(value)}`)
  const head = `${code ?? 'no code'}${type ? ` (${type})` : ''}`
  return details.length === 0 ? head : `${head}: ${details.join('; ')}`
}

function eventText({ type, timestamp, details }: ClusterEvent): string | null {
  if (!type) return null
  const reason = details?.reason
  // Every cluster ends; why is worth a word only where it was not in the ordinary way.
  if (type === 'TERMINATING' && (reason === null || reason === undefined || isOrdinary(reason))) return null
  const more = [
    details?.driver_state_message,
    details?.did_not_expand_reason,
    reason === null || reason === undefined ? null : reasonWords(reason),
    details?.instance_id ? `instance ${details.instance_id}` : null,
  ].filter((part) => part !== null && part !== undefined && part !== '')
  const at = timestamp === null ? '' : ` at ${timestamp.toISOString()}`
  return `${type}${at}${more.length === 0 ? '' : `: ${more.join('; ')}`}`
}

// oxlint-disable-next-line no-control-regex -- terminals are steered by one
const COLOURS = /\u001B\[[0-9;]*m/g

/** Notebooks colour their traces for a terminal. */
function plain(text: string): string {
  return text.replaceAll(COLOURS, '')
}

function said(text: string, from: string, place: Words['place']): Words {
  return { text: text.slice(0, MAX_TEXT), from, place }
}

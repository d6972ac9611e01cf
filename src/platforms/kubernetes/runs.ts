// Runs as Kubernetes and its operators keep them: state, attempts, why they wait or ended, what they were made of.
import { type DataDates, datesOfArguments, datesOfNames } from '../../alerts/data-dates.ts'
import type { Run } from '../../alerts/model.ts'
import { attempting } from '../../diagnosis/attempt.ts'
import { pinned } from '../../diagnosis/changes/image.ts'
import type { ApplicationState, PlatformRun, RunState, RunTrait } from '../../ports.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import { eventsOf } from './events.ts'
import { type Cluster, findRecord, recordsOf } from './find.ts'
import { podAt, podsOf, resourceAt } from './objects.ts'
import { endOfTrace, pageOf, recordAt, versionOf } from './locate.ts'
import { jobOf } from './operators.ts'
import {
  LABELS,
  endOf,
  nameOf,
  queueOf,
  sparkContainer,
  sparkStatus,
  startOf,
  stateOf,
  wordsOf,
} from './pods.ts'
import { type Recorded, idOf, placeOf, runIdOf } from './record.ts'
import { type Pod, quotaSchema } from './schema.ts'

/** Executors whose ends are told; they die of the same. */
const EXECUTORS_TOLD = 5
const EVENTS_TOLD = 5
/** Events that only repeat what pods and operators say of themselves. */
const REPEATING = /^Spark(?:Application|Driver|Executor)|^BackOff$/
const COMMITS = [
  'git-commit',
  'git-sha',
  'commit',
  'app.kubernetes.io/git-commit',
  'org.opencontainers.image.revision',
]

/** The run that an alert means; null where neither Kubernetes nor the traces of it know one. */
export async function runOfKubernetes(
  cluster: Cluster,
  history: ReadClient | null,
  run: Run,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  const unreached: string[] = []
  const record = await findRecord(cluster, run, signal, unreached)
  if (record === null) return goneRun(cluster, run, signal)
  const base = summary(cluster, history, record)
  // Good to know and no more: what refuses or does not answer is said, and the rest still stands.
  const attempt = attempting(unreached, signal)
  const more = await Promise.all([
    attempt('executors', () => executorWords(cluster, record, signal), []),
    attempt('events', () => eventWords(cluster, record, signal), []),
    base.state === 'queued' || base.state === 'retrying' || base.state === 'running'
      ? attempt('resource quotas', () => quotaWords(cluster, record.namespace, signal), [])
      : [],
  ])
  return { ...base, words: [...base.words, ...more.flat()], unreached }
}

/** Runs of a job, newest first: SparkApplications (a schedule makes one for each time), and drivers of spark-submit. */
export async function runsOfKubernetes(
  cluster: Cluster,
  history: ReadClient | null,
  jobName: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly PlatformRun[]> {
  const records = await recordsOf(cluster, jobName, signal)
  return records
    .map((record) => summary(cluster, history, record))
    .sort((a, b) => (b.submittedAt?.getTime() ?? 0) - (a.submittedAt?.getTime() ?? 0))
    .slice(0, limit)
}

const RUN_STATES: Readonly<Record<ApplicationState, RunState>> = {
  waiting: 'queued',
  running: 'running',
  finished: 'succeeded',
  failed: 'failed',
  killed: 'cancelled',
  unknown: 'unknown',
}

function summary(cluster: Cluster, history: ReadClient | null, record: Recorded): PlatformRun {
  const { resource, driver } = record
  const name = resource === null ? (driver === null ? '' : nameOf(driver)) : jobOf(resource.metadata)
  const end = driver === null ? null : endOf(driver)
  const state = resource?.state ?? (driver === null ? 'unknown' : RUN_STATES[stateOf(driver)])
  const over = state === 'succeeded' || state === 'failed' || state === 'cancelled'
  return {
    id: runIdOf(record),
    place: placeOf(record),
    jobName: cluster.normalise(name),
    state,
    stateText: stateTextOf(record),
    // Spark's driver pods are never started again by Kubernetes: without an operator there is one attempt.
    attempt: resource === null ? 1 : resource.attempt,
    maxAttempts: resource === null ? 1 : atLeast(resource.maxAttempts, resource.attempt),
    submittedAt: (resource ?? driver)?.metadata.creationTimestamp ?? null,
    startedAt: driver === null ? null : startOf(driver),
    // The pod's own times first: both then stand in one place.
    endedAt: over ? (end ?? resource?.endedAt ?? null) : null,
    applicationId: idOf(record),
    queue: resource?.queue ?? (driver === null ? null : queueOf(driver.metadata)),
    user: null,
    words: [
      ...(resource?.words ?? []).map((said) => ({
        ...said,
        link: resourceAt(cluster.api, resource?.operator ?? 'kubeflow', record.namespace, resource?.metadata.name ?? ''),
      })),
      ...(driver === null ? [] : wordsAt(cluster, record.namespace, driver)),
    ], // prettier-ignore
    traits: traitsOf(record),
    dates: datesOfRecord(record),
    link: pageOf(cluster, history, record),
    timesAt: recordAt(cluster, record, driver !== null && startOf(driver) !== null),
  }
}

/** An operator may have made more attempts than its spec says now: the spec can be changed, caches lag. */
function atLeast(most: number | null, made: number | null): number | null {
  return most === null ? null : Math.max(most, made ?? 0)
}

/** What a pod says, with where it stands: the run's own page may be the History Server's. */
function wordsAt({ api }: Cluster, namespace: string, pod: Pod): PlatformRun['words'] {
  const link = podAt(api, namespace, pod.metadata.name)
  return wordsOf(pod).map((said) => ({ ...said, link }))
}

function stateTextOf({ resource, driver }: Recorded): string {
  const pod = driver === null ? 'no driver pod' : `driver pod ${driver.status.phase || 'not seen yet'}`
  if (resource === null) return driver?.status.reason ? `${pod}, ${driver.status.reason}` : pod
  return `${resource.stateText}, ${pod}`
}

function traitsOf({ resource, driver }: Recorded): NonNullable<PlatformRun['traits']> {
  const { labels, annotations } = { ...(resource ?? driver)?.metadata }
  const named =
    driver === null ? (resource?.image ?? null) : (sparkContainer(driver)?.image ?? resource?.image ?? null)
  const image = named === null || driver === null ? named : pinned(named, sparkStatus(driver)?.imageID ?? '')
  const commit = COMMITS.map((name) => annotations?.[name] ?? labels?.[name]).find(
    (value) => value !== undefined,
  )
  const known: [RunTrait, string | null | undefined][] = [
    ['commit', commit ?? labels?.['app.kubernetes.io/version']],
    ['image', image],
    ['spark_version', versionOf({ namespace: '', resource, driver })],
    ['definition', resource?.definition],
  ]
  return Object.fromEntries(
    known.filter(([, value]) => value !== null && value !== undefined && value !== ''),
  )
}

/** Of which data it is, by its labels, annotations and arguments. */
function datesOfRecord({ resource, driver }: Recorded): DataDates {
  const of = [driver?.metadata, resource?.metadata].map((metadata) =>
    datesOfNames({ ...metadata?.annotations, ...metadata?.labels }),
  )
  return Object.assign({}, ...of, datesOfArguments(resource?.arguments ?? [])) as DataDates
}

/** One whose pod and SparkApplication have gone, or which was suspended and so has lost its id. */
async function goneRun(cluster: Cluster, run: Run, signal: AbortSignal): Promise<PlatformRun | null> {
  const trace = run.runId === null ? null : cluster.traces.of(run.runId)
  if (trace === null || run.runId === null) return null
  const end = await endOfTrace(cluster, trace, signal)
  if (!end.killed) return null
  const { resource } = end
  return {
    id: run.runId,
    jobName: cluster.normalise(
      resource === null ? (trace.owner?.name ?? trace.pod ?? '') : jobOf(resource.metadata),
    ),
    state: 'cancelled',
    stateText: resource?.stateText ?? 'its driver pod was told to end and is gone',
    attempt: null,
    maxAttempts: null,
    submittedAt: resource?.submittedAt ?? null,
    startedAt: null,
    endedAt: end.at,
    applicationId: run.runId,
    queue: resource?.queue ?? null,
    user: null,
    words: [],
    link: podAt(cluster.api, trace.namespace, trace.pod ?? ''),
  }
}

/** Why executors' containers ended or wait, as long as their pods are there. */
async function executorWords(
  cluster: Cluster,
  record: Recorded,
  signal: AbortSignal,
): Promise<PlatformRun['words']> {
  const id = idOf(record)
  if (id === null) return []
  const wanted = `${LABELS.role}=executor,${LABELS.appId}=${id}`
  const pods = await podsOf(cluster.api, record.namespace, wanted, signal)
  return pods
    .map((pod) => wordsAt(cluster, record.namespace, pod))
    .filter((words) => words.length > 0)
    .slice(-EXECUTORS_TOLD)
    .flat()
}

async function eventWords(
  { api }: Cluster,
  record: Recorded,
  signal: AbortSignal,
): Promise<PlatformRun['words']> {
  const warnings = (await eventsOf(api, record, 200, signal)).filter(
    ({ warning, reason }) => warning && !REPEATING.test(reason),
  )
  const alike = new Map(warnings.toReversed().map((event) => [`${event.reason} ${event.text}`, event]))
  return [...alike.values()]
    .toReversed()
    .slice(0, EVENTS_TOLD)
    .map(({ reason, text, about, count, link }) => ({
      text: `${reason}: ${text}`,
      link,
      from: `event about ${about}${count > 1 ? `, ${count} times` : ''}`,
      // Kubernetes speaks of a container there, as the allocator does in Spark's own words.
      place: 'container' as const,
    }))
}

/** What a namespace may use and has used up, which explains pods that are not made. */
async function quotaWords(
  { api }: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<PlatformRun['words']> {
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`
  const quotas = (await api.list(path, quotaSchema, signal))?.items ?? []
  return quotas.flatMap(({ metadata, status }) => {
    const full = Object.entries(status.hard).filter(([what, hard]) => isFull(status.used[what], hard))
    return full.length === 0
      ? []
      : [
          {
            text: `ResourceQuota ${metadata.name} is used up: ${full.map(([what, hard]) => `${what} ${status.used[what]} of ${hard}`).join(', ')}`,
            from: `quota of namespace ${namespace}`,
            place: 'platform' as const,
            link: `${api.server()}${path}`,
          },
        ]
  })
}

function isFull(used: string | undefined, hard: string): boolean {
  const [a, b] = [amountOf(used), amountOf(hard)]
  return a !== null && b !== null && b > 0 && a >= b * 0.95
}

/** A quantity of anything: cores in thousandths (`500m`), bytes, pods. */
function amountOf(quantity: string | undefined): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(m|[kMGTPE]i?|Ki)?$/.exec(quantity ?? '') ?? []
  if (number === undefined) return null
  const power = 'kMGTPE'.indexOf((unit ?? '').replace('K', 'k').charAt(0)) + 1
  if (unit === 'm') return Number(number) / 1000
  return Number(number) * (unit === undefined ? 1 : unit.endsWith('i') ? 1024 ** power : 1000 ** power)
}

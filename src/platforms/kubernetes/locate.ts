// From a run to its application: the driver behind the API server's proxy, else the History Server, else Kubernetes' record.
import type { Run } from '../../alerts/model.ts'
import type { ApplicationState, RunState, SparkApplication } from '../../ports.ts'
import { type Attempts, askingPatiently, createAttempts } from '../spark-rest/attempts.ts'
import { readEnvironment } from '../spark-rest/application.ts'
import { looksLikeApplication } from '../spark-rest/choose.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import { type Described, endedAs, foundInHistory, historyFind, historyPlace } from '../spark-rest/history.ts'
import { type ApplicationInfo, applicationSchema } from '../spark-rest/schema.ts'
import { isLabelValue } from './allow-list.ts'
import { killedAt } from './events.ts'
import type { DriverUis } from './driver-ui.ts'
import { type Cluster, findRecord } from './find.ts'
import { podAt, resourceAt, resourceOf } from './objects.ts'
import type { Resource } from './operators.ts'
import { LABELS, endOf, nameOf, sparkContainer, startOf, stateOf } from './pods.ts'
import { type Recorded, type Trace, idOf, runIdOf, traceIn } from './record.ts'

const APPLICATION_STATES: Readonly<Record<RunState, ApplicationState>> = {
  queued: 'waiting',
  running: 'running',
  // Spark's application is the attempt: the one that is tried again has failed.
  retrying: 'failed',
  succeeded: 'finished',
  failed: 'failed',
  cancelled: 'killed',
  unknown: 'unknown',
}

/**
 * The reader's `locate`. What was asked in vain on the way is in `unreached`. Null where all who were asked do not
 * know it; throws (ARR-501, ARR-502, ARR-506) where nobody found it and somebody who might have did not answer.
 */
export function createLocate(
  cluster: Cluster,
  uis: DriverUis,
  history: ReadClient | null,
): (run: Run, signal: AbortSignal) => Promise<SparkApplication | null> {
  const { config } = cluster
  return async (run, signal) => {
    const { attempt, unreached, throwIfAnyFailed } = createAttempts(signal)
    const hidden: string[] = []
    const record = await attempt('Kubernetes', () => findRecord(cluster, run, signal, hidden))
    const told = (): readonly string[] => [...hidden, ...unreached]
    if (record?.driver?.status.phase === 'Running' && config.driver_ui !== 'none') {
      const live = await attempt('driver UI', () =>
        askingPatiently(() => atDriver(cluster, uis, history, record, signal), signal),
      )
      if (live !== null) return { ...live, unreached: told() }
    }
    const kept =
      history === null
        ? null
        : await attempt('History Server', () => inHistory(cluster, history, run, record, signal))
    if (kept !== null && history !== null) {
      const how = await endOfKept(cluster, history, kept, record, attempt, signal)
      return {
        ...foundInHistory(history, described(kept, record, how.at), how.state),
        unreached: told(),
      }
    }
    if (record !== null) return { ...fromRecord(cluster, history, record), unreached: told() }
    const gone = run.runId === null ? null : cluster.traces.of(run.runId)
    const end = gone === null ? null : await attempt('events', () => endOfTrace(cluster, gone, signal))
    if (run.runId !== null && end?.killed === true)
      return { ...fromTrace(cluster, run.runId, end.at), unreached: told() }
    // "Not there" is an answer only of all who were asked.
    throwIfAnyFailed()
    return null
  }
}

/** How an application whose pod has gone came to its end, as far as Kubernetes still says. */
export interface TracedEnd {
  readonly killed: boolean
  readonly at: Date | null
  /** The SparkApplication that it was a run of, where that is still there. */
  readonly resource: Resource | null
}

/** Suspended SparkApplications and containers that were told to end mean that somebody ended it. */
export async function endOfTrace(cluster: Cluster, trace: Trace, signal: AbortSignal): Promise<TracedEnd> {
  const { api } = cluster
  const { owner, namespace } = trace
  const [at, found] = await Promise.all([
    killedAt(api, trace, signal),
    owner === null ? null : resourceOf(api, owner.operator, namespace, owner.name, signal),
  ])
  const resource = found !== null && isSame(found, trace) ? found : null
  return {
    killed: at !== null || resource?.state === 'cancelled',
    at: at ?? resource?.endedAt ?? null,
    resource,
  }
}

function isSame(resource: Resource, { uid, submissionId }: Trace): boolean {
  return uid === null
    ? submissionId !== null && resource.submissionId === submissionId
    : resource.metadata.uid === uid
}

async function inHistory(
  cluster: Cluster,
  history: ReadClient,
  run: Run,
  record: Recorded | null,
  signal: AbortSignal,
): Promise<ApplicationInfo | null> {
  const { resource } = record ?? {}
  const id =
    (record === null ? null : idOf(record)) ??
    (resource === null || resource === undefined ? null : cluster.traces.lastIdOf(resource.metadata.uid))
  // An id of the apache operator (`orders-0`) does not look like one of Spark's, and is one.
  const asked =
    id ??
    (record === null && run.runId !== null && isLabelValue(run.runId) && run.jobName === null
      ? run.runId
      : null)
  if (asked === null && run.runId !== null && !looksLikeApplication(run.runId) && run.jobName === null)
    return null
  return historyFind(history, run, asked, cluster.normalise, signal)
}

interface End {
  readonly state: ApplicationState
  readonly at: Date | null
}

/** Kubernetes' word; without one, the traces of a kill; without them, how its last job ended. */
async function endOfKept(
  cluster: Cluster,
  history: ReadClient,
  kept: ApplicationInfo,
  record: Recorded | null,
  attempt: Attempts['attempt'],
  signal: AbortSignal,
): Promise<End> {
  if (record !== null && (record.driver !== null || idOf(record) === kept.id)) return stateOfRecord(record)
  if (record?.resource?.state === 'cancelled') return { state: 'killed', at: null }
  const trace =
    cluster.traces.of(kept.id) ??
    (await attempt('History Server', () => environmentOf(cluster, history, kept, signal)))
  const traced = trace === null ? null : await attempt('Kubernetes', () => endOfTrace(cluster, trace, signal))
  if (traced?.killed === true) return { state: 'killed', at: traced.at }
  if (kept.attempts[0]?.completed === false) return { state: 'unknown', at: null }
  return {
    state: (await attempt('History Server', () => endedAs(history, kept, signal))) ?? 'unknown',
    at: null,
  }
}

async function environmentOf(
  { config }: Cluster,
  history: ReadClient,
  kept: ApplicationInfo,
  signal: AbortSignal,
): Promise<Trace | null> {
  const place = historyPlace(history, kept.id, kept.attempts[0]?.attemptId ?? null)
  return traceIn(await readEnvironment(place, signal), config.namespaces)
}

function stateOfRecord(record: Recorded): End {
  const { resource, driver } = record
  if (driver !== null) {
    // The pod is the attempt's own; the SparkApplication may have gone on to the next one.
    const state = stateOf(driver)
    return {
      state: state === 'unknown' && resource?.state === 'cancelled' ? 'killed' : state,
      at: endOf(driver),
    }
  }
  return { state: APPLICATION_STATES[resource?.state ?? 'unknown'], at: resource?.endedAt ?? null }
}

async function atDriver(
  cluster: Cluster,
  uis: DriverUis,
  history: ReadClient | null,
  record: Recorded,
  signal: AbortSignal,
): Promise<SparkApplication | null> {
  const id = idOf(record)
  const ui = id === null ? null : uis.of(record)
  if (ui === null) return null
  const path = `/api/v1/applications/${id}`
  const info = await ui.client.json(path, applicationSchema, signal)
  if (info === null) return null
  return {
    ...described(info, record, null),
    attemptId: null,
    state: 'running',
    foundAt: 'driver',
    link: ui.open ? `${ui.base}/` : pageOf(cluster, history, record),
    apiUrl: `${ui.base}${path}`,
    unreached: [],
  }
}

/** A page for people: an address of the API server wants a credential that a browser does not have. */
export function pageOf(cluster: Cluster, history: ReadClient | null, record: Recorded): string {
  const id = idOf(record)
  if (history !== null && id !== null) return `${history.baseUrl}/history/${id}/jobs/`
  return recordAt(cluster, record)
}

/** Where the times of a record stand: its driver's pod; its SparkApplication where that has none, or has not begun. */
export function recordAt({ api }: Cluster, { resource, driver, namespace }: Recorded, begun = true): string {
  return driver === null || (!begun && resource !== null)
    ? resourceAt(api, resource?.operator ?? 'kubeflow', namespace, resource?.metadata.name ?? '')
    : podAt(api, namespace, driver.metadata.name)
}

function fromRecord(cluster: Cluster, history: ReadClient | null, record: Recorded): SparkApplication {
  const { resource, driver } = record
  const { state, at } = stateOfRecord(record)
  return {
    id: runIdOf(record),
    name: resource?.metadata.name ?? (driver === null ? '' : nameOf(driver)),
    attemptId: null,
    state,
    startedAt:
      (driver === null ? null : startOf(driver)) ?? (resource ?? driver)?.metadata.creationTimestamp ?? null,
    endedAt: at,
    user: null,
    sparkVersion: versionOf(record),
    foundAt: 'cluster',
    link: pageOf(cluster, history, record),
    apiUrl: null,
    unreached: [],
  }
}

function fromTrace(cluster: Cluster, id: string, at: Date | null): SparkApplication {
  const trace = cluster.traces.of(id)
  return {
    id,
    name: trace?.owner?.name ?? trace?.pod ?? id,
    attemptId: null,
    state: 'killed',
    startedAt: null,
    endedAt: at,
    user: null,
    sparkVersion: null,
    foundAt: 'cluster',
    link: podAt(cluster.api, trace?.namespace ?? '', trace?.pod ?? ''),
    apiUrl: null,
    unreached: [],
  }
}

/** Spark's version: what the operator was told, or the pod's label, or the tag of an image that is called by it. */
export function versionOf({ resource, driver }: Recorded): string | null {
  const tag = /:v?(\d+\.\d+\.\d+)\b/.exec(driver === null ? '' : (sparkContainer(driver)?.image ?? ''))?.[1]
  return resource?.sparkVersion ?? driver?.metadata.labels[LABELS.version] ?? tag ?? null
}

function described(info: ApplicationInfo, record: Recorded | null, killed: Date | null): Described {
  const [newest] = info.attempts
  const ended = record?.driver == null ? null : endOf(record.driver)
  return {
    id: info.id,
    name: info.name,
    attemptId: newest?.attemptId ?? null,
    startedAt: newest?.startTime ?? null,
    // A driver that was killed hard leaves its log unfinished for ever; Kubernetes knows when it ended.
    endedAt: killed ?? ended ?? (newest?.completed === true ? newest.endTime : null),
    user: newest?.sparkUser ?? null,
    sparkVersion: newest?.appSparkVersion ?? (record === null ? null : versionOf(record)),
  }
}

// Ends applications on Kubernetes: the SparkApplication is suspended or deleted, a driver of spark-submit deleted.
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteOutcome } from '../../ports.ts'
import { type Reply, writeOnce } from '../../write-once.ts'
import { cannotRerun } from '../cannot-rerun.ts'
import type { PlatformDeps } from '../platform.ts'
import { parseSafeJson } from '../safe-json.ts'
import { createApi, statusOf } from './api.ts'
import type { Config } from './config.ts'
import { createConnections } from './connection.ts'
import { type Cluster, findRecord } from './find.ts'
import { GROUPS, type Resource } from './operators.ts'
import { stateOf } from './pods.ts'
import { type Recorded, type Traces, createTraces, ownerOf, placeIn } from './record.ts'
import { refused } from '../refused.ts'

const MAX_BYTES = 4 * 1024 * 1024

interface Deed {
  /** What is ended, for people. */
  readonly what: string
  readonly method: 'DELETE' | 'PATCH'
  readonly path: string
  readonly body: unknown
  readonly contentType: string
  /** Said when it is taken. */
  readonly done: string
  /** Whether the answer to it shows that it was understood; null where any 200 does. */
  readonly understood: ((body: string) => boolean) | null
}

/**
 * A writer that can end applications, once per call and never again by itself. What is least harmful is done: a
 * SparkApplication of kubeflow is suspended (its object stays, and `suspend: false` runs it again), one of apache, which
 * cannot be suspended, is deleted, and where there is no operator the driver's pod is (its executors belong to it). An
 * operator would start a deleted driver again, so its pod is never deleted in place of its SparkApplication. Each deed
 * names the uid it was decided for: a namesake made meanwhile is left alone (409). What Spark has given no id yet is
 * ended only under the uid that it was offered with (`etl/orders@5f0c2a91`). Who acts may be another than who
 * reads (`act_auth`).
 */
export function createWriter(
  platform: string,
  config: Config,
  deps: PlatformDeps,
  traces: Traces = createTraces(),
): PlatformWriter {
  const acting: Config = { ...config, auth: config.act_auth ?? config.auth }
  const connections = createConnections(platform, acting.auth)
  const cluster: Cluster = {
    // What decides about a deed is not an answer that somebody else got a moment ago.
    api: createApi(platform, config, deps.gate === undefined ? deps : { ...deps, gate: deps.gate.fresh() }),
    config,
    normalise: deps.normaliseJobName,
    traces,
  }

  async function send(deed: Deed, signal: AbortSignal): Promise<WriteOutcome> {
    let connection
    try {
      connection = await connections.get(signal)
    } catch (error) {
      return refused(`Nothing was asked of Kubernetes: ${reasonOf(error)}.`)
    }
    const { server, headers, agent } = connection
    const secure = server.startsWith('https:')
    return await writeOnce(
      {
        method: deed.method,
        url: `${server}${deed.path}`,
        body: JSON.stringify(deed.body),
        headers: { ...headers, accept: 'application/json', 'content-type': deed.contentType },
        timeoutMs: config.timeout_ms,
        maxBytes: MAX_BYTES,
        httpsAgent: secure ? agent : undefined,
        httpAgent: secure ? undefined : deps.httpAgent,
      },
      {
        outcome(reply) {
          if (reply.status === 401) connections.refused()
          return outcomeOf(reply, deed)
        },
        neverSent: `Kubernetes went away before ${deed.what} was touched`,
        lost: `The reply about ${deed.what} was lost`,
      },
      signal,
    )
  }

  return {
    platform,
    capabilities: new Set(config.actions),
    rerun: cannotRerun(platform),
    async kill(appId, signal) {
      const place = placeIn(appId)
      if (place !== null && place.uid === null)
        return refused(
          `${appId} is whatever has that name now, and nobody could say which that was when this was offered. Nothing was done: let Spark be looked into again and use the button that comes with it.`,
        )
      const run = { platform, cluster: null, jobName: null, runId: appId, attempt: null, retriesLeft: null }
      const hidden: string[] = []
      let record: Recorded | null
      try {
        record = await findRecord(cluster, run, signal, hidden)
      } catch (error) {
        if (!(error instanceof ArrestorError)) throw error
        return refused(`Kubernetes cannot be asked for ${appId}, so nothing was done (${reasonOf(error)}).`)
      }
      if (record === null)
        return refused(
          place === null
            ? `No pod or SparkApplication of ${appId} is in ${config.namespaces.join(', ')}.`
            : `${appId} is gone. What is called ${place.namespace}/${place.name} now, if anything is, was made anew since this was offered, and was left alone.`,
        )
      const deed = deedFor(record, appId, config, hidden)
      return typeof deed === 'string' ? refused(deed) : send(deed, signal)
    },
  }
}

/** What to do about a record, or why nothing. */
function deedFor(
  { namespace, resource, driver }: Recorded,
  appId: string,
  config: Config,
  hidden: readonly string[],
): Deed | string {
  if (resource !== null) {
    if (['succeeded', 'failed'].includes(resource.state))
      return `${appId} has ended already: its SparkApplication is ${resource.stateText}.`
    if (resource.state === 'cancelled')
      return `${appId} is ended already: its SparkApplication is ${resource.stateText}.`
    // The SparkApplication may have gone on to its next attempt, which nobody asked to end.
    if (!appId.includes('/') && isOver(driver))
      return `${appId} has ended already: its driver is ${driver?.status.phase}, its SparkApplication ${resource.stateText}.`
    if (!appId.includes('/') && driver === null && resource.applicationId !== appId)
      return `${appId} has ended already: its SparkApplication speaks of ${resource.applicationId ?? 'another attempt'}.`
    return resource.operator === 'kubeflow' && config.kubeflow_kill === 'suspend'
      ? suspension(resource, namespace)
      : deletionOf(resource, namespace)
  }
  if (driver === null) return `Nothing of ${appId} is there to be ended.`
  if (isOver(driver)) return `${appId} has ended already: its driver is ${driver.status.phase}.`
  if (driver.metadata.deletionTimestamp !== null) return `The driver of ${appId} is being deleted already.`
  const owner = ownerOf(driver)
  if (owner !== null)
    return `The driver of ${appId} belongs to SparkApplication ${owner.name}, which cannot be read${hidden.length === 0 ? '' : ` (${hidden.join('; ')})`}: its operator would start it again.`
  const { name, uid } = driver.metadata
  return {
    what: `pod ${namespace}/${name}`,
    method: 'DELETE',
    path: `/api/v1/namespaces/${namespace}/pods/${name}`,
    body: deleteOptions(uid),
    contentType: 'application/json',
    done: `Kubernetes deletes the driver's pod ${name}, and its executors with it.`,
    understood: null,
  }
}

function isOver(driver: Recorded['driver']): boolean {
  return driver !== null && !['running', 'waiting'].includes(stateOf(driver))
}

function suspension({ metadata }: Resource, namespace: string): Deed {
  const { name, uid, resourceVersion } = metadata
  return {
    what: `SparkApplication ${namespace}/${name}`,
    method: 'PATCH',
    path: `${GROUPS.kubeflow}/namespaces/${namespace}/sparkapplications/${name}`,
    // Both are preconditions: of the object that was looked at, in the state that it was seen in.
    body: { metadata: { uid, resourceVersion }, spec: { suspend: true } },
    contentType: 'application/merge-patch+json',
    done: `SparkApplication ${name} is told to suspend; the operator deletes its pods. Set spec.suspend to false to run it again.`,
    // An operator before 2.2 has no such field: Kubernetes drops it and answers 200.
    understood: (body) => {
      try {
        return (parseSafeJson(body) as { spec?: { suspend?: unknown } } | null)?.spec?.suspend === true
      } catch {
        return false
      }
    },
  }
}

function deletionOf({ operator, metadata }: Resource, namespace: string): Deed {
  const { name, uid } = metadata
  return {
    what: `SparkApplication ${namespace}/${name}`,
    method: 'DELETE',
    path: `${GROUPS[operator]}/namespaces/${namespace}/sparkapplications/${name}`,
    body: deleteOptions(uid),
    contentType: 'application/json',
    done: `Kubernetes deletes SparkApplication ${name}, and its pods with it.`,
    understood: null,
  }
}

function deleteOptions(uid: string): unknown {
  return { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } }
}

function outcomeOf({ status, data }: Reply, deed: Deed): WriteOutcome {
  const said = statusOf(data)
  if (status === 200 || status === 202) {
    if (!isObject(data))
      return { kind: 'unknown', detail: `What answered ${status} about ${deed.what} is not Kubernetes.` }
    if (deed.understood !== null && !deed.understood(data))
      return {
        kind: 'refused',
        detail: `This operator does not know suspend, so ${deed.what} runs on. Set kubeflow_kill: delete to end it by deleting it.`,
      }
    return { kind: 'accepted', detail: deed.done }
  }
  if (status === 404 && said !== null) return { kind: 'refused', detail: `${deed.what} was gone before.` }
  if (status === 409)
    return {
      kind: 'refused',
      detail: `${deed.what} changed meanwhile, so it was left alone${said === null ? '' : ` (${said})`}. Look again and repeat it if it is still wanted.`,
    }
  if (status >= 400 && status < 500 && said !== null)
    return { kind: 'refused', detail: `Kubernetes refuses: ${status} ${said}` }
  return {
    kind: 'unknown',
    detail: `${status}${said === null ? '' : ` ${said}`} was the answer about ${deed.what}, which is not how Kubernetes says yes.`,
  }
}

/** The object that was deleted or changed, or a `Status`. */
function isObject(body: string): boolean {
  try {
    const value = parseSafeJson(body) as { kind?: unknown } | null
    return typeof value === 'object' && value !== null && typeof value.kind === 'string'
  } catch {
    return false
  }
}

// What the API server has of one run, and the trace of it that is kept for when its pod has gone.
import { isName } from './allow-list.ts'
import type { Operator, Resource } from './operators.ts'
import { LABELS } from './pods.ts'
import type { Pod } from './schema.ts'

/** What there is of one run; at least one of the two. */
export interface Recorded {
  readonly namespace: string
  readonly resource: Resource | null
  readonly driver: Pod | null
}

/** Spark's id of a record, as far as anything says one. */
export function idOf({ resource, driver }: Recorded): string | null {
  return driver?.metadata.labels[LABELS.appId] || resource?.applicationId || null
}

/** What a run is called here: Spark's id, and before there is one its place. */
export function runIdOf(record: Recorded): string {
  return idOf(record) ?? placeOf(record)
}

/** Of the SparkApplication or the pod, with the beginning of its uid, which a namesake made later does not share: `etl/orders@5f0c2a91`. */
export function placeOf({ namespace, resource, driver }: Recorded): string {
  const { name = '', uid = '' } = (resource ?? driver)?.metadata ?? {}
  return `${namespace}/${name}${uid === '' ? '' : `@${uid.slice(0, PINNED)}`}`
}

const PINNED = 8

export interface Place {
  readonly namespace: string
  readonly name: string
  /** What its uid begins with; null where whatever has that name is meant. */
  readonly uid: string | null
}

/** The place that a run id names; null where it is no place. */
export function placeIn(runId: string): Place | null {
  const [, namespace, name, uid = null] = /^([^/@]+)\/([^/@]+)(?:@([^/@]+))?$/.exec(runId) ?? []
  return namespace === undefined || name === undefined ? null : { namespace, name, uid }
}

export interface Owner {
  readonly operator: Operator
  readonly name: string
}

/** Which operator's SparkApplication a driver belongs to, by its labels; null for one that spark-submit made. */
export function ownerOf({ metadata }: Pod): Owner | null {
  return ownerIn((label) => metadata.labels[label])
}

function ownerIn(label: (name: string) => string | undefined): Owner | null {
  const [kubeflow, apache] = [label(LABELS.kubeflow), label(LABELS.apache)]
  if (kubeflow !== undefined && isName(kubeflow)) return { operator: 'kubeflow', name: kubeflow }
  return apache !== undefined && isName(apache) ? { operator: 'apache', name: apache } : null
}

/** Where an application was. */
export interface Trace {
  readonly namespace: string
  readonly pod: string | null
  readonly owner: Owner | null
  /** The SparkApplication's uid, or the kubeflow operator's id of the submission: either tells it from a namesake. */
  readonly uid: string | null
  readonly submissionId: string | null
}

export interface Traces {
  keep(record: Recorded): void
  of(id: string): Trace | null
  /** Spark's id that a SparkApplication had last; suspended, it has none. */
  lastIdOf(uid: string): string | null
}

const KEPT = 1000

/**
 * In memory and no more: what a kill took away is asked about a few minutes later. Another replica, or this one after
 * a restart, has the History Server's environment to go by (`traceIn`).
 */
export function createTraces(): Traces {
  const byId = new Map<string, Trace>()
  const byUid = new Map<string, string>()
  const put = <T>(into: Map<string, T>, key: string, value: T): void => {
    into.delete(key)
    into.set(key, value)
    const [oldest] = into.keys()
    if (into.size > KEPT && oldest !== undefined) into.delete(oldest)
  }
  return {
    keep(record) {
      const { namespace, resource, driver } = record
      const id = idOf(record)
      if (id === null) return
      const owner =
        resource === null
          ? driver === null
            ? null
            : ownerOf(driver)
          : { operator: resource.operator, name: resource.metadata.name }
      put(byId, id, {
        namespace,
        pod: driver?.metadata.name ?? resource?.driverPod ?? null,
        owner,
        uid: resource?.metadata.uid ?? null,
        submissionId: driver?.metadata.labels[LABELS.submission] ?? resource?.submissionId ?? null,
      })
      if (resource !== null) put(byUid, resource.metadata.uid, id)
    },
    of: (id) => byId.get(id) ?? null,
    lastIdOf: (uid) => byUid.get(uid) ?? null,
  }
}

/** The same out of Spark's own properties, which name the pod and its labels; null where they do not. */
export function traceIn(
  properties: ReadonlyMap<string, string>,
  namespaces: readonly string[],
): Trace | null {
  const namespace = properties.get('spark.kubernetes.namespace') ?? 'default'
  const pod = properties.get('spark.kubernetes.driver.pod.name')
  if (pod === undefined || !isName(pod) || !namespaces.includes(namespace)) return null
  const label = (name: string): string | undefined => properties.get(`spark.kubernetes.driver.label.${name}`)
  return {
    namespace,
    pod,
    owner: ownerIn(label),
    uid: null,
    submissionId: label(LABELS.submission) ?? null,
  }
}

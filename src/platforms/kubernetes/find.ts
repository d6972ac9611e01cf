// From a run to what the API server has of it: the driver's pod, and the SparkApplication of whichever operator.
import type { Run } from '../../alerts/model.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { choose, looksLikeApplication } from '../spark-rest/choose.ts'
import { isLabelValue, isName } from './allow-list.ts'
import type { Api } from './api.ts'
import type { Config } from './config.ts'
import { listResources, operatorsOf, podsOf, resourceOf } from './objects.ts'
import { type Operator, type Resource, jobOf } from './operators.ts'
import { byPod } from './by-pod.ts'
import { LABELS, nameOf, newest, stateOf } from './pods.ts'
import { type Place, type Recorded, type Traces, ownerOf, placeIn, runIdOf } from './record.ts'
import type { Pod } from './schema.ts'

export interface Cluster {
  readonly api: Api
  readonly config: Config
  readonly normalise: (name: string) => string
  readonly traces: Traces
}

/**
 * By Spark's id (the label of the pods, the status of a SparkApplication), by `namespace/name` of a SparkApplication, a
 * driver or an executor (of this uid, where it says one), else by job name:
 * the SparkApplication's, its schedule's, or the application's own. Null where nobody knows it. `unreached` is told
 * what could not be read; throws where nothing could.
 */
export async function findRecord(
  cluster: Cluster,
  run: Run,
  signal: AbortSignal,
  unreached: string[] = [],
): Promise<Recorded | null> {
  const refused: Refused = new Map()
  const found = await search(cluster, run, signal, refused)
  unreached.push(...worthTelling(cluster, refused, found === null ? [] : [found]))
  return found
}

async function search(
  cluster: Cluster,
  run: Run,
  signal: AbortSignal,
  refused: Refused,
): Promise<Recorded | null> {
  const { runId } = run
  const namespaces = namespacesOf(cluster.config, run)
  if (runId !== null) {
    const place = placeIn(runId)
    if (place !== null && namespaces.includes(place.namespace) && isName(place.name))
      return await byName(cluster, place, signal, refused)
    if (isLabelValue(runId)) {
      const found = await byId(cluster, namespaces, runId, signal, refused)
      if (found !== null) return remembered(cluster, found)
    }
    if (looksLikeApplication(runId)) return null
  }
  const { jobName } = run
  if (jobName === null) return null
  const all = await everything(cluster, namespaces, signal, refused)
  const chosen = choose(
    candidates(all),
    run.runId === null ? run : { ...run, runId: null },
    cluster.normalise,
  )
  return chosen === null
    ? null
    : remembered(cluster, await completed(cluster, chosen.record, signal, refused))
}

/** Every record of the namespaces whose job has this (normalised) name. */
export async function recordsOf(
  cluster: Cluster,
  jobName: string,
  signal: AbortSignal,
  unreached: string[] = [],
): Promise<readonly Recorded[]> {
  const wanted = cluster.normalise(jobName)
  const refused: Refused = new Map()
  const all = await everything(cluster, cluster.config.namespaces, signal, refused)
  const named = candidates(all).filter(({ name }) => cluster.normalise(name) === wanted)
  const records = [...new Set(named.map(({ record }) => record))]
  unreached.push(...worthTelling(cluster, refused, records))
  return records
}

function namespacesOf(config: Config, { cluster }: Run): readonly string[] {
  return cluster !== null && config.namespaces.includes(cluster) ? [cluster] : config.namespaces
}

function remembered({ traces }: Cluster, record: Recorded): Recorded {
  traces.keep(record)
  return record
}

async function byName(
  cluster: Cluster,
  { namespace, name, uid }: Place,
  signal: AbortSignal,
  refused: Refused,
): Promise<Recorded | null> {
  const isMeant = ({ metadata }: Pick<Pod, 'metadata'>): boolean => metadata.uid.startsWith(uid ?? '')
  for (const operator of operatorsOf(cluster.config)) {
    const resource = await lenient(cluster, operator, refused, () =>
      resourceOf(cluster.api, operator, namespace, name, signal),
    )
    if (resource !== null && isMeant(resource))
      return remembered(
        cluster,
        await completed(cluster, { namespace, resource, driver: null }, signal, refused),
      )
  }
  const led = await byPod(
    cluster.api,
    { namespace, name, uid },
    () => resourcesIn(cluster, [namespace], signal, refused),
    signal,
  )
  if (led === null) return null
  if (led.id !== null) {
    const found = await byId(cluster, [namespace], led.id, signal, refused)
    return found === null ? null : remembered(cluster, found)
  }
  return remembered(
    cluster,
    await completed(cluster, { namespace, resource: led.resource, driver: led.driver }, signal, refused),
  )
}

async function byId(
  cluster: Cluster,
  namespaces: readonly string[],
  id: string,
  signal: AbortSignal,
  refused: Refused,
): Promise<Recorded | null> {
  const pods = await overNamespaces(namespaces, (namespace) =>
    podsOf(cluster.api, namespace, `${LABELS.role}=driver,${LABELS.appId}=${id}`, signal),
  )
  // A pod that is being deleted may stand beside its successor under the same id.
  const driver = newest(pods)
  if (driver !== null)
    return await completed(
      cluster,
      { namespace: driver.metadata.namespace, resource: null, driver },
      signal,
      refused,
    )
  const resources = await resourcesIn(cluster, namespaces, signal, refused)
  const resource = resources.find(({ applicationId }) => applicationId === id)
  return resource === undefined ? null : { namespace: resource.metadata.namespace, resource, driver: null }
}

async function everything(
  cluster: Cluster,
  namespaces: readonly string[],
  signal: AbortSignal,
  refused: Refused,
): Promise<readonly Recorded[]> {
  const [drivers, resources] = await Promise.all([
    overNamespaces(namespaces, (namespace) =>
      podsOf(cluster.api, namespace, `${LABELS.role}=driver`, signal),
    ),
    resourcesIn(cluster, namespaces, signal, refused),
  ])
  const owned = new Set<Pod>()
  const runs = resources.map((resource): Recorded => {
    const mine = drivers.filter((pod) => isOf(pod, resource))
    for (const pod of mine) owned.add(pod)
    return { namespace: resource.metadata.namespace, resource, driver: newest(mine) }
  })
  const alone = drivers.filter((pod) => !owned.has(pod))
  return [
    ...runs,
    ...alone.map((driver) => ({ namespace: driver.metadata.namespace, resource: null, driver })),
  ]
}

interface Candidate {
  readonly record: Recorded
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly startedAt: Date | null
}

/** One for each name that a record goes by. */
function candidates(records: readonly Recorded[]): readonly Candidate[] {
  return records.flatMap((record) => {
    const { resource, driver } = record
    const state = resource?.state ?? (driver === null ? 'unknown' : stateOf(driver))
    const names = [
      ...(resource === null ? [] : [resource.metadata.name, jobOf(resource.metadata)]),
      ...(driver === null ? [] : [nameOf(driver)]),
    ]
    return [...new Set(names)].map((name) => ({
      record,
      id: runIdOf(record),
      name,
      active: ['queued', 'running', 'retrying', 'waiting'].includes(state),
      startedAt: (resource ?? driver)?.metadata.creationTimestamp ?? null,
    }))
  })
}

/** The other half of a record: a pod's SparkApplication, or the pod of a SparkApplication. */
async function completed(
  cluster: Cluster,
  record: Recorded,
  signal: AbortSignal,
  refused: Refused,
): Promise<Recorded> {
  const { namespace, resource, driver } = record
  if (resource === null && driver !== null) {
    const owner = ownerOf(driver)
    if (owner === null || !operatorsOf(cluster.config).includes(owner.operator)) return record
    const found = await lenient(cluster, owner.operator, refused, () =>
      resourceOf(cluster.api, owner.operator, namespace, owner.name, signal),
    )
    return { ...record, resource: found !== null && isOf(driver, found) ? found : null }
  }
  if (resource === null || driver !== null) return record
  const label = resource.operator === 'kubeflow' ? LABELS.kubeflow : LABELS.apache
  const name = resource.metadata.name
  const pods = isLabelValue(name)
    ? await podsOf(cluster.api, namespace, `${LABELS.role}=driver,${label}=${name}`, signal)
    : []
  return { ...record, driver: newest(pods.filter((pod) => isOf(pod, resource))) }
}

/** A namesake that was made later is not its owner: where the pod says the owner's uid, that decides. */
function isOf(pod: Pod, { operator, metadata }: Resource): boolean {
  const owner = ownerOf(pod)
  if (owner?.operator !== operator || owner.name !== metadata.name) return false
  if (pod.metadata.namespace !== metadata.namespace) return false
  const uids = pod.metadata.ownerReferences.filter(({ kind }) => kind === 'SparkApplication')
  return uids.length === 0 || uids.some(({ uid }) => uid === metadata.uid)
}

async function resourcesIn(
  cluster: Cluster,
  namespaces: readonly string[],
  signal: AbortSignal,
  refused: Refused,
): Promise<readonly Resource[]> {
  const asked = operatorsOf(cluster.config).flatMap((operator) =>
    namespaces.map((namespace) =>
      lenient(cluster, operator, refused, () => listResources(cluster.api, operator, namespace, signal)),
    ),
  )
  return (await Promise.all(asked)).flatMap((found) => found ?? [])
}

/** Operators whose SparkApplications we may not read, with Kubernetes' words. */
type Refused = Map<Operator, string>

/**
 * Of an operator that the configuration names, what cannot be read is an error. Where it is only looked for, a refusal
 * (403) may as well mean that it is not there, for Kubernetes looks at permissions first.
 */
async function lenient<T>(
  { config }: Cluster,
  operator: Operator,
  refused: Refused,
  ask: () => Promise<T | null>,
): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (config.operator !== 'auto' || !(error instanceof ArrestorError) || error.code !== 'ARR-506')
      throw error
    refused.set(operator, `SparkApplications of ${operator}: ${reasonOf(error)}`)
    return null
  }
}

/** Refusals that may have hidden something: of an operator that made these pods, or of every operator. */
function worthTelling(
  { config }: Cluster,
  refused: Refused,
  records: readonly Recorded[],
): readonly string[] {
  const owners = new Set(
    records.map(({ driver }) => (driver === null ? undefined : ownerOf(driver)?.operator)),
  )
  const all = refused.size === operatorsOf(config).length
  return [...refused].filter(([operator]) => all || owners.has(operator)).map(([, said]) => said)
}

async function overNamespaces<T>(
  namespaces: readonly string[],
  ask: (namespace: string) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  return (await Promise.all(namespaces.map(ask))).flat()
}

// From the name of a pod, driver or executor, to the run that it is part of or was.
import { isLabelValue } from './allow-list.ts'
import type { Api } from './api.ts'
import { podOf } from './objects.ts'
import type { Resource } from './operators.ts'
import { LABELS, isDriver } from './pods.ts'
import type { Place } from './record.ts'
import type { Pod } from './schema.ts'

/** What a pod leads to: one of the three, the others null. */
export type LedTo =
  | { readonly driver: Pod; readonly resource: null; readonly id: null }
  | { readonly driver: null; readonly resource: Resource; readonly id: null }
  /** Spark's id, out of an executor's labels. */
  | { readonly driver: null; readonly resource: null; readonly id: string }

/**
 * A driver is its run; an executor says Spark's id. Of a pod that is gone (Spark deletes its executors) the kubeflow
 * operator still knows whose it was, and spark-submit names executors `<prefix>-exec-7` beside `<prefix>-driver`. Null
 * for pods of others, whatever they are called, and where a uid is asked for that it has not. `resources` are the
 * SparkApplications of the namespace, asked for only where the pod is gone. Throws as the API does.
 */
export async function byPod(
  api: Api,
  { namespace, name, uid }: Place,
  resources: () => Promise<readonly Resource[]>,
  signal: AbortSignal,
): Promise<LedTo | null> {
  const pod = await podOf(api, namespace, name, signal)
  if (pod !== null) return pod.metadata.uid.startsWith(uid ?? '') ? leads(pod) : null
  const [, prefix, role] = /^(.+)-(driver|exec-\d+)$/.exec(name) ?? []
  if (uid !== null || prefix === undefined) return null
  const resource = (await resources()).find(
    ({ driverPod, executorPods }) => driverPod === name || executorPods.includes(name),
  )
  if (resource !== undefined) return { driver: null, resource, id: null }
  const driver = role === 'driver' ? null : await podOf(api, namespace, `${prefix}-driver`, signal)
  return driver !== null && isDriver(driver) ? { driver, resource: null, id: null } : null
}

function leads(pod: Pod): LedTo | null {
  if (isDriver(pod)) return { driver: pod, resource: null, id: null }
  const { [LABELS.role]: role, [LABELS.appId]: id = '' } = pod.metadata.labels
  return role === 'executor' && isLabelValue(id) ? { driver: null, resource: null, id } : null
}

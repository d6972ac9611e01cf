// Objects as the API server has them: pods by label, SparkApplications of either operator by name and all.
import { isName } from './allow-list.ts'
import type { Api } from './api.ts'
import type { Config } from './config.ts'
import { GROUPS, type Operator, type Resource, fromApache, fromKubeflow } from './operators.ts'
import { LABELS } from './pods.ts'
import { type Pod, apacheSchema, kubeflowSchema, podSchema } from './schema.ts'

/** SparkApplications that a cluster keeps after their end are few; of more than so many the rest is not seen. */
const RESOURCES = 1000

/** One pod; null where there is none of that name. */
export async function podOf(
  api: Api,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Pod | null> {
  return isName(name) ? api.get(`/api/v1/namespaces/${namespace}/pods/${name}`, podSchema, signal) : null
}

/** Pods of a namespace with these labels. */
export async function podsOf(
  api: Api,
  namespace: string,
  labelSelector: string,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  return (await api.list(path, podSchema, signal, { labelSelector }))?.items ?? []
}

/** Where a pod stands, for whoever may ask the API server; `kubectl get --raw` takes what follows its host. */
export function podAt(api: Pick<Api, 'server'>, namespace: string, name: string): string {
  return `${api.server()}/api/v1/namespaces/${namespace}/pods/${name}`
}

/** Where the pods of an application are listed, its driver among them. */
export function podsAt(api: Pick<Api, 'server'>, namespace: string, appId: string): string {
  const selector = encodeURIComponent(`${LABELS.appId}=${appId}`)
  return `${api.server()}/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`
}

/** Where a SparkApplication stands. */
export function resourceAt(
  api: Pick<Api, 'server'>,
  operator: Operator,
  namespace: string,
  name: string,
): string {
  return `${api.server()}${GROUPS[operator]}/namespaces/${namespace}/sparkapplications/${name}`
}

/** Operators whose SparkApplications are looked for. */
export function operatorsOf({ operator }: Config): readonly Operator[] {
  if (operator === 'auto') return ['kubeflow', 'apache']
  return operator === 'none' ? [] : [operator]
}

/** One SparkApplication by its name. */
export async function resourceOf(
  api: Api,
  operator: Operator,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Resource | null> {
  const path = `${GROUPS[operator]}/namespaces/${namespace}/sparkapplications/${name}`
  if (operator === 'kubeflow') {
    const app = await api.get(path, kubeflowSchema, signal)
    return app === null ? null : fromKubeflow(app)
  }
  const app = await api.get(path, apacheSchema, signal)
  return app === null ? null : fromApache(app)
}

/** SparkApplications of a namespace; null where the cluster has no such kind. */
export async function listResources(
  api: Api,
  operator: Operator,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Resource[] | null> {
  const path = `${GROUPS[operator]}/namespaces/${namespace}/sparkapplications`
  if (operator === 'kubeflow') {
    const found = await api.list(path, kubeflowSchema, signal, {}, RESOURCES)
    return found === null ? null : found.items.map(fromKubeflow)
  }
  const found = await api.list(path, apacheSchema, signal, {}, RESOURCES)
  return found === null ? null : found.items.map(fromApache)
}

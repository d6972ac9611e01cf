// What a read client may ask of an API server: seven resources of named namespaces, and reads of a driver's UI (P10).
import { isRead } from '../spark-rest/allow-list.ts'

/** RFC 1123: a namespace, a pod, a SparkApplication. Nothing encoded, no `;`, no dots alone can be in it. */
const NAME = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?'
const IN_NAMESPACE = `/namespaces/${NAME}`

const READS: readonly RegExp[] = [
  '/version',
  `/api/v1${IN_NAMESPACE}/(?:pods|events|resourcequotas)`,
  `/api/v1${IN_NAMESPACE}/pods/${NAME}(?:/log)?`,
  `/apis/sparkoperator\\.k8s\\.io/v1beta2${IN_NAMESPACE}/sparkapplications(?:/${NAME})?`,
  `/apis/spark\\.apache\\.org/v1${IN_NAMESPACE}/sparkapplications(?:/${NAME})?`,
].map((path) => new RegExp(`^${path}$`))

const PROXY = new RegExp(`^/api/v1${IN_NAMESPACE}/pods/${NAME}:\\d{1,5}/proxy(/.*)$`)
/** Of a driver UI its REST API and its metrics; its pages have the kill links. */
const OF_SPARK = /^\/(?:api\/v1|metrics)\//

/**
 * Whether a path is one of those reads. `exec`, `attach` and `portforward` answer to GET as well, and a driver UI
 * behind the proxy kills jobs by GET: what is below `/proxy` has to be a read of Spark's own list besides.
 */
export function isKubernetesRead(path: string): boolean {
  if (path.includes('..')) return false
  if (READS.some((read) => read.test(path))) return true
  const below = PROXY.exec(path)?.[1]
  return below !== undefined && OF_SPARK.test(below) && isRead(below)
}

/** Whether a text can stand in a path as a name. */
export function isName(text: string): boolean {
  return new RegExp(`^${NAME}$`).test(text) && !text.includes('..')
}

/** Whether a text can be the value of a label, and so be looked for. */
export function isLabelValue(text: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text)
}

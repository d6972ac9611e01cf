// Kubernetes' events about a run: about its pods and its SparkApplication, the newest first. They are kept for an hour.
import type { PlatformEvent } from '../../ports.ts'
import type { Api } from './api.ts'
import { isName } from './allow-list.ts'
import { podsOf } from './objects.ts'
import { LABELS } from './pods.ts'
import { type Recorded, type Trace, idOf } from './record.ts'
import { type Event, eventSchema } from './schema.ts'

/** Warnings of a whole namespace that are looked through for those about executors. */
const WARNINGS = 1000

/**
 * What is noted about the driver, the SparkApplication, and as warnings about executors: those that are there, that the
 * operator remembers, and that are named like them, for an executor's pod is deleted when it ends.
 */
export async function eventsOf(
  api: Api,
  record: Recorded,
  limit: number,
  signal: AbortSignal,
): Promise<readonly PlatformEvent[]> {
  const { namespace, resource, driver } = record
  const driverName = driver?.metadata.name ?? resource?.driverPod ?? null
  const about = [resource?.metadata.name ?? null, driverName].filter((name) => name !== null)
  const [own, warnings, executors] = await Promise.all([
    Promise.all(
      [...new Set(about)].map((name) => listed(api, namespace, `involvedObject.name=${name}`, signal)),
    ),
    listed(api, namespace, 'type=Warning,involvedObject.kind=Pod', signal, WARNINGS),
    executorNames(api, record, signal),
  ])
  const isExecutor = namedLike(executors)
  // Of a namesake that was there before, Kubernetes may still have events; they have another uid.
  const uids = new Set(
    [resource?.metadata.uid, driver?.metadata.uid].filter((uid) => uid !== undefined && uid !== ''),
  )
  const mine = own
    .flat()
    .filter(({ involvedObject: { uid } }) => uid === '' || uids.size === 0 || uids.has(uid))
  const theirs = warnings.filter(({ involvedObject: { name } }) => name !== driverName && isExecutor(name))
  return [...mine, ...theirs]
    .map((event) => platformEvent(event, api.server(), namespace))
    .sort((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0))
    .slice(0, limit)
}

/** When a driver's container was told to end; null where nothing says so, which after an hour is always. */
export async function killedAt(
  api: Api,
  { namespace, pod }: Trace,
  signal: AbortSignal,
): Promise<Date | null> {
  if (pod === null || !isName(pod)) return null
  const found = await listed(api, namespace, `involvedObject.name=${pod},reason=Killing`, signal)
  const times = found.flatMap((event) => timeOf(event) ?? [])
  return times.sort((a, b) => b.getTime() - a.getTime())[0] ?? null
}

async function listed(
  api: Api,
  namespace: string,
  fieldSelector: string,
  signal: AbortSignal,
  limit = 200,
): Promise<readonly Event[]> {
  const path = `/api/v1/namespaces/${namespace}/events`
  return (await api.list(path, eventSchema, signal, { fieldSelector }, limit))?.items ?? []
}

async function executorNames(api: Api, record: Recorded, signal: AbortSignal): Promise<readonly string[]> {
  const id = idOf(record)
  const pods =
    id === null
      ? []
      : await podsOf(api, record.namespace, `${LABELS.role}=executor,${LABELS.appId}=${id}`, signal)
  return [...pods.map(({ metadata }) => metadata.name), ...(record.resource?.executorPods ?? [])]
}

/** Spark names executors `<prefix>-exec-<number>`, the prefix being the same for all of an application. */
function namedLike(names: readonly string[]): (name: string) => boolean {
  const prefixes = new Set(names.flatMap((name) => /^(.+-exec-)\d+$/.exec(name)?.[1] ?? []))
  return (name) => names.includes(name) || prefixes.has(/^(.+-exec-)\d+$/.exec(name)?.[1] ?? '')
}

function timeOf({ lastTimestamp, series, eventTime, metadata }: Event): Date | null {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp
}

function platformEvent(event: Event, server: string, namespace: string): PlatformEvent {
  const { involvedObject, reason, message, type, count, series } = event
  const { kind, name } = involvedObject
  const fields = [...(kind === '' ? [] : [`involvedObject.kind=${kind}`]), `involvedObject.name=${name}`, `reason=${reason}`] // prettier-ignore
  return {
    at: timeOf(event),
    about: `${kind} ${name}`.trim(),
    reason,
    text: message,
    count: series?.count || count || 1,
    warning: type === 'Warning',
    link: `${server}/api/v1/namespaces/${namespace}/events?fieldSelector=${encodeURIComponent(fields.join(','))}`,
  }
}

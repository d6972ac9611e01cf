// Reads Spark on Kubernetes: pods, events and SparkApplications say how a run stands, Spark itself why it fails.
import { ArrestorError } from '../../errors.ts'
import type { PlatformReader, ReadCapability, SparkApplication } from '../../ports.ts'
import { notOffered } from '../not-offered.ts'
import type { PlatformDeps } from '../platform.ts'
import { isPathWord } from '../spark-rest/allow-list.ts'
import type { Place } from '../spark-rest/application.ts'
import { liveDetails, sparkDetails } from '../spark-rest/details.ts'
import { createHistoryClient } from '../spark-rest/history-client.ts'
import { atDriverOrHistory, historyPlace } from '../spark-rest/history.ts'
import { historyBeside } from '../spark-rest/history-server.ts'
import { createApi } from './api.ts'
import { checkOf } from './check.ts'
import type { Config } from './config.ts'
import { createDriverUis } from './driver-ui.ts'
import { eventsOf } from './events.ts'
import { type Cluster, findRecord } from './find.ts'
import { podAt, podsAt, podsOf } from './objects.ts'
import { createLocate } from './locate.ts'
import { logOf } from './logs.ts'
import { LABELS, containersOf } from './pods.ts'
import { type Traces, createTraces, idOf } from './record.ts'
import { runOfKubernetes, runsOfKubernetes } from './runs.ts'

export const CAPABILITIES: readonly ReadCapability[] = [
  'application',
  'executors',
  'stages',
  'tasks',
  'environment',
  'run',
  'runs',
  'log',
  'sql',
  'containers',
  'events',
  'threads',
  'gauges',
  'history',
]
/** What comes from Spark itself, through the proxy or the History Server. */
const DETAILS: ReadonlySet<ReadCapability> = new Set(['executors', 'stages', 'tasks', 'environment', 'sql'])
/** What only a driver that lives can tell. */
const LIVE: ReadonlySet<ReadCapability> = new Set(['threads', 'gauges'])

/** A reader of these namespaces. Nothing is asked before its methods are called. */
export function createReader(
  platform: string,
  config: Config,
  deps: PlatformDeps,
  traces: Traces = createTraces(),
): PlatformReader {
  const api = createApi(platform, config, deps)
  const cluster: Cluster = { api, config, normalise: deps.normaliseJobName, traces }
  const history = createHistoryClient(platform, config, deps, { authorization: config.history_authorization })
  const uis = createDriverUis(platform, config, api, deps)
  const locate = createLocate(cluster, uis, history)

  function placeOf(app: SparkApplication): Place {
    const [base, tail] = app.apiUrl?.split('/api/v1/applications/') ?? []
    const nowhere = (why: string): ArrestorError =>
      new ArrestorError('ARR-501', { platform, url: app.link, why })
    if (base === undefined || tail === undefined || !tail.split('/').every(isPathWord))
      throw nowhere('only Kubernetes remembers this application, and it keeps no details')
    if (history?.baseUrl === base) return historyPlace(history, app.id, app.attemptId)
    return {
      client: uis.at(base),
      path: `/api/v1/applications/${tail}`,
      pages: history === null ? base : `${history.baseUrl}/history/${app.id}`,
    }
  }

  const at = atDriverOrHistory(history, placeOf, ['ARR-501', 'ARR-502'])

  return {
    ...notOffered(platform, config.kind),
    platform,
    kind: config.kind,
    capabilities: new Set(CAPABILITIES.filter((one) => offers(config, one))),
    locate,
    ...sparkDetails(at),
    ...historyBeside(platform, history),
    ...(config.driver_ui !== 'none' ? liveDetails(at) : {}),
    run: (run, signal) => runOfKubernetes(cluster, history, run, signal),
    runs: (jobName, limit, signal) => runsOfKubernetes(cluster, history, jobName, limit, signal),
    async log(run, bytes, signal) {
      const record = await findRecord(cluster, run, signal)
      return record === null ? null : logOf(api, record, bytes, signal)
    },
    async containers(run, signal) {
      const record = await findRecord(cluster, run, signal)
      if (record === null) return []
      const id = idOf(record)
      const { driver, namespace } = record
      const pods =
        id === null
          ? []
          : await podsOf(api, namespace, `${LABELS.role}=executor,${LABELS.appId}=${id}`, signal)
      return [...(driver === null ? [] : [driver]), ...pods].flatMap((pod) => {
        const link = podAt(api, namespace, pod.metadata.name)
        const listedAt = id === null ? link : podsAt(api, namespace, id)
        return containersOf(pod).map((one) => ({ ...one, link, listedAt }))
      })
    },
    async events(run, limit, signal) {
      const record = await findRecord(cluster, run, signal)
      return record === null ? [] : eventsOf(api, record, limit, signal)
    },
    check: (signal) => checkOf(platform, api, config, history, signal),
  }
}

/** P13: without a way to Spark's own pages there are no details. */
function offers(config: Config, capability: ReadCapability): boolean {
  if (capability === 'history') return config.history_url !== undefined
  if (LIVE.has(capability)) return config.driver_ui !== 'none'
  return !DETAILS.has(capability) || config.driver_ui !== 'none' || config.history_url !== undefined
}

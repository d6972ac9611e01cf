// Reads Spark on YARN: the ResourceManager knows who is there and why it waits or ended, Spark itself why it fails.
import type { PlatformReader, ReadCapability, SparkCluster } from '../../ports.ts'
import { notOffered } from '../not-offered.ts'
import type { PlatformDeps } from '../platform.ts'
import { liveDetails, sparkDetails } from '../spark-rest/details.ts'
import { atDriverOrHistory, historyCheck } from '../spark-rest/history.ts'
import { historyBeside } from '../spark-rest/history-server.ts'
import { createClients, placeOf } from './clients.ts'
import { clusterOf, rmCheck } from './cluster.ts'
import type { Config } from './config.ts'
import { createLocate } from './find.ts'
import { jobHistoryCheck } from './job-history.ts'
import { logOf } from './logs.ts'
import { findApp } from './rm.ts'
import { runOfYarn, runsOfYarn } from './runs.ts'

export const CAPABILITIES: readonly ReadCapability[] = [
  'application',
  'executors',
  'stages',
  'tasks',
  'environment',
  'cluster',
  'run',
  'runs',
  'log',
  'sql',
  'threads',
  'gauges',
  'history',
]
/** What comes from Spark itself, through the proxy or the History Server. */
const DETAILS: ReadonlySet<ReadCapability> = new Set(['executors', 'stages', 'tasks', 'environment', 'sql'])

/** A reader of the cluster that this configuration names. Nothing is asked before its methods are called. */
export function createReader(platform: string, config: Config, deps: PlatformDeps): PlatformReader {
  const { normaliseJobName: normalise } = deps
  const clients = createClients(platform, config, deps)
  const locate = createLocate(config, clients, normalise)

  // The proxy of an application that has ended leads to a page that is not a read: ARR-502.
  const at = atDriverOrHistory(clients.history, (app) => placeOf(app, clients, platform), [
    'ARR-501',
    'ARR-502',
  ])

  return {
    ...notOffered(platform, config.kind),
    platform,
    kind: config.kind,
    capabilities: new Set(CAPABILITIES.filter((one) => offers(config, one))),
    locate,
    ...sparkDetails(at),
    ...historyBeside(platform, clients.history),
    ...(config.proxy === 'rm' ? liveDetails(at) : {}),
    cluster: (signal): Promise<SparkCluster> => clusterOf(clients, config, signal),
    run: (run, signal) => runOfYarn(clients, config, normalise, run, signal),
    runs: (jobName, limit, signal) => runsOfYarn(clients, config, normalise, jobName, limit, signal),
    async log(run, bytes, signal) {
      const record = await findApp(clients, config, run, normalise, signal)
      return record === null ? null : logOf(platform, clients, config, record.app.id, bytes, signal)
    },
    async check(signal) {
      const parts = [
        await rmCheck(clients, signal),
        await historyCheck(platform, clients.history, signal),
        await jobHistoryCheck(platform, clients, signal),
      ]
      return `${parts.filter((one) => one !== null).join('; ')}.`
    },
  }
}

/** P13: without a way to Spark's own pages there are no details, without a way to logs no logs. */
function offers(config: Config, capability: ReadCapability): boolean {
  if (capability === 'threads' || capability === 'gauges') return config.proxy === 'rm'
  if (capability === 'history') return config.history_url !== undefined
  if (capability === 'log') return config.node_logs || config.job_history_url !== undefined
  return !DETAILS.has(capability) || config.proxy === 'rm' || config.history_url !== undefined
}

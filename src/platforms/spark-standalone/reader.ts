// Reads a standalone Spark cluster: the master knows who is there, driver UI and History Server know why it fails.
import type { PlatformReader, ReadCapability } from '../../ports.ts'
import { liveDetails, sparkDetails } from '../spark-rest/details.ts'
import { atDriverOrHistory, historyCheck } from '../spark-rest/history.ts'
import { historyBeside } from '../spark-rest/history-server.ts'
import { notOffered } from '../not-offered.ts'
import type { PlatformDeps } from '../platform.ts'
import { createClients, placeOf, readMaster } from './clients.ts'
import type { Config } from './config.ts'
import { createLocate } from './find.ts'
import { containersOf, lostWorkers } from './containers.ts'
import { driverById, isDriverId, runOfDriver } from './drivers.ts'
import { driverLog } from './logs.ts'
import { earlierRuns, runWithMaster } from './runs.ts'

/** What a reader of this kind can answer. */
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
  'containers',
  'events',
  'history',
]
/** What only a live driver tells. */
const LIVE: ReadonlySet<ReadCapability> = new Set(['threads', 'gauges'])

/** A reader of the cluster that this configuration names. Nothing is asked before its methods are called. */
export function createReader(platform: string, config: Config, deps: PlatformDeps): PlatformReader {
  const clients = createClients(platform, config, deps)
  const locate = createLocate(platform, config, clients, deps.normaliseJobName)

  const at = atDriverOrHistory(clients.history, (app) => placeOf(app, clients, platform), ['ARR-501'])

  return {
    ...notOffered(platform, config.kind),
    platform,
    kind: config.kind,
    capabilities: new Set(CAPABILITIES.filter((one) => offers(config, one))),
    locate,
    ...sparkDetails(at),
    ...historyBeside(platform, clients.history),
    ...(config.driver_ui === 'none' ? {} : liveDetails(at)),
    async run(run, signal) {
      if (run.runId !== null && isDriverId(run.runId)) {
        const found = driverById(await readMaster(clients.master, platform, signal), run.runId)
        const name = deps.normaliseJobName(found?.drivers[0].mainclass ?? '')
        return found === null ? null : runOfDriver(found, name, `${clients.master.baseUrl}/`)
      }
      const app = await locate(run, signal)
      if (app === null) return null
      return runWithMaster(platform, clients, app, deps.normaliseJobName(app.name), at, signal)
    },
    runs: (jobName, limit, signal) =>
      earlierRuns(platform, clients, deps.normaliseJobName, jobName, limit, signal),
    log: (run, bytes, signal) =>
      driverLog(platform, clients, { locate, at, normalise: deps.normaliseJobName }, run, bytes, signal),
    containers: (run, signal) => containersOf(platform, clients, run, deps.normaliseJobName, signal),
    events: (run, limit, signal) => lostWorkers(platform, clients, run, deps.normaliseJobName, limit, signal),
    async cluster(signal) {
      const master = await readMaster(clients.master, platform, signal)
      const page = `${clients.master.baseUrl}/json/`
      return {
        aliveWorkers: master.workers.filter(({ state }) => state === 'ALIVE').length,
        workers: master.workers.map(({ id, host, state, cores, memory }) => ({
          id,
          host,
          state,
          cores,
          memoryMb: memory,
        })),
        waitingApplications: master.activeapps.filter(({ state }) => state === 'WAITING').length,
        status: master.status,
        shownAt: { workers: page, waiting: page, status: page },
      }
    },
    async check(signal) {
      const master = await readMaster(clients.master, platform, signal)
      const alive = master.workers.filter(({ state }) => state === 'ALIVE').length
      return (
        `Spark master ${clients.master.baseUrl} is ${master.status}: ${alive} of ${master.workers.length} workers alive, ` +
        `${master.activeapps.length} active applications; ${await historyCheck(platform, clients.history, signal)}.`
      )
    },
  }
}

/** P13: without a way to driver UIs there is nothing of this instant to see, and a server that is not named is not asked. */
function offers(config: Config, capability: ReadCapability): boolean {
  if (capability === 'history') return config.history_url !== undefined
  return !LIVE.has(capability) || config.driver_ui !== 'none'
}

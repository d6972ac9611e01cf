// Executors as containers of a run: how each ended, by the master's page, and where it ran, by its worker.
import type { Run } from '../../alerts/model.ts'
import type { PlatformEvent, RunContainer } from '../../ports.ts'
import { choose } from '../spark-rest/choose.ts'
import { type Clients, readMaster } from './clients.ts'
import { type PageExecutor, executorsOn } from './master-page.ts'
import { type Master, type MasterApplication, type MasterWorker, applicationsOf } from './schema.ts'
import { readWorkers } from './workers.ts'

/** Ends that the master or the application wished for; of the others nobody gave the order. */
const INTENDED: ReadonlySet<string> = new Set(['KILLED', 'DECOMMISSIONED'])
const LIVE: ReadonlySet<string> = new Set(['LAUNCHING', 'RUNNING'])
const MB = 2 ** 20

interface Known {
  readonly master: Master
  readonly app: MasterApplication
}

async function knownTo(
  platform: string,
  { master: client }: Clients,
  run: Run,
  normalise: (name: string) => string,
  signal: AbortSignal,
): Promise<Known | null> {
  const master = await readMaster(client, platform, signal)
  const candidates = applicationsOf(master).map((app) => ({
    ...app,
    active: master.activeapps.includes(app),
    startedAt: new Date(app.starttime),
  }))
  const app = choose(candidates, run, normalise)
  return app === null ? null : { master, app }
}

/** The page of an application, which alone says how its executors ended; null where the master has none (any more). */
export function pageOf({ master }: Clients, id: string, signal: AbortSignal): Promise<string | null> {
  return master.page('/app/', signal, { appId: id })
}

/** Executors of the run's application; none where the master has forgotten it. A worker that is silent is left out. */
export async function containersOf(
  platform: string,
  clients: Clients,
  run: Run,
  normalise: (name: string) => string,
  signal: AbortSignal,
): Promise<readonly RunContainer[]> {
  const known = await knownTo(platform, clients, run, normalise, signal)
  if (known === null) return []
  const { master, app } = known
  const page = await pageOf(clients, app.id, signal)
  const told = new Map((page === null ? [] : executorsOn(page)).map((one) => [one.id, one]))
  // A page without them is of a master that has forgotten them; their workers may still know who they were.
  const { workers } = told.size > 0 ? { workers: [] } : await readWorkers(clients, master, page, signal)
  for (const { id: worker, executors, finishedexecutors } of workers)
    for (const [list, state] of [
      [finishedexecutors, 'KILLED'],
      [executors, 'RUNNING'],
    ] as const)
      for (const { id, appid, memory } of list)
        if (appid === app.id) told.set(String(id), { id: String(id), worker, memoryMb: memory, state })
  // Their page lists them with their states.
  const link = `${clients.master.baseUrl}/app/?appId=${encodeURIComponent(app.id)}`
  return [...told.values()].map((one) => ({ ...containerOf(one, master.workers), link, listedAt: link }))
}

function containerOf(
  { id, worker, memoryMb, state }: PageExecutor,
  workers: readonly MasterWorker[],
): Omit<RunContainer, 'link' | 'listedAt'> {
  const home = workers.find((one) => one.id === worker)
  const lost = home !== undefined && home.state !== 'ALIVE'
  const running = LIVE.has(state) && !lost
  return {
    id: `executor ${id} on ${worker}`,
    role: 'executor',
    state: running ? 'running' : 'ended',
    reason: running || (INTENDED.has(state) && !lost) ? null : lost ? `worker ${home.state}` : state,
    message: lost ? lossOf(home) : null,
    exitCode: null,
    restarts: 0,
    node: home?.host ?? null,
    startedAt: null,
    endedAt: null,
    memoryLimitBytes: memoryMb === null ? null : memoryMb * MB,
  }
}

/** Workers that were lost since the run's application began, or stand lost while it waits. */
export async function lostWorkers(
  platform: string,
  clients: Clients,
  run: Run,
  normalise: (name: string) => string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly PlatformEvent[]> {
  const known = await knownTo(platform, clients, run, normalise, signal)
  if (known === null) return []
  const { master, app } = known
  const end =
    app.duration === undefined || master.activeapps.includes(app)
      ? Number.POSITIVE_INFINITY
      : app.starttime + app.duration
  return master.workers
    .filter(
      ({ state, lastheartbeat: at = 0 }) =>
        state !== 'ALIVE' && ((at >= app.starttime && at <= end) || app.state === 'WAITING'),
    )
    .sort((a, b) => (b.lastheartbeat ?? 0) - (a.lastheartbeat ?? 0))
    .slice(0, limit)
    .map((worker) => ({
      at: worker.lastheartbeat === undefined ? null : new Date(worker.lastheartbeat),
      about: worker.id,
      reason: `worker ${worker.state}`,
      text: lossOf(worker),
      count: 1,
      warning: true,
      link: `${clients.master.baseUrl}/json/`,
    }))
}

function lossOf({ id, host, state, lastheartbeat }: MasterWorker): string {
  const heard =
    lastheartbeat === undefined ? '' : `; it was heard last at ${new Date(lastheartbeat).toISOString()}`
  return `Worker ${id} on ${host} is ${state}${heard}`
}

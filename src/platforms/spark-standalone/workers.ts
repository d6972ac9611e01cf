// Workers by their own word: what they have left, whose executors hold the rest, and which executors they had.
import { reasonOf } from '../../errors.ts'
import type { PlatformRun } from '../../ports.ts'
import type { Clients } from './clients.ts'
import { isProxied } from './master-page.ts'
import {
  type Master,
  type MasterApplication,
  type MasterWorker,
  type Worker,
  workerSchema,
} from './schema.ts'

/** So many are asked, each once: the first of a large cluster will do to say who is on it. */
const ASKED = 50
/** Applications that are named as holding a worker's memory. */
const HOLDERS = 3

export interface Asked {
  readonly workers: readonly Worker[]
  /** `worker <id>: <reason>` of every one that did not answer. */
  readonly unreached: readonly string[]
}

/** The workers alive, by their `/json/`; through the master's reverse proxy where the page of an application links there. */
export async function readWorkers(
  clients: Clients,
  master: Master,
  page: string | null,
  signal: AbortSignal,
): Promise<Asked> {
  const proxied = page !== null && isProxied(page)
  const unreached: string[] = []
  const ask = async ({ id, webuiaddress }: MasterWorker): Promise<Worker[]> => {
    try {
      const said = await clients
        .worker(id, proxied ? null : (webuiaddress ?? null))
        .json('/json/', workerSchema, signal)
      // Another worker may have taken the port meanwhile.
      return said === null || said.id !== id ? [] : [said]
    } catch (error) {
      if (signal.aborted) throw error
      unreached.push(`worker ${id}: ${reasonOf(error)}`)
      return []
    }
  }
  const alive = master.workers.filter(({ state }) => state === 'ALIVE').slice(0, ASKED)
  return { workers: (await Promise.all(alive.map(ask))).flat(), unreached }
}

/**
 * Why an application that waits gets no executor, where no worker alive has the memory of one and a core free; and who
 * holds what. Nothing where there is room: then the master is about to use it.
 */
export function roomWords(
  master: Master,
  { id, memoryperexecutor: wantedMb }: MasterApplication,
  asked: readonly Worker[],
): PlatformRun['words'] {
  const said = (text: string): PlatformRun['words'] => [{ text, from: 'the master', place: 'platform' }]
  const alive = master.workers.filter(({ state }) => state === 'ALIVE')
  if (alive.length === 0) {
    const gone = master.workers.map((worker) => `${worker.id} is ${worker.state}`)
    return said(
      `No worker is alive to run an executor on${gone.length === 0 ? '' : `: ${gone.slice(0, 5).join(', ')}`}.`,
    )
  }
  if (wantedMb === undefined) return []
  const free = alive.flatMap(({ memoryfree, coresfree }) =>
    memoryfree === undefined || coresfree === undefined ? [] : [{ memoryfree, coresfree }],
  )
  if (free.length < alive.length || free.some((one) => one.memoryfree >= wantedMb && one.coresfree > 0))
    return []
  const most = alive.map(
    (worker) =>
      `${worker.id} has ${worker.memoryfree} of ${worker.memory} MB and ${worker.coresfree} of ${worker.cores} cores free`,
  )
  const large = alive.every(({ memory }) => memory < wantedMb) ? ' No worker is that large at all.' : ''
  return [
    ...said(
      `No worker alive has ${wantedMb} MB and a core free for one executor: ${most.slice(0, 5).join('; ')}.${large}`,
    ),
    ...asked.flatMap((worker) => heldBy(worker, id)),
  ]
}

function heldBy({ id, executors }: Worker, ownId: string): PlatformRun['words'] {
  const byApp = new Map<string, { name: string; count: number; mb: number }>()
  for (const { appid, appdesc, memory } of executors) {
    const { count, mb } = byApp.get(appid) ?? { count: 0, mb: 0 }
    if (appid !== ownId) byApp.set(appid, { name: appdesc.name, count: count + 1, mb: mb + memory })
  }
  const holders = [...byApp].sort(([, a], [, b]) => b.mb - a.mb).slice(0, HOLDERS)
  if (holders.length === 0) return []
  const text = holders
    .map(([app, { name, count, mb }]) => `${count} of ${name} (${app}) with ${mb} MB`)
    .join(', ')
  return [{ text: `Executors on ${id}: ${text}.`, from: `worker ${id}`, place: 'platform' }]
}

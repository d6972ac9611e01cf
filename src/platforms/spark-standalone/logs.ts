// The end of a driver's log in cluster mode: its worker has the files while it lives, and shows them to anybody.
import { ArrestorError } from '../../errors.ts'
import type { LogTail } from '../../ports.ts'
import { type Piece, bothOf, joined } from '../both-files.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import type { Clients } from './clients.ts'
import { type Supervision, isDriverId, logPageOf } from './drivers.ts'

/**
 * The last bytes of both files of the run's last driver. Null where it never had a worker, or the worker has cleared its
 * files away. Throws ARR-501 where the worker is lost or does not answer, ARR-502 where something else than a worker does.
 */
export async function logOf(
  platform: string,
  clients: Clients,
  { drivers, workers }: Supervision,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const driver = drivers.at(-1) ?? drivers[0]
  const { id, worker } = driver
  if (worker === 'None' || !isDriverId(id)) return null
  const home = workers.find((one) => one.id === worker)
  if (home?.state !== 'ALIVE')
    throw new ArrestorError('ARR-501', {
      platform,
      url: worker,
      why: `the worker that has the log of ${id} is ${home?.state ?? 'not listed any more'}`,
    })
  const ask = (client: ReadClient): Promise<readonly Piece[]> =>
    bothOf(async (logType) => {
      const page = await client.page('/log/', signal, { driverId: id, logType, byteLength: String(Math.max(1, bytes)) }) // prettier-ignore
      return page === null ? { text: '', cut: false } : pieceOf(page, platform, client.baseUrl)
    }, signal)
  const pieces = await directOrProxied(clients, worker, home.webuiaddress ?? null, ask, signal)
  const { text, cut } = joined(pieces, bytes)
  if (text === '') return null
  const from = `stderr and stdout of ${id} on ${worker}`
  return { text, whose: 'driver', cut, from, link: logPageOf(driver, workers) }
}

/** At its own address, else behind the master's reverse proxy: which of them leads there no record of a driver tells. */
async function directOrProxied<T>(
  clients: Clients,
  worker: string,
  address: string | null,
  ask: (client: ReadClient) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await ask(clients.worker(worker, address))
  } catch (error) {
    if (signal.aborted || address === null) throw error
    try {
      return await ask(clients.worker(worker, null))
    } catch {
      throw error
    }
  }
}

/**
 * What a worker writes before the text (WorkerPage.renderLog): which bytes of how many these are. Of a file that it has
 * not it says `0-0 of 0`, and an error of its own in place of the text.
 */
export function pieceOf(page: string, platform: string, url: string): Piece {
  const head = /^==== Bytes (\d+)-(\d+) of (\d+) of [^\n]{1,4096} ====\n/.exec(page)
  if (head === null) throw new ArrestorError('ARR-502', { platform, url, why: 'it answers no log' })
  const [line, from, , length] = head
  return { text: length === '0' ? '' : page.slice(line.length).trimEnd(), cut: from !== '0' }
}

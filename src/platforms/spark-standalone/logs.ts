// The end of a driver's log in cluster mode: its worker has the files while it lives, and shows them to anybody.
import type { Run } from '../../alerts/model.ts'
import { ArrestorError } from '../../errors.ts'
import type { LogTail, PlatformReader } from '../../ports.ts'
import { type Piece, bothOf, joined } from '../both-files.ts'
import type { At } from '../spark-rest/details.ts'
import { type Outcome, whileItMoves } from '../while-it-moves.ts'
import { type Clients, readMaster } from './clients.ts'
import { type Supervision, driverById, isDriverId, logPageOf, toldDriver } from './drivers.ts'
import { isWorkerProxied } from './master-page.ts'
import type { Master, MasterDriver } from './schema.ts'

/** How the reader finds applications and their details. */
interface Ways {
  readonly locate: PlatformReader['locate']
  readonly at: At
}

/**
 * The last bytes of both files of the run's driver: of the one that its environment names, never of one that only fits,
 * since its words decide whether a rerun is safe. Null in client mode, where the log is wherever the program was
 * started; of a run that nobody knows; and where the worker has cleared its files away. Throws ARR-501 where the driver
 * cannot be told yet, the master has forgotten it, or its worker is lost or silent; ARR-502 where it is no worker.
 */
export async function driverLog(
  platform: string,
  clients: Clients,
  ways: Ways,
  run: Run,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const master = await readMaster(clients.master, platform, signal)
  const supervision =
    run.runId !== null && isDriverId(run.runId)
      ? driverById(master, run.runId)
      : await driverOfRun(platform, clients, master, ways, run, signal)
  if (supervision === null) return null
  // One that was submitted in its place is another application's.
  const [driver] = supervision.drivers
  if (driver.worker === 'None' || !isDriverId(driver.id)) return null
  return logOf(platform, clients, master, driver, bytes, signal)
}

async function driverOfRun(
  platform: string,
  clients: Clients,
  master: Master,
  { locate, at }: Ways,
  run: Run,
  signal: AbortSignal,
): Promise<Supervision | null> {
  // Nobody submits in cluster mode here: nothing is asked.
  if (master.activedrivers.length + master.completeddrivers.length === 0) return null
  // Where it is found is looked up each time: the History Server may have it by then.
  const look = async (): ReturnType<typeof toldDriver> => {
    const app = await locate(run, signal)
    return app === null ? 'client' : await toldDriver(master, app, at, signal)
  }
  const { history } = clients
  const told = await whileItMoves(look, (outcome) => history !== null && isUntold(outcome), signal)
  if (typeof told !== 'string') return told
  if (told === 'client' || history === null) return null
  const why =
    told === 'forgotten'
      ? 'the master that knew where its driver ran does not list that any more'
      : 'it does not have the environment of the application yet, and nothing else names its driver'
  throw new ArrestorError('ARR-501', { platform, url: history.baseUrl, why })
}

function isUntold(outcome: Outcome<unknown>): boolean {
  return 'value' in outcome && outcome.value === 'untold'
}

async function logOf(
  platform: string,
  clients: Clients,
  master: Master,
  { id, worker }: MasterDriver,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const home = master.workers.find((one) => one.id === worker)
  if (home?.state !== 'ALIVE')
    throw new ArrestorError('ARR-501', {
      platform,
      url: home?.webuiaddress ?? clients.master.baseUrl,
      why: `${worker}, which has the log of ${id}, is ${home?.state ?? 'not listed any more'}`,
    })
  const page = await clients.master.page('/', signal)
  const proxied = page !== null && isWorkerProxied(page, worker)
  const client = clients.worker(worker, proxied ? null : (home.webuiaddress ?? null))
  const pieces = await bothOf(async (logType): Promise<Piece> => {
    const query = { driverId: id, logType, byteLength: String(Math.max(1, bytes)) }
    const page = await client.page('/log/', signal, query)
    return page === null ? { text: '', cut: false } : pieceOf(page, platform, client.baseUrl)
  }, signal)
  const { text, cut } = joined(pieces, bytes)
  if (text === '') return null
  const from = `stderr and stdout of ${id} on ${worker}`
  return { text, whose: 'driver', cut, from, link: logPageOf(client.baseUrl, id) }
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

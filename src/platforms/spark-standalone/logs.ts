// The end of a driver's log in cluster mode: its worker has the files while it lives, and shows them to anybody.
import type { Run } from '../../alerts/model.ts'
import { ArrestorError } from '../../errors.ts'
import type { LogTail, PlatformReader, SparkApplication } from '../../ports.ts'
import { type LogFile, type Piece, bothOf, joined } from '../both-files.ts'
import type { ReadClient } from '../spark-rest/client.ts'
import type { At } from '../spark-rest/details.ts'
import { type Outcome, whileItMoves } from '../while-it-moves.ts'
import { type Clients, readMaster } from './clients.ts'
import { driverById, isDriverId, logPageOf, toldDriver } from './drivers.ts'
import { isWorkerProxied } from './master-page.ts'
import {
  type Master,
  type MasterApplication,
  type MasterDriver,
  type MasterWorker,
  applicationsOf,
  driversOf,
} from './schema.ts'

/** How the reader finds applications and their details. */
interface Ways {
  readonly locate: PlatformReader['locate']
  readonly at: At
  readonly normalise: (name: string) => string
}

/** A driver whose log is wanted, and of which of its applications. */
interface Wanted {
  readonly driver: MasterDriver
  /** Null where the driver itself was asked for: then it is of its last attempt. */
  readonly appId: string | null
  /** Whether the master knows of no later application of this (normalised) name. */
  readonly newest: boolean
  /** Of it, and of all applications that the master knows. */
  readonly ids: readonly string[]
  /** Whether more attempts may have written to its files; null where nobody tells. */
  readonly supervised: boolean | null
}

/**
 * The last bytes that the run's driver wrote: the driver that its environment names, never one that only fits, and of
 * its attempts the one whose application the run is, since these words decide whether a rerun is safe. Null in client
 * mode, where the log is wherever the program was started; of an application that nobody knows; and where the worker has
 * cleared its files away. Throws ARR-501 where the driver or its attempt cannot be told (yet), the master does not lead or
 * does not list it, or its worker is lost or silent; ARR-502 where it is no worker.
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
  if (master.status !== 'ALIVE') throw outOfReach(platform, clients, `it is ${master.status}, and only the master that leads knows of drivers`) // prettier-ignore
  const wanted =
    run.runId !== null && isDriverId(run.runId)
      ? driverItself(platform, clients, master, run.runId)
      : await driverOfRun(platform, clients, master, ways, run, signal)
  if (wanted === null || neverRan(wanted.driver)) return null
  return logOf(platform, clients, master, wanted, bytes, signal)
}

/** With a worker of none; one that has a worker ran there. */
function neverRan({ state, worker }: MasterDriver): boolean {
  return worker === 'None' && (state === 'SUBMITTED' || state === 'KILLED')
}

function outOfReach(platform: string, { master }: Clients, why: string): ArrestorError {
  return new ArrestorError('ARR-501', { platform, url: master.baseUrl, why })
}

function driverItself(platform: string, clients: Clients, master: Master, id: string): Wanted {
  const known = driverById(master, id)
  if (known === null) throw outOfReach(platform, clients, `it does not list ${id} (any more)`)
  return { driver: known.drivers[0], appId: null, newest: true, ids: [], supervised: known.supervised }
}

async function driverOfRun(
  platform: string,
  clients: Clients,
  master: Master,
  { locate, at, normalise }: Ways,
  run: Run,
  signal: AbortSignal,
): Promise<Wanted | null> {
  const listed = driversOf(master).length > 0
  const apps = applicationsOf(master)
  // Nobody submits in cluster mode here; one that has begun anew would not know the application either.
  if (!listed && apps.some(({ id, name }) => id === run.runId || (run.runId === null && normalise(name) === run.jobName))) return null // prettier-ignore
  // Where it is found is looked up each time: the History Server may have it by then.
  const look = async (): Promise<Told> => {
    const app = await locate(run, signal)
    return { app, told: app === null ? 'client' : await toldDriver(master, app, at, signal) }
  }
  const { app, told } = await whileItMoves(
    look,
    (outcome) => listed && clients.history !== null && isOnItsWay(outcome),
    signal,
  ).catch((error: unknown): Told => {
    // Then it may be anybody's, and most are in client mode.
    if (listed || signal.aborted) throw error
    return { app: null, told: 'client' }
  })
  if (told === 'client' || app === null || (told === 'untold' && !listed)) return null
  if (told === 'forgotten') throw outOfReach(platform, clients, 'it does not list the driver of this application (any more)') // prettier-ignore
  if (told === 'untold')
    throw new ArrestorError('ARR-501', {
      platform,
      url: clients.history?.baseUrl ?? clients.master.baseUrl,
      why:
        clients.history === null
          ? 'no History Server is named, and nothing else tells which driver an application had that has ended; in client mode its log is where it was started'
          : 'it does not have the environment of the application yet, and nothing else names its driver; in client mode its log is where it was started',
    })
  const own = apps.find(({ id }) => id === app.id)
  const later = ({ name, starttime }: MasterApplication): boolean =>
    own === undefined || (starttime > own.starttime && normalise(name) === normalise(own.name))
  return {
    // One that was submitted in its place is another application's.
    driver: told.drivers[0],
    appId: app.id,
    newest: own !== undefined && !apps.some(later),
    ids: [...apps.map(({ id }) => id), app.id],
    supervised: told.supervised,
  }
}

interface Told {
  readonly app: SparkApplication | null
  readonly told: Awaited<ReturnType<typeof toldDriver>>
}

/** Not there yet, or gone from where it was just found. */
function isOnItsWay(outcome: Outcome<Told>): boolean {
  return 'value' in outcome
    ? outcome.value.told === 'untold'
    : outcome.error instanceof ArrestorError && outcome.error.code === 'ARR-501'
}

async function logOf(
  platform: string,
  clients: Clients,
  master: Master,
  wanted: Wanted,
  bytes: number,
  signal: AbortSignal,
): Promise<LogTail | null> {
  const { id, worker } = wanted.driver
  if (worker === 'None') throw outOfReach(platform, clients, `it does not know (any more) on which worker ${id} ran`) // prettier-ignore
  const home = master.workers.find((one) => one.id === worker)
  if (home?.state !== 'ALIVE')
    throw new ArrestorError('ARR-501', {
      platform,
      url: home?.webuiaddress ?? clients.master.baseUrl,
      why: `${worker}, which has the log of ${id}, is ${home?.state ?? 'not listed any more'}`,
    })
  const { client, unsure } = await workerOf(clients, home, signal)
  let unread: unknown = null
  const ask = async (logType: LogFile): Promise<Piece> => {
    try {
      const query = { driverId: id, logType, byteLength: String(Math.max(1, bytes)) }
      const page = await client.page('/log/', signal, query)
      return page === null ? { text: '', cut: false } : pieceOf(page, platform, client.baseUrl)
    } catch (error) {
      const why = signal.aborted ? error : (unsure ?? error)
      if (logType === 'stderr') unread = why
      throw why
    }
  }
  const own = ownOf(await bothOf(ask, signal), wanted)
  if (own === null && unread !== null) throw unread
  if (own === null) throw new ArrestorError('ARR-501', { platform, url: client.baseUrl, why: `no part of what ${id} wrote there names ${wanted.appId ?? 'its application'}` }) // prettier-ignore
  const { text, cut } = joined(own, bytes)
  if (text === '') return null
  const from = `${own.length === 1 ? 'stderr of one attempt' : 'stderr and stdout'} of ${id} on ${worker}`
  return { text, whose: 'driver', cut, from, link: logPageOf(client.baseUrl, id) }
}

/** The worker's client, behind the master or not; `unsure` is why nobody knows which way is right, where that is so. */
async function workerOf(
  clients: Clients,
  { id, webuiaddress }: MasterWorker,
  signal: AbortSignal,
): Promise<{ readonly client: ReadClient; readonly unsure: unknown }> {
  const address = webuiaddress ?? null
  try {
    const page = await clients.master.page('/', signal)
    const proxied = page !== null && isWorkerProxied(page, id)
    return { client: clients.worker(id, proxied ? null : address), unsure: null }
  } catch (error) {
    if (signal.aborted || address === null) throw error
    return { client: clients.worker(id, address), unsure: error }
  }
}

/**
 * Of both files what the wanted attempt wrote. A worker begins a supervised driver again with the same two files, and
 * writes `Launch Command: ` to stderr before each (Spark's DriverRunner); stdout has no such line, and is left out where
 * there may have been more than one attempt. An end without any such line is of the last one. Null where no part is the
 * application's.
 */
export function ownOf(
  [stderr = { text: '', cut: false }, stdout = { text: '', cut: false }]: readonly Piece[],
  { appId, newest, ids, supervised }: Omit<Wanted, 'driver'>,
): readonly Piece[] | null {
  // What came before may have ended within a line.
  const begun = supervised === false ? [stderr.text] : stderr.text.split(/(?=Launch Command: ")/)
  const parts = begun.filter((part) => part.trim() !== '')
  const several = parts.length > 1 || (stderr.cut && supervised !== false)
  if (parts.length === 0) return several ? null : [stderr, stdout]
  // A later attempt may speak of an earlier one, after its own beginning.
  const named = parts.find((part) => firstNamed(part, ids) === appId)
  const mayBe = parts.length === 1 && (!several || newest)
  const silent = parts.find((part) => mayBe && firstNamed(part, ids) === null)
  const own = appId === null ? parts.at(-1) : (named ?? silent)
  if (own === undefined) return null
  const log = { text: own.trimEnd(), cut: stderr.cut && own === parts[0] }
  return several ? [log] : [log, stdout]
}

/** The application that a text names first: one of these, or any whose id is as Spark makes them unless told otherwise. */
function firstNamed(text: string, ids: readonly string[]): string | null {
  const usual = /\bapp-\d{14}-\d{4,}\b/.exec(text)
  const found = ids.map((id) => ({ id, at: text.indexOf(id) })).filter(({ at }) => at >= 0)
  if (usual !== null) found.push({ id: usual[0], at: usual.index })
  return found.sort((a, b) => a.at - b.at)[0]?.id ?? null
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

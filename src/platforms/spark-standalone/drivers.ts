// Drivers in cluster mode: the one whose application a run is, and what its state says of the run (`--supervise`).
import * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { PlatformRun, RunState, SparkApplication } from '../../ports.ts'
import type { At } from '../spark-rest/details.ts'
import {
  type Master,
  type MasterApplication,
  type MasterDriver,
  type MasterWorker,
  applicationsOf,
  driversOf,
} from './schema.ts'

/** Of an application's environment what names its driver: the driver's folder is called by the driver's id. */
const environmentSchema = z.object({
  sparkProperties: z.array(z.tuple([z.string(), z.string()])),
  systemProperties: z.array(z.tuple([z.string(), z.string()])).default([]),
})

/** How a program in Python comes to run in cluster mode, which spark-submit refuses it. */
const SPARK_SUBMIT = 'org.apache.spark.deploy.SparkSubmit'

/** A driver, and those that were begun in its place when their workers were lost, oldest first; the last one counts. */
export interface Supervision {
  readonly drivers: readonly [MasterDriver, ...MasterDriver[]]
  /** Whether it is begun again when it ends badly; null where nobody tells. */
  readonly supervised: boolean | null
  /** Whose pages show their logs. */
  readonly workers: readonly MasterWorker[]
}

/** A driver's id, as spark-submit prints it: `driver-20261123044812-0000`; 4.x may be given another pattern. */
export function isDriverId(id: string): boolean {
  return /^driver-\d{8,20}-\d{4,10}$/.test(id)
}

/** The driver with this id, and what came after it; null where the master does not list it. */
export function driverById(master: Master, id: string): Supervision | null {
  const first = driversOf(master).find((one) => one.id === id)
  if (first === undefined) return null
  const drivers = chainFrom(master, first)
  return {
    drivers,
    supervised: drivers.some(({ state }) => state === 'RELAUNCHING') ? true : null,
    workers: master.workers,
  }
}

/**
 * Who drives an application, as its environment says: a driver; `client`, where its program was started elsewhere;
 * `forgotten`, a driver that the master does not list (any more); `untold`, where there is no environment yet: it is at
 * the application's driver, and at the History Server some seconds after its end. Throws what reading it throws.
 */
export async function toldDriver(
  master: Master,
  app: SparkApplication,
  at: At,
  signal: AbortSignal,
): Promise<Supervision | 'client' | 'forgotten' | 'untold'> {
  const environment = await at(app, signal, ({ client, path }) =>
    client.json(`${path}/environment`, environmentSchema, signal),
  ).catch((error: unknown) => {
    // Only the master remembers it, so far.
    if (app.apiUrl === null && error instanceof ArrestorError && error.code === 'ARR-501') return null
    throw error
  })
  if (environment === null) return 'untold'
  const properties = new Map(environment.sparkProperties)
  const mode = properties.get('spark.submit.deployMode')
  const folder = new Map(environment.systemProperties).get('user.dir')?.split('/').at(-1) ?? ''
  const known = driverById(master, folder)
  // What a driver starts in client mode has that driver's folder; SparkSubmit, asked for as a driver's main class, begins
  // its program in itself and calls that client mode, too.
  if (mode === 'client' && known?.drivers[0].mainclass !== SPARK_SUBMIT) return 'client'
  if (known === null) return isDriverId(folder) || mode === 'cluster' ? 'forgotten' : 'client'
  // Both by the master's clock.
  const began = applicationsOf(master).find(({ id }) => id === app.id)?.starttime
  if (began !== undefined && known.drivers[0].starttime > began) return 'client'
  const word = properties.get('spark.driver.supervise')
  return { ...known, supervised: known.supervised ?? (word === undefined ? null : word === 'true') }
}

/**
 * The driver of an application: as its environment says, else the last of its name's main class that was submitted before
 * it began (spark-submit calls an application by its main class unless told otherwise), which is good for a word on its
 * state and no more. Null in client mode.
 */
export async function driverOf(
  master: Master,
  app: SparkApplication,
  at: At,
  signal: AbortSignal,
): Promise<Supervision | null> {
  if (driversOf(master).length === 0) return null
  const told = await toldDriver(master, app, at, signal).catch((error: unknown) => {
    if (signal.aborted) throw error
    return 'untold' as const
  })
  if (typeof told !== 'string') return told
  if (told !== 'untold') return null
  const began = app.startedAt?.getTime() ?? Number.POSITIVE_INFINITY
  const before = driversOf(master).filter(
    ({ mainclass, starttime }) => mainclass === app.name && starttime <= began,
  )
  const last = before.sort((a, b) => a.starttime - b.starttime).at(-1)
  return last === undefined ? null : driverById(master, last.id)
}

/** A driver whose worker was lost is `RELAUNCHING` for ever, and the master submits another of the same main class. */
function chainFrom(master: Master, first: MasterDriver): [MasterDriver, ...MasterDriver[]] {
  const chain: [MasterDriver, ...MasterDriver[]] = [first]
  const later = driversOf(master).sort((a, b) => a.starttime - b.starttime)
  for (let last = first; last.state === 'RELAUNCHING';) {
    const next = later.find((one) => one.mainclass === last.mainclass && one.starttime > last.starttime)
    if (next === undefined) break
    chain.push(next)
    last = next
  }
  return chain
}

const ENDED: Readonly<Record<string, RunState>> = {
  FINISHED: 'succeeded',
  FAILED: 'failed',
  ERROR: 'failed',
  KILLED: 'cancelled',
}

/**
 * The run of an application with its driver's word, which goes before the master's of the application: the master says
 * FINISHED of one whose driver failed. While a supervised driver goes on after its application has ended, or in another's
 * place, the run is `retrying`: its worker starts it again after every bad end, and no count says when to give up.
 */
export function withDriver(
  run: PlatformRun,
  { drivers, supervised, workers }: Supervision,
  attempts: number | null,
): PlatformRun {
  const last = drivers.at(-1) ?? drivers[0]
  const end = ENDED[last.state]
  const words = drivers
    .filter(({ state }) => state === 'FAILED' || state === 'ERROR' || state === 'RELAUNCHING')
    .map((driver) => wordsOf(driver, workers))
  const told = {
    ...run,
    words: [...run.words, ...words],
    stateText: `${run.stateText}, ${last.id} is ${last.state}`,
  }
  if (end !== undefined) return { ...told, state: end }
  if (supervised !== true) {
    // Whether the driver only tidies up or will be started again, nobody says.
    return supervised === null && run.state === 'succeeded' ? { ...told, state: 'unknown' } : told
  }
  const over = run.endedAt !== null || drivers.length > 1
  // "Attempt 1 failed and the platform tries again": told is the one that failed, though the next may be under way.
  if (over) return { ...told, state: 'retrying', endedAt: null, attempt: attempts }
  return attempts !== null && attempts > 1
    ? { ...told, state: 'retrying', attempt: attempts - 1 }
    : { ...told, attempt: attempts }
}

/** A driver as a run, where its id was asked for and no application of it is known. */
export function runOfDriver(
  { drivers, supervised, workers }: Supervision,
  jobName: string,
  link: string,
): PlatformRun {
  const [first] = drivers
  const last = drivers.at(-1) ?? first
  const waiting = last.state === 'SUBMITTED' ? 'queued' : last.state === 'RUNNING' ? 'running' : 'unknown'
  const run: PlatformRun = {
    id: first.id,
    jobName: jobName === '' ? null : jobName,
    state: ENDED[last.state] ?? waiting,
    stateText: last.worker === 'None' ? 'a driver without a worker' : `a driver on ${last.worker}`,
    attempt: null,
    maxAttempts: null,
    submittedAt: new Date(first.starttime),
    startedAt: null,
    endedAt: null,
    applicationId: null,
    queue: null,
    user: null,
    words: [],
    link,
  }
  return withDriver(run, { drivers, supervised, workers }, null)
}

/** The page of a worker's web interface that shows what a driver has written. */
export function logPageOf(base: string, id: string): string {
  return `${base.replace(/\/+$/, '')}/logPage/?driverId=${encodeURIComponent(id)}&logType=stderr`
}

/** What the master says of a driver, linked to what it has written: its worker's page has that while the worker lives. */
function wordsOf(
  { id, state, worker, mainclass }: MasterDriver,
  workers: readonly MasterWorker[],
): PlatformRun['words'][number] {
  const home = workers.find((one) => one.id === worker && one.state === 'ALIVE')?.webuiaddress
  const page =
    home !== undefined && /^https?:\/\//.test(home) && URL.canParse(home) && isDriverId(id)
      ? logPageOf(home, id)
      : null
  const where = worker === 'None' ? 'without a worker' : `on ${worker}`
  const then = state === 'RELAUNCHING' ? ': its worker was lost, and another was submitted in its place' : ''
  return {
    text: `Driver ${id} of ${mainclass} ${where} is ${state}${then}.${page === null ? '' : ' Its log is on the page of its worker.'}`,
    from: 'the master',
    place: 'platform',
    ...(page === null ? {} : { link: page }),
  }
}

/** How many applications there were of this run up to this one; null where another driver of its class may have made some. */
export function attemptsOf(master: Master, app: SparkApplication, { drivers }: Supervision): number | null {
  const [first] = drivers
  const others = driversOf(master).filter(
    (one) => one.mainclass === first.mainclass && !drivers.includes(one),
  )
  const began = app.startedAt?.getTime() ?? null
  if (began === null || others.some(({ state }) => ENDED[state] === undefined)) return null
  const all = applicationsOf(master).filter(({ name }) => name === app.name)
  const known = all.find(({ id }) => id === app.id)
  const until = known?.starttime ?? began
  return Math.max(1, all.filter(({ starttime }) => starttime >= first.starttime && starttime <= until).length)
}

/** Whether an application that is FINISHED may be of a driver that did not end well, as far as their names tell. */
export function mayHaveFailed(master: Master, app: MasterApplication): boolean {
  return (
    app.state === 'FINISHED' &&
    driversOf(master).some(
      ({ mainclass, starttime, state }) =>
        mainclass === app.name && starttime <= app.starttime && state !== 'FINISHED',
    )
  )
}

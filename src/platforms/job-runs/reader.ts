// A reader of what clouds call job runs, jobs or batches: the service says how they stand, its buckets why they fail.
import type { Run } from '../../alerts/model.ts'
import { reasonOf } from '../../errors.ts'
import type { PlatformReader, PlatformRun, ReadCapability, SparkApplication } from '../../ports.ts'
import { applicationOf, knownRun, lookForLog, needLog } from '../event-log/delivered.ts'
import { type EventLog, createEventLogReader, detailsFrom, plansFrom } from '../event-log/reader.ts'
import type { LogStore } from '../event-log/store.ts'
import { notOffered } from '../not-offered.ts'
import { createAttempts } from '../spark-rest/attempts.ts'
import { looksLikeApplication } from '../spark-rest/choose.ts'
import { type Delivery, eventLogIn, logIn } from './delivered.ts'

/** Always, and what only the buckets tell. */
const ALWAYS: readonly ReadCapability[] = ['application', 'run', 'runs']
export const JOB_RUN_READS: readonly ReadCapability[] = [
  ...ALWAYS,
  'log',
  'executors',
  'stages',
  'tasks',
  'environment',
  'plans',
]

/** A job run in our words, and where its logs lie. */
export interface JobRun {
  /** The application or virtual cluster that it belongs to. */
  readonly home: string
  readonly run: PlatformRun
  /** Where its logs lie; null where it delivers none. */
  readonly logs: string | null
  /** Where Spark writes its event log, and whether that folder is this run's own. */
  readonly events: { readonly folder: string; readonly own: boolean } | null
  /** Null where the service does not say. */
  readonly sparkId: string | null
}

/** What differs between the services. */
export interface JobRuns {
  readonly kind: string
  /** Where there are runs: the applications or virtual clusters that are configured. */
  readonly homes: readonly string[]
  /** The id that a text means; null where it is none of this service. */
  idOf(text: string): string | null
  /** One run, without asking further. */
  get(home: string, id: string, signal: AbortSignal): Promise<JobRun | null>
  /** Runs of a home as a listing tells them, newest first; the caller chooses by name. */
  list(home: string, signal: AbortSignal): Promise<readonly PlatformRun[]>
  /** More of what is said of it: by earlier attempts. */
  words(job: JobRun, signal: AbortSignal): Promise<PlatformRun['words']>
  /** The folder with the driver's stderr and stdout; null where none was delivered (yet). */
  driverFolder(job: JobRun, store: LogStore, signal: AbortSignal): Promise<string | null>
  check(signal: AbortSignal): Promise<string>
}

/** The run that is meant: by its id in any home, else the newest of its name, those that go on first. An id is never replaced by a namesake. */
export async function findJobRun(
  source: JobRuns,
  normalise: (name: string) => string,
  run: Run,
  signal: AbortSignal,
): Promise<JobRun | null> {
  const { attempt, throwIfAnyFailed } = createAttempts(signal)
  const homes = homesOf(source, run)
  const id = run.runId === null ? null : source.idOf(run.runId)
  if (id !== null) {
    const found = await Promise.all(homes.map((home) => attempt(home, () => source.get(home, id, signal))))
    const first = found.find((one) => one !== null)
    if (first === undefined) throwIfAnyFailed()
    return first ?? null
  }
  // Spark's ids on other kinds of platform; a scheduler's say nothing to a cloud, and only they leave the name.
  if (run.runId !== null && looksLikeApplication(run.runId)) return null
  if (run.jobName === null) return null
  const wanted = normalise(run.jobName)
  const lists = await Promise.all(
    homes.map((home) =>
      attempt(home, async () => (await source.list(home, signal)).map((one) => ({ home, one }))),
    ),
  )
  const namesakes = lists
    .flatMap((list) => list ?? [])
    .filter(({ one }) => one.jobName === wanted)
    .sort((a, b) => Number(isLive(b.one)) - Number(isLive(a.one)) || begun(b.one) - begun(a.one))
  const [newest] = namesakes
  if (newest === undefined) {
    throwIfAnyFailed()
    return null
  }
  return source.get(newest.home, newest.one.id, signal)
}

/** Alerts may say which; what is not configured is not asked. */
function homesOf({ homes }: JobRuns, { cluster }: Run): readonly string[] {
  const named = homes.filter((home) => home === cluster)
  return named.length > 0 ? named : homes
}

export function isLive({ state }: PlatformRun): boolean {
  return state === 'queued' || state === 'running' || state === 'retrying'
}

function begun({ submittedAt }: PlatformRun): number {
  return submittedAt?.getTime() ?? 0
}

/** `delivery` is null where logs are not to be read: then only the service is asked. */
export function createJobRunReader(
  platform: string,
  source: JobRuns,
  delivery: Delivery | null,
  normalise: (name: string) => string,
): PlatformReader {
  const store = delivery?.store ?? null
  const events = store === null ? null : createEventLogReader(platform, store)
  const find = (run: Run, signal: AbortSignal): Promise<JobRun | null> =>
    findJobRun(source, normalise, run, signal)

  async function eventLogOf(job: JobRun, signal: AbortSignal): Promise<EventLog | null> {
    if (store === null || events === null || job.events === null) return null
    const { folder, own } = job.events
    return eventLogIn(store, events, folder, job.sparkId, own, signal)
  }

  async function open(app: SparkApplication, signal: AbortSignal): Promise<EventLog> {
    const job = await find({ ...NOBODY, runId: app.id }, signal)
    const log = job === null ? null : await eventLogOf(job, signal)
    return needLog(platform, app, log)
  }

  return {
    ...notOffered(platform, source.kind),
    ...(store === null ? {} : { ...detailsFrom(open), ...plansFrom(open) }),
    platform,
    kind: source.kind,
    capabilities: new Set(store === null ? ALWAYS : JOB_RUN_READS),
    async locate(run, signal) {
      const job = await find(run, signal)
      if (job === null) return null
      const unreached: string[] = []
      const none = noEventLog(job, delivery?.name)
      const log =
        store === null ? null : await lookForLog(() => eventLogOf(job, signal), none, unreached, signal)
      return applicationOf(knownRun(job.run), log, unreached)
    },
    async run(run, signal) {
      const job = await find(run, signal)
      if (job === null || job.run.state === 'succeeded') return job?.run ?? null
      try {
        return { ...job.run, words: [...job.run.words, ...(await source.words(job, signal))] }
      } catch (error) {
        signal.throwIfAborted()
        return { ...job.run, unreached: [`earlier attempts: ${reasonOf(error)}`] }
      }
    },
    async runs(jobName, limit, signal) {
      const wanted = normalise(jobName)
      const lists = await Promise.all(source.homes.map((home) => source.list(home, signal)))
      return lists
        .flat()
        .filter((one) => one.jobName === wanted)
        .sort((a, b) => begun(b) - begun(a))
        .slice(0, limit)
    },
    ...(delivery === null
      ? {}
      : {
          async log(run, bytes, signal) {
            const job = await find(run, signal)
            const folder = job === null ? null : await source.driverFolder(job, delivery.store, signal)
            return folder === null ? null : logIn(delivery, folder, bytes, "the driver's log", signal)
          },
        }),
    async check(signal) {
      return `${await source.check(signal)}; ${delivery === null ? 'logs are not read' : `logs are read in ${delivery.name} where runs deliver them`}.`
    },
  }
}

function noEventLog(job: JobRun, where = 'a bucket'): string {
  return job.events === null
    ? `this run writes none to ${where} that can be read from here`
    : `there is none in ${job.events.folder}`
}

export const NOBODY: Run = {
  platform: null,
  cluster: null,
  jobName: null,
  runId: null,
  attempt: null,
  retriesLeft: null,
}

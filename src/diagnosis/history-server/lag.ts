// Whether a History Server reads event logs as they grow: how old its list is, and what a driver has written since.
import { reasonOf } from '../../errors.ts'
import type { Run } from '../../alerts/model.ts'
import type { ListedApplication, PlatformReader, SparkApplication } from '../../ports.ts'

/**
 * Events so soon after the newest entry are not held against it: `lastUpdated` is by the server's clock and they are by the
 * driver's, and it looks every ten seconds (`spark.history.fs.update.interval`). Ours.
 */
const SLACK_MS = 60_000
/** Of the applications that it read last: drivers that were killed stay among the running ones for ever. */
const DRIVERS_ASKED = 3

/**
 * Where a driver keeps its event log, by its scheme, and whether others see it grow. In object stores it shows only what is
 * closed: of a log that is rolled one part after the other (docs/spark-facts.md, not checked). Null where nobody tells.
 */
export type Kept = { readonly scheme: string; readonly grows: boolean } | null

/** File systems whose open files others can read; a plain path is one of the machine. */
const GROWING: ReadonlySet<string> = new Set(['hdfs', 'viewfs', 'file'])

/** `spark.eventLog.dir` as `Kept`. */
export function keptAt(dir: string | undefined): Kept {
  const plain = dir?.startsWith('/') === true
  const scheme = plain ? 'file' : /^([a-z][a-z0-9+.-]*):/i.exec(dir ?? '')?.[1]?.toLowerCase()
  return scheme === undefined ? null : { scheme, grows: GROWING.has(scheme) }
}

/** What the driver of a listed application says of the time since it was last read. */
export type Since =
  /** It wrote something into its event log that the History Server has not read. */
  | {
      readonly kind: 'unread'
      readonly at: Date
      readonly what: string
      readonly appId: string
      readonly link: string
      readonly kept: Kept
      readonly unreached: readonly string[]
    }
  /** It has written nothing since, so that there was nothing to read. */
  | { readonly kind: 'quiet'; readonly appId: string }
  /** No driver of those that were read last can be asked. */
  | { readonly kind: 'unknown'; readonly unreached: readonly string[] }

/** The entry that was read last; null where nothing is listed as running. */
export function newestOf(listed: readonly ListedApplication[]): ListedApplication | null {
  return listed.reduce<ListedApplication | null>(
    (best, one) => (best === null || one.updatedAt > best.updatedAt ? one : best),
    null,
  )
}

/**
 * The first thing that a driver did since the newest entry and that Spark writes into the event log at once: a job that
 * began or ended, a stage that ended (docs/spark-facts.md; tasks wait in a buffer). Throws only at the signal.
 */
export async function sinceListed(
  listed: readonly ListedApplication[],
  reader: PlatformReader,
  run: Run,
  signal: AbortSignal,
): Promise<Since> {
  const newest = newestOf(listed)
  const unreached: string[] = []
  const byAge = [...listed].sort((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
  if (newest === null || !reader.capabilities.has('stages')) return { kind: 'unknown', unreached }
  const after = newest.updatedAt.getTime() + SLACK_MS
  let quiet: string | null = null
  for (const { id } of byAge.slice(0, DRIVERS_ASKED)) {
    try {
      const app = await driverOf(id, reader, run, signal)
      if (app === null) continue
      const events = await eventsOf(app, reader, signal)
      quiet ??= id
      const [first] = events.filter(({ at }) => at.getTime() > after).sort((a, b) => +a.at - +b.at)
      if (first !== undefined)
        return { kind: 'unread', appId: id, ...first, ...(await keptBy(app, reader, signal)) }
    } catch (error) {
      signal.throwIfAborted()
      unreached.push(`driver of ${id}: ${reasonOf(error)}`)
    }
  }
  return quiet === null ? { kind: 'unknown', unreached } : { kind: 'quiet', appId: quiet }
}

interface Written {
  readonly at: Date
  readonly what: string
  readonly link: string
}

/** Null where its driver is not to be found. */
async function driverOf(
  runId: string,
  reader: PlatformReader,
  run: Run,
  signal: AbortSignal,
): Promise<SparkApplication | null> {
  const app = await reader.locate({ ...run, runId, jobName: null, attempt: null, retriesLeft: null }, signal)
  return app === null || app.foundAt !== 'driver' || app.apiUrl === null ? null : app
}

async function keptBy(
  app: SparkApplication,
  reader: PlatformReader,
  signal: AbortSignal,
): Promise<{ readonly kept: Kept; readonly unreached: readonly string[] }> {
  if (!reader.capabilities.has('environment')) return { kept: null, unreached: [] }
  try {
    const properties = await reader.environment(app, signal)
    return { kept: keptAt(properties.get('spark.eventLog.dir')), unreached: [] }
  } catch (error) {
    signal.throwIfAborted()
    return { kept: null, unreached: [`driver of ${app.id}, spark.eventLog.dir: ${reasonOf(error)}`] }
  }
}

async function eventsOf(
  app: SparkApplication,
  reader: PlatformReader,
  signal: AbortSignal,
): Promise<readonly Written[]> {
  const [jobs, stages] = await Promise.all([reader.jobs(app, signal), reader.stages(app, signal)])
  const written = (at: Date | null, what: string, list: 'jobs' | 'stages'): Written[] =>
    at === null ? [] : [{ at, what, link: `${app.apiUrl}/${list}` }]
  return [
    ...jobs.flatMap(({ id, submittedAt, completedAt }) => [
      ...written(submittedAt, `job ${id} submissionTime`, 'jobs'),
      ...written(completedAt, `job ${id} completionTime`, 'jobs'),
    ]),
    ...stages.flatMap(({ id, attempt, completedAt }) =>
      written(completedAt, `stage ${id}.${attempt} completionTime`, 'stages'),
    ),
  ]
}

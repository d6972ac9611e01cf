// A run of a service as an application: what the service knows of it, and what its delivered event log adds.
import type { ApplicationState, PlatformRun, RunState, SparkApplication } from '../../ports.ts'
import { ArrestorError } from '../../errors.ts'
import { attempting } from '../../diagnosis/attempt.ts'
import type { EventLog } from './reader.ts'

const AS_APPLICATION: Readonly<Record<RunState, ApplicationState>> = {
  queued: 'waiting',
  running: 'running',
  retrying: 'running',
  succeeded: 'finished',
  failed: 'failed',
  cancelled: 'killed',
  unknown: 'unknown',
}

/** What the service says of a run. */
export interface KnownRun extends Pick<SparkApplication, 'id' | 'startedAt' | 'endedAt' | 'user' | 'link'> {
  /** What it is called where no event log says so. */
  readonly name: string
  readonly state: RunState
}

/** A run that has not begun counts from its submission. */
export function knownRun({
  id,
  jobName,
  state,
  submittedAt,
  startedAt,
  endedAt,
  user,
  link,
}: PlatformRun): KnownRun {
  return { id, name: jobName ?? id, state, startedAt: startedAt ?? submittedAt, endedAt, user, link }
}

/** What a log does not tell of its run: parts that were not read, and, of one without an end, whatever came last. */
export function partsUnread({ unread, app }: EventLog): readonly string[] {
  return app.endedAt === null ? [...unread, 'event log: it has no end'] : unread
}

/** The run as an application, with what its event log adds. */
export function applicationOf(
  { state, ...run }: KnownRun,
  log: EventLog | null,
  unreached: readonly string[],
): SparkApplication {
  return {
    ...run,
    name: log?.properties.get('spark.app.name') ?? run.name,
    attemptId: null,
    state: AS_APPLICATION[state],
    sparkVersion: log?.app.sparkVersion ?? null,
    foundAt: log === null ? 'resource-manager' : 'event-log',
    apiUrl: null,
    unreached,
    ...(log === null ? {} : { logAt: log.place, unread: partsUnread(log) }),
  }
}

/**
 * The event log, if there is one; `none` says that there is not. That, and what of it was not read, is added to
 * `unreached`. Throws only at the signal.
 */
export async function lookForLog(
  read: () => Promise<EventLog | null>,
  none: string,
  unreached: string[],
  signal: AbortSignal,
): Promise<EventLog | null> {
  const found = await attempting(unreached, signal)('event log', async () => ({ log: await read() }), null)
  if (found === null) return null
  unreached.push(...(found.log?.unread ?? [`event log: ${none}`]))
  return found.log
}

/** The log that was asked for; throws ARR-501 where nobody delivered it. */
export function needLog(platform: string, app: SparkApplication, log: EventLog | null): EventLog {
  if (log !== null) return log
  throw new ArrestorError('ARR-501', { platform, url: app.link, why: 'no event log of it was delivered' })
}

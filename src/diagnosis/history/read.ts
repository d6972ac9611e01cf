// Reads what some runs of a job did: a bounded number of them, within a bounded time; what could not be read is said.
import type { Run } from '../../alerts/model.ts'
import type { PlatformReader, PlatformRun, SparkApplication } from '../../ports.ts'
import { attempting } from '../attempt.ts'
import { type RunFigures, bytesOf, peakExecutors, timedStages } from './figures.ts'

/**
 * Runs read at a time. A History Server plays a run's event log when it is first asked for it, and an event log in a
 * bucket is played by us, which keeps three at a time: with two, and the run at hand, none is played twice.
 */
const AT_A_TIME = 2
/** For every run that is wanted so many are asked for: of some nothing is kept, and some turn out to have failed. */
const ASKED_FOR_ONE = 2

export interface Reading {
  /** Runs that are wanted. */
  readonly runs: number
  /** Milliseconds for all of it. */
  readonly withinMs: number
}

export interface RunsRead {
  /** Null where nothing of it could be read. */
  readonly current: RunFigures | null
  /** Newest first. */
  readonly earlier: readonly RunFigures[]
  /** Ids of runs of which no stages and executors are kept, this one perhaps among them. */
  readonly gone: readonly string[]
  /** What could not be read, and why. */
  readonly unreached: readonly string[]
}

/** What came of looking at one run: `unread` says why. */
type Seen =
  | { readonly is: 'read'; readonly app: SparkApplication; readonly figures: RunFigures }
  | { readonly is: 'gone' }
  | { readonly is: 'unread'; readonly why: readonly string[] }

/**
 * Reads this run and of `candidates` (newest first) the newest that ended well. Of a run whose stages or executors cannot
 * be read those are null. Throws only at the signal.
 */
export async function readRuns(
  reader: PlatformReader,
  run: Run,
  current: PlatformRun,
  candidates: readonly PlatformRun[],
  { runs, withinMs }: Reading,
  now: Date,
  signal: AbortSignal,
): Promise<RunsRead> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
  const failures = new Map<string, string[]>()
  const gone: string[] = []
  const queue = candidates.slice(0, runs * ASKED_FOR_ONE)
  const found: { readonly place: number; readonly figures: RunFigures }[] = []
  let next = 0
  let underWay = 0
  let late = false

  async function look(of: PlatformRun, asked: Run): Promise<Extract<Seen, { is: 'read' }> | null> {
    const why: string[] = []
    const seen = await seenOf(reader, asked, of, now, why, within, signal)
    // Whatever was under way then says that it was called off, each in its own words.
    if (within.aborted) late ||= why.length > 0
    else for (const one of why) failures.set(one, [...(failures.get(one) ?? []), of.id])
    if (seen.is === 'gone') gone.push(of.id)
    return seen.is === 'read' ? seen : null
  }
  async function work(): Promise<void> {
    while (next < queue.length && found.length + underWay < runs) {
      if (within.aborted) {
        late = true
        return
      }
      const place = next
      const of = queue[place] as PlatformRun
      next += 1
      underWay += 1
      const asked = { ...run, runId: of.applicationId ?? of.id, attempt: null, retriesLeft: null }
      const seen = await look(of, asked)
      underWay -= 1
      // A list that does not tell how its runs ended has those that failed, too.
      const bad = of.state === 'unknown' && seen !== null && endedBadly(seen.app)
      if (seen !== null && !bad) found.push({ place, figures: seen.figures })
    }
  }
  const [mine] = await Promise.all([look(current, run), ...Array.from({ length: AT_A_TIME }, () => work())])
  return {
    current: mine?.figures ?? null,
    earlier: found.toSorted((a, b) => a.place - b.place).map(({ figures }) => figures),
    gone,
    unreached: [
      ...[...failures].map(([why, whose]) => `${why} (${listed(whose)})`),
      ...(late ? [`earlier runs: not all was read within ${withinMs / 1000} s`] : []),
    ],
  }
}

/** Adds to `why` what could not be read of it. */
async function seenOf(
  reader: PlatformReader,
  asked: Run,
  of: PlatformRun,
  now: Date,
  why: string[],
  within: AbortSignal,
  signal: AbortSignal,
): Promise<Seen> {
  const attempt = attempting(why, signal)
  const app = await attempt('application', () => reader.locate(asked, within), null)
  if (app === null) return why.length === 0 ? { is: 'gone' } : { is: 'unread', why }
  if (!hasDetails(app)) {
    why.push(...app.unreached)
    return app.unreached.length === 0 ? { is: 'gone' } : { is: 'unread', why }
  }
  const { capabilities } = reader
  const [stages, executors] = await Promise.all([
    capabilities.has('stages') ? attempt('stages', () => reader.stages(app, within), null) : null,
    capabilities.has('executors') ? attempt('executors', () => reader.executors(app, within), null) : null,
  ])
  if (stages === null && executors === null) return { is: 'unread', why }
  const figures: RunFigures = {
    run: of,
    app,
    inputBytes: stages === null ? null : bytesOf(stages, ['inputBytes']),
    shuffleBytes: stages === null ? null : bytesOf(stages, ['shuffleReadBytes', 'shuffleWriteBytes']),
    executors: executors === null ? null : peakExecutors(executors),
    stages: stages === null ? null : timedStages(stages, app.endedAt ?? of.endedAt ?? now),
  }
  return { is: 'read', app, figures }
}

/** Some places keep an application's name and times alone. */
function hasDetails({ apiUrl, foundAt }: SparkApplication): boolean {
  return apiUrl !== null || foundAt === 'event-log'
}

function endedBadly({ state }: SparkApplication): boolean {
  return state === 'failed' || state === 'killed'
}

/** A few of them by name. */
function listed(ids: readonly string[]): string {
  const named = ids.slice(0, 3).join(', ')
  return ids.length > 3 ? `${named} and ${ids.length - 3} more` : named
}

// Whether a later run of the job has succeeded: what ends an incident about a run that failed.
import type { Run } from '../alerts/model.ts'
import type { PlatformReader, PlatformRun } from '../ports.ts'
import { beginningOf } from './changes/last-good.ts'

/** The run that an incident is about, as it was first seen. Kept between looks. */
export interface Watched {
  /** As the platform names it; null where it knows none that began before the alert. */
  readonly id: string | null
  /** Runs that began after this are later ones. */
  readonly since: Date
  /** It has been seen to fail, or to be tried again: that it succeeds now is a recovery of its own. */
  readonly failed: boolean
}

export type Look =
  | { readonly kind: 'recovered'; readonly run: PlatformRun; readonly own: boolean }
  | { readonly kind: 'waiting'; readonly watched: Watched; readonly because: string }
  /** Nothing that a later run could make good. */
  | { readonly kind: 'pointless'; readonly because: string }

/** Runs of the job that are listed; nobody watches a job that ran so often without a success. */
const LISTED = 20
/** Later runs whose end is asked for one by one at a look. */
const ASKED = 3

/**
 * One look. The newest later run whose end is known decides: a success recovers, a failure does not, whatever came before
 * it. Runs that were cancelled or whose end nobody knows decide nothing. What a listing calls a success is asked for
 * once more by its id: a cluster manager's list says FINISHED of a driver that threw, too. Throws as the reader does.
 */
export async function lookForRecovery(
  reader: PlatformReader,
  run: Run,
  before: Watched | null,
  alertAt: Date,
  signal: AbortSignal,
): Promise<Look> {
  const current = await reader.run(before?.id == null ? run : { ...run, runId: before.id }, signal)
  const unnamed = run.runId === null && before?.id == null
  const name = run.jobName ?? current?.jobName ?? null
  const listed = unnamed && name !== null ? await reader.runs(name, LISTED, signal) : null
  const culprit = listed === null ? null : await failedBefore(reader, run, listed, before, alertAt, signal)
  const watched =
    culprit === null
      ? watch(current, before, run, alertAt)
      : { id: culprit.id, since: beginningOf(culprit) ?? alertAt, failed: true }
  // Found by its name alone, it may be a later one than the alert speaks of.
  const own = current !== null && current.id === watched.id ? current : null
  if (own !== null && own.state === 'succeeded') {
    const retried = own.attempt !== null && run.attempt !== null && own.attempt > run.attempt
    return before?.failed === true || retried
      ? { kind: 'recovered', run: own, own: true }
      : { kind: 'pointless', because: `run ${own.id} has succeeded: that is not what is wrong` }
  }
  if (own !== null && (own.state === 'running' || own.state === 'queued' || own.state === 'retrying'))
    return { kind: 'waiting', watched, because: `run ${own.id} is not over` }
  if (name === null) return { kind: 'waiting', watched, because: 'the platform does not say which job it is' }
  const later = laterOf(listed ?? (await reader.runs(name, LISTED, signal)), watched)
  const end = await newestEnd(reader, run, later, signal)
  if (end?.state === 'succeeded') return { kind: 'recovered', run: end, own: false }
  if (end !== null) return { kind: 'waiting', watched, because: `the later run ${end.id} failed, too` }
  const because = later.length === 0 ? 'there is no later run' : 'no later run has come to a known end'
  return { kind: 'waiting', watched, because }
}

/** The run that ended an incident, as it is kept. */
export interface Good {
  readonly id: string
  readonly since: Date
  readonly endedAt: Date | null
  readonly jobName: string
}

/**
 * The run that has failed after a good one, while no still later one succeeded; null where there is none. A run that
 * failed beside the good one, before that came to its end, is no news. Throws as the reader does.
 */
export async function lookForRelapse(
  reader: PlatformReader,
  run: Run,
  good: Good,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  const { id, since, endedAt } = good
  const later = laterOf(await reader.runs(good.jobName, LISTED, signal), { id, since, failed: false })
  const end = await newestEnd(reader, run, later, signal)
  if (end?.state !== 'failed') return null
  return endedAt !== null && end.endedAt !== null && end.endedAt <= endedAt ? null : end
}

/** The newest of these runs whose end is known, succeeded or failed. Newest first; what is no failure is asked for by its id. */
async function newestEnd(
  reader: PlatformReader,
  run: Run,
  runs: readonly PlatformRun[],
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  let asked = 0
  for (const one of runs) {
    if (one.state === 'failed') return one
    if (one.state !== 'succeeded' && one.state !== 'unknown') continue
    if (asked === ASKED) break
    asked += 1
    const end = await reader.run({ ...run, runId: one.id, attempt: null, retriesLeft: null }, signal)
    if (end?.id === one.id && (end.state === 'failed' || end.state === 'succeeded')) return end
  }
  return null
}

/**
 * The run that an alert speaks of which names none: the newest that had come to its end by then, if that failed. What
 * runs at the time of the alert may well be its retry. Where the platform keeps no times, the first look stands for them.
 */
async function failedBefore(
  reader: PlatformReader,
  run: Run,
  runs: readonly PlatformRun[],
  before: Watched | null,
  alertAt: Date,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  const over = runs.filter((one) => {
    const at = one.endedAt ?? beginningOf(one)
    return at === null ? before === null : at <= alertAt
  })
  const end = await newestEnd(reader, run, over, signal)
  return end?.state === 'failed' ? end : null
}

/** The run to watch: the one chosen at the first look, unless that is younger than the alert and named by nobody. */
function watch(current: PlatformRun | null, before: Watched | null, run: Run, alertAt: Date): Watched {
  const failed =
    current !== null &&
    (current.state === 'failed' || current.state === 'cancelled' || current.state === 'retrying')
  if (before !== null && before.id !== null)
    return { ...before, failed: before.failed || (failed && current.id === before.id) }
  const began = current === null ? null : beginningOf(current)
  const named = run.runId !== null && current !== null
  if (current !== null && (named || began === null || began <= alertAt))
    return { id: current.id, since: began ?? alertAt, failed }
  return before ?? { id: null, since: alertAt, failed: false }
}

/** Newest first. Livy keeps no times: there the list's own order says which came later. */
function laterOf(runs: readonly PlatformRun[], watched: Watched): readonly PlatformRun[] {
  const place = runs.findIndex(({ id }) => id === watched.id)
  return runs.filter((one, index) => {
    if (one.id === watched.id) return false
    const began = beginningOf(one)
    return began === null ? index < place : began > watched.since
  })
}

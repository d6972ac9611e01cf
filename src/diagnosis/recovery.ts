// Whether a later run of the job has succeeded: what ends an incident about a run that failed.
import { type DataDates, comparedDates } from '../alerts/data-dates.ts'
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
  /** Of which data it is, as far as the platform told. */
  readonly dates: DataDates
}

/** What began it all: when its first alert came, and of which data that says its run is. */
export interface Told {
  readonly at: Date
  readonly dates: DataDates
}

/** A later run that ended well and is known to be of other data. */
export interface PassedOver {
  readonly id: string
  readonly because: string
}

export type Look =
  | {
      readonly kind: 'recovered'
      readonly run: PlatformRun
      readonly own: boolean
      /** Why it is of the same data; null where nobody tells of which data both are. */
      readonly judgedBy: string | null
    }
  | {
      readonly kind: 'waiting'
      readonly watched: Watched
      readonly because: string
      /** The newest of them. */
      readonly passedOver: PassedOver | null
    }
  /** Nothing that a later run could make good. */
  | { readonly kind: 'pointless'; readonly because: string }

/** Runs of the job that are listed; nobody watches a job that ran so often without a success. */
const LISTED = 20
/** Later runs whose end is asked for one by one at a look. */
const ASKED = 3
/** Of those that turn out to be of other data: a backfill is many runs. */
const ASKED_OF_OTHERS = 10

/**
 * One look. The newest later run whose end is known decides: a success recovers, a failure does not, whatever came before
 * it. Runs that were cancelled or whose end nobody knows decide nothing; nor do those that are known to be of another data
 * date, since a backfill of last week makes nothing good that failed today. What a listing calls a success is asked for
 * once more by its id: a cluster manager's list says FINISHED of a driver that threw, too. Throws as the reader does.
 */
export async function lookForRecovery(
  reader: PlatformReader,
  run: Run,
  before: Watched | null,
  told: Told,
  signal: AbortSignal,
): Promise<Look> {
  const current = await reader.run(before?.id == null ? run : { ...run, runId: before.id }, signal)
  const unnamed = run.runId === null && before?.id == null
  const name = run.jobName ?? current?.jobName ?? null
  const listed = unnamed && name !== null ? await reader.runs(name, LISTED, signal) : null
  const culprit = listed === null ? null : await failedBefore(reader, run, listed, before, told, signal)
  const watched =
    culprit === null
      ? watch(current, before, run, told.at)
      : {
          id: culprit.id,
          since: beginningOf(culprit) ?? told.at,
          failed: true,
          dates: await datesOf(reader, run, culprit, signal),
        }
  // Found by its name alone, it may be a later one than the alert speaks of.
  const own = current !== null && current.id === watched.id ? current : null
  if (own !== null && own.state === 'succeeded') {
    const retried = own.attempt !== null && run.attempt !== null && own.attempt > run.attempt
    const repaired = own.repairedAt !== undefined && own.repairedAt > told.at
    return before?.failed === true || retried || repaired
      ? { kind: 'recovered', run: own, own: true, judgedBy: 'it is the run that failed itself' }
      : { kind: 'pointless', because: `run ${own.id} has succeeded: that is not what is wrong` }
  }
  if (own !== null && (own.state === 'running' || own.state === 'queued' || own.state === 'retrying'))
    return waiting(watched, `run ${own.id} is not over`)
  if (name === null) return waiting(watched, 'the platform does not say which job it is')
  const later = laterOf(listed ?? (await reader.runs(name, LISTED, signal)), watched)
  const dates = { ...watched.dates, ...told.dates }
  const { end, passedOver } = await newestEnd(reader, run, later, dates, signal)
  if (end?.state === 'succeeded')
    return { kind: 'recovered', run: end, own: false, judgedBy: sameData(dates, end) }
  if (end !== null) return waiting(watched, `the later run ${end.id} failed, too`, passedOver)
  const because = later.length === 0 ? 'there is no later run' : 'no later run has come to a known end'
  return waiting(watched, because, passedOver)
}

function waiting(watched: Watched, because: string, passedOver: PassedOver | null = null): Look {
  return { kind: 'waiting', watched, because, passedOver }
}

/** `both are of logical date 2026-11-22`; null where that is not known. */
function sameData(dates: DataDates, { dates: others = {} }: PlatformRun): string | null {
  const compared = comparedDates(dates, others)
  return compared?.same === true ? `both are of ${compared.name} ${compared.one}` : null
}

function otherData(dates: DataDates, { id, dates: others = {} }: PlatformRun): string | null {
  const compared = comparedDates(dates, others)
  if (compared?.same !== false) return null
  return `run ${id} succeeded, but it is of ${compared.name} ${compared.other}, and what failed is of ${compared.one}`
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
  const later = laterOf(await reader.runs(good.jobName, LISTED, signal), { id, since })
  // Whatever data it is of, a failure is news.
  const { end } = await newestEnd(reader, run, later, {}, signal)
  if (end?.state !== 'failed') return null
  return endedAt !== null && end.endedAt !== null && end.endedAt <= endedAt ? null : end
}

interface NewestEnd {
  readonly end: PlatformRun | null
  readonly passedOver: PassedOver | null
}

/**
 * The newest of these runs whose end is known, succeeded or failed, and which is not known to be of other data than
 * `dates`. Newest first; what is no failure is asked for by its id, which tells more of how it was made, too.
 */
async function newestEnd(
  reader: PlatformReader,
  run: Run,
  runs: readonly PlatformRun[],
  dates: DataDates,
  signal: AbortSignal,
): Promise<NewestEnd> {
  const dated = Object.keys(dates).length > 0
  let passedOver: PassedOver | null = null
  let [asked, others] = [0, 0]
  for (const one of runs) {
    const known = one.state === 'failed' && (!dated || one.dates !== undefined)
    if (one.state !== 'failed' && one.state !== 'succeeded' && one.state !== 'unknown') continue
    if (!known && (asked === ASKED || others === ASKED_OF_OTHERS)) break
    const found = known ? one : await runById(reader, run, one.id, signal)
    const ended = found?.state === 'failed' || found?.state === 'succeeded' ? found : null
    const end = ended ?? (one.state === 'failed' ? one : null)
    const other = end === null ? null : otherData(dates, end)
    if (end !== null && other === null) return { end, passedOver }
    if (other === null) asked += 1
    else others += 1
    if (other !== null && end?.state === 'succeeded') passedOver ??= { id: one.id, because: other }
  }
  return { end: null, passedOver }
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
  told: Told,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  const over = runs.filter((one) => {
    const at = one.endedAt ?? beginningOf(one)
    return at === null ? before === null : at <= told.at
  })
  const { end } = await newestEnd(reader, run, over, told.dates, signal)
  return end?.state === 'failed' ? end : null
}

/** What a platform tells of it, in its list or else when it is asked for by its id. */
async function datesOf(
  reader: PlatformReader,
  run: Run,
  { id, dates }: PlatformRun,
  signal: AbortSignal,
): Promise<DataDates> {
  return dates ?? (await runById(reader, run, id, signal))?.dates ?? {}
}

/** The run of this id; null where the platform has none, or answers with another. Throws as the reader does. */
export async function runById(
  reader: PlatformReader,
  run: Run,
  runId: string,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  const found = await reader.run({ ...run, runId, attempt: null, retriesLeft: null }, signal)
  return found?.id === runId ? found : null
}

/** The run to watch: the one chosen at the first look, unless that is younger than the alert and named by nobody. */
function watch(current: PlatformRun | null, before: Watched | null, run: Run, alertAt: Date): Watched {
  const failed =
    current !== null &&
    (current.state === 'failed' || current.state === 'cancelled' || current.state === 'retrying')
  const same = current !== null && current.id === before?.id
  if (before !== null && before.id !== null)
    return {
      ...before,
      failed: before.failed || (failed && same),
      dates: same ? (current.dates ?? before.dates) : before.dates,
    }
  const began = current === null ? null : beginningOf(current)
  const named = run.runId !== null && current !== null
  if (current !== null && (named || began === null || began <= alertAt))
    return { id: current.id, since: began ?? alertAt, failed, dates: current.dates ?? {} }
  return before ?? { id: null, since: alertAt, failed: false, dates: {} }
}

/**
 * Those of a job's runs that began after this one, in the order of `runs`: newest first. Where no times are kept, as Livy
 * keeps none, the list's own order says which came later.
 */
export function laterOf(
  runs: readonly PlatformRun[],
  own: { readonly id: string | null; readonly since: Date | null },
): readonly PlatformRun[] {
  const place = runs.findIndex(({ id }) => id === own.id)
  return runs.filter((one, index) => {
    if (one.id === own.id) return false
    const began = beginningOf(one)
    return began === null || own.since === null ? index < place : began > own.since
  })
}

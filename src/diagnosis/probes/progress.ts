// Whether an application still moves: how long no task has ended although a job runs, and how long it waits for executors.
import * as z from 'zod'
import { attempting } from '../attempt.ts'
import type { PlatformReader, SparkApplication, SparkStage } from '../../ports.ts'
import {
  type Evidence,
  type Finding,
  type FindingSeverity,
  type Probe,
  byGravity,
  gradeOf,
  gravest,
} from '../model.ts'
import { type Shown, asEvidence } from '../performance/shown.ts'
import { quantile } from '../performance/snapshot.ts'
import { type Shortage, shortageOf } from '../progress/allocation.ts'
import { type Standstill, oldestRunning, standstillByMetrics, standstillByTasks } from '../progress/stuck.ts'
import { type Thresholds, fourSchema, thresholdsFor } from '../thresholds.ts'
import { earlierLengths } from '../history/lengths.ts'
import { percentile } from '../history/percentile.ts'
import { outputsOf, plural, span, unseen, withApplication } from './support.ts'

/** Minutes without a task that ended. Ours. */
export const NO_PROGRESS: Thresholds = [5, 15, 30, 60]
/** Minutes with too few executors. Ours. */
export const ALLOC_STUCK: Thresholds = [2, 5, 10, 20]

const params = z
  .strictObject({
    thresholds: z
      .strictObject({ no_progress: fourSchema.optional(), alloc_stuck: fourSchema.optional() })
      .prefault({}),
  })
  .prefault({})

/** A task may well take so many times as long as half of its fellows do. Ours. */
const PATIENCE = 3
/** A run this many times as long as 95 % of the earlier ones is beyond doubt. */
const BEYOND_HISTORY = 3
const RUNS_COMPARED = 30

interface Grounds {
  readonly medianMs: number | null
  readonly p95Ms: number | null
}

/**
 * no_progress: minutes since a task ended while a job runs (`completedTasks_total` of the executors, else the newest end
 * or launch in the active stages); nothing while that is less than three median tasks of the stage; critical at once
 * where the run has taken longer than three times the 95th percentile of earlier ones.
 * alloc_stuck: minutes with numberTargetExecutors > numberAllExecutors while tasks wait for slots. Both ours.
 */
export const progress: Probe = {
  id: 'spark.progress',
  title: 'Whether it still moves',
  needs: ['application', 'executors', 'stages', 'tasks'],
  params,
  outputs: {
    app_id: 'application id',
    no_progress: 'minutes without a task that ended, while a job runs; null where no job runs',
    median_task_s: 'seconds that half of the tasks of the stage take at most; null while none has succeeded',
    alloc_stuck: 'minutes with fewer executors than asked for while tasks wait; 0 where nothing waits',
    executors_wanted: 'executors that Spark asks for; null where nobody tells',
    executors: 'executors it has',
    severity: 'none, low, medium, high or critical: the graver of the two',
  },
  run: (raw, context) =>
    withApplication(progress, context, async (app, reader) => {
      const { now, signal } = context
      const own = params.parse(raw ?? {}).thresholds
      const unreached = [...app.unreached]
      const attempt = attempting(unreached, signal)
      const [everyone, stages, jobs] = await Promise.all([
        attempt('executors', () => reader.executors(app, signal), null),
        attempt('stages', () => reader.stages(app, signal), null),
        attempt('jobs', () => reader.jobs(app, signal), null),
      ])
      const executors = everyone?.filter(({ id }) => id !== 'driver') ?? null
      const known = { app_id: app.id, executors: executors?.filter(({ active }) => active).length ?? null }
      const since = jobs === null ? null : oldestRunning(jobs)
      if (app.endedAt !== null || since === null || stages === null || executors === null) {
        const sentence =
          app.endedAt !== null
            ? `${app.name} has ended.`
            : since === null && jobs !== null
              ? `No job of ${app.name} runs, so that no task could end.`
              : `Whether ${app.name} moves was not seen.`
        return {
          outputs: outputsOf(progress, { ...known, severity: unreached.length === 0 ? 'none' : null }),
          findings: [{ ...unseen(progress.id, sentence, unreached), link: app.link }],
        }
      }
      const still =
        (await attempt('Prometheus', () => standstillByMetrics(reader, app, since, now, signal), null)) ??
        (await attempt('tasks', () => standstillByTasks(reader, app, stages, since, signal), null))
      const shortage = await attempt<Shortage | 'none' | null>(
        'allocation',
        () => shortageOf(reader, app, { stages, executors }, now, signal),
        null,
      )
      const grounds = await groundsOf(reader, app, stages, context, attempt)
      const ranMs = app.startedAt === null ? null : now.getTime() - app.startedAt.getTime()
      const stuck = gradeStandstill(still, grounds, ranMs, now, thresholdsFor('no_progress', NO_PROGRESS, context, own.no_progress)) // prettier-ignore
      const starved = gradeShortage(shortage, now, thresholdsFor('alloc_stuck', ALLOC_STUCK, context, own.alloc_stuck)) // prettier-ignore
      const findings = [
        ...(still === null || stuck === 'none' ? [] : [stuckFinding(still, stuck, grounds, app, now)]),
        ...(shortage === null || shortage === 'none' || starved === 'none'
          ? []
          : [starvedFinding(shortage, starved, app, now)]),
      ].map((one) => ({ ...one, unreached }))
      return {
        outputs: outputsOf(progress, {
          ...known,
          no_progress: still === null ? null : minutesSince(still.since, now),
          median_task_s: grounds.medianMs === null ? null : Number((grounds.medianMs / 1000).toFixed(1)),
          alloc_stuck: shortage === null ? null : shortage === 'none' ? 0 : minutesSince(shortage.since, now),
          executors_wanted: shortage === null || shortage === 'none' ? null : shortage.target,
          severity: gravest([stuck, starved]),
        }),
        findings:
          findings.length > 0
            ? findings.sort((a, b) => byGravity(a.severity, b.severity))
            : [quiet(app, still, grounds, now, unreached)],
      }
    }),
}

/** What makes a pause long or ordinary: half of the stage's tasks, and the earlier runs. */
async function groundsOf(
  reader: PlatformReader,
  app: SparkApplication,
  stages: readonly SparkStage[],
  context: Parameters<Probe['run']>[1],
  attempt: <T>(what: string, read: () => Promise<T>, otherwise: T) => Promise<T>,
): Promise<Grounds> {
  const { signal } = context
  const medians = await Promise.all(
    stages
      .filter(({ status, completedTasks }) => status === 'ACTIVE' && completedTasks > 0)
      .slice(0, 3)
      .map(async (stage) => {
        const of = await attempt('task times', () => reader.taskQuantiles(app, stage, signal), null)
        return of === null ? null : (quantile(of, of.durationMs, 0.5) ?? quantile(of, of.runMs, 0.5))
      }),
  )
  const known = medians.filter((one) => one !== null)
  const compares = reader.capabilities.has('run') && reader.capabilities.has('runs')
  const lengths = compares
    ? await attempt('earlier runs', () => earlierLengths(reader, context.run, RUNS_COMPARED, signal), [])
    : []
  return {
    medianMs: known.length === 0 ? null : Math.max(...known),
    p95Ms: lengths.length < 3 ? null : percentile(lengths, 0.95),
  }
}

function gradeStandstill(
  still: Standstill | null,
  { medianMs, p95Ms }: Grounds,
  ranMs: number | null,
  now: Date,
  thresholds: Thresholds,
): FindingSeverity {
  if (still === null) return 'none'
  const ms = now.getTime() - still.since.getTime()
  const byTime = gradeOf(ms / 60_000, thresholds)
  if (byTime === 'none' || (medianMs !== null && ms < PATIENCE * medianMs)) return 'none'
  return p95Ms !== null && ranMs !== null && ranMs > BEYOND_HISTORY * p95Ms ? 'critical' : byTime
}

function gradeShortage(
  shortage: Shortage | 'none' | null,
  now: Date,
  thresholds: Thresholds,
): FindingSeverity {
  if (shortage === null || shortage === 'none') return 'none'
  return gradeOf((now.getTime() - shortage.since.getTime()) / 60_000, thresholds)
}

function stuckFinding(
  still: Standstill,
  severity: FindingSeverity,
  { medianMs, p95Ms }: Grounds,
  app: SparkApplication,
  now: Date,
): Finding {
  const usual =
    medianMs === null
      ? 'none of its stage has succeeded yet, so it may be one long task'
      : `half of its stage took ${span(medianMs)} or less`
  const earlier = p95Ms === null ? '' : `; 95 % of earlier runs took ${span(p95Ms)} or less in all`
  return {
    probe: progress.id,
    severity,
    sentence: `No task of ${app.name} has ended for ${span(now.getTime() - still.since.getTime())} although a job runs; ${usual}${earlier}.`,
    evidence: shownBy(app, 'no_progress', still.shown, now),
    link: app.link,
    confidence: medianMs === null ? 'low' : still.confidence,
    unreached: [],
  }
}

function starvedFinding(
  shortage: Shortage,
  severity: FindingSeverity,
  app: SparkApplication,
  now: Date,
): Finding {
  const asks = shortage.target === null ? 'waits for executors' : `asks for ${plural(shortage.target, 'executor')}` // prettier-ignore
  const time = span(now.getTime() - shortage.since.getTime())
  const how =
    shortage.confidence === 'high'
      ? `for ${time}`
      : `now; none has come or gone for ${time}, which is all that one look can tell`
  return {
    probe: progress.id,
    severity,
    sentence: `${app.name} ${asks} and has ${shortage.all} while tasks wait, ${how}.`,
    evidence: shownBy(app, 'alloc_stuck', shortage.shown, now),
    link: app.link,
    confidence: shortage.confidence,
    unreached: [],
  }
}

function quiet(
  app: SparkApplication,
  still: Standstill | null,
  { medianMs }: Grounds,
  now: Date,
  unreached: readonly string[],
): Finding {
  const last = still === null ? null : now.getTime() - still.since.getTime()
  const sentence =
    last === null
      ? `When a task of ${app.name} ended last is not known.`
      : medianMs !== null && last >= 60_000 && last < PATIENCE * medianMs
        ? `No task of ${app.name} has ended for ${span(last)}, which is not long for tasks that take ${span(medianMs)}.`
        : `A task of ${app.name} moved ${span(Math.max(0, last))} ago, and it has the executors it asks for.`
  const shown = still === null ? [] : shownBy(app, 'no_progress', still.shown, now)
  return { ...unseen(progress.id, sentence, unreached), evidence: shown, link: app.link, confidence: unreached.length === 0 && still !== null ? 'high' : 'low' } // prettier-ignore
}

/** The figures as evidence; the first says whose they are and when they were looked at, from which minutes count. */
function shownBy(app: SparkApplication, id: string, shown: readonly Shown[], now: Date): Evidence[] {
  return shown.map((one, at) =>
    asEvidence(app, at === 0 ? { ...one, figures: `${id}: ${one.figures}; seen ${now.toISOString()}` } : one),
  )
}

function minutesSince(since: Date, now: Date): number {
  return Number((Math.max(0, now.getTime() - since.getTime()) / 60_000).toFixed(1))
}

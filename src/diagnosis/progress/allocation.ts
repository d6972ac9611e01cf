// Since when an application asks for more executors than it has while work waits: over time, or as one look can tell.
import type { PlatformReader, SparkApplication, SparkExecutor, SparkStage } from '../../ports.ts'
import { gaugesOf, gaugesShownAt, metricsOf, ofDriver } from '../driver-metrics.ts'
import { type Shown, shownAt } from '../performance/shown.ts'
import type { Confidence } from '../model.ts'

const LOOK_BACK_MS = 3_600_000
const STEP_MS = 30_000
const TARGET = 'ExecutorAllocationManager.executors.numberTargetExecutors'
const ALL = 'ExecutorAllocationManager.executors.numberAllExecutors'

/** What it asks for, what it has, and since when that has been too few. */
export interface Shortage {
  /** Null where nobody tells how many it asks for: it has none at all. */
  readonly target: number | null
  readonly all: number
  readonly since: Date
  readonly shown: readonly Shown[]
  readonly confidence: Confidence
}

/** Tasks of active stages that no slot has taken. */
export function waitingTasks(stages: readonly SparkStage[], executors: readonly SparkExecutor[]): number {
  const left = stages
    .filter(({ status }) => status === 'ACTIVE')
    .reduce((sum, { tasks, completedTasks }) => sum + Math.max(0, tasks - completedTasks), 0)
  const slots = executors
    .filter(({ active }) => active)
    .reduce((sum, { maxTasks }) => sum + Math.max(0, maxTasks), 0)
  return Math.max(0, left - slots)
}

/**
 * Minutes in a row until now in which the target was above the number of executors, out of a Prometheus; null where it
 * has no such series. A scrape that is missing does not end them.
 */
async function byMetrics(
  reader: PlatformReader,
  app: SparkApplication,
  now: Date,
  signal: AbortSignal,
): Promise<Shortage | 'none' | null> {
  const metrics = metricsOf(reader)
  if (metrics === null) return null
  const series = (which: string): string =>
    `(${ofDriver(app, `ExecutorAllocationManager_executors_${which}_Value`)})`
  const range = { lastMs: LOOK_BACK_MS, stepMs: STEP_MS }
  const [wanted, had] = await Promise.all(
    ['numberTargetExecutors', 'numberAllExecutors'].map((which) =>
      metrics.query({ promql: series(which), at: now, range }, signal),
    ),
  )
  const [targets, all] = [wanted?.series[0]?.points ?? [], had?.series[0]?.points ?? []]
  const has = new Map(all.map(({ at, value }) => [at.getTime(), value]))
  const both = targets.flatMap(({ at, value }) => {
    const count = has.get(at.getTime())
    return value === null || count == null ? [] : [{ at, target: value, all: count }]
  })
  const newest = both.at(-1)
  if (newest === undefined || wanted === undefined) return null
  if (newest.target <= newest.all) return 'none'
  const enough = both.findLastIndex(({ target, all: count }) => target <= count)
  const first = both[enough + 1] ?? newest
  return {
    target: newest.target,
    all: newest.all,
    since: first.at,
    shown: [
      {
        figures: `numberTargetExecutors ${newest.target}, more than numberAllExecutors since ${first.at.toISOString()}`,
        from: 'Prometheus, the driver',
        shownAt: wanted.link,
      },
      {
        figures: `numberAllExecutors ${newest.all}`,
        from: 'Prometheus, the driver',
        shownAt: had?.link ?? null,
      },
    ],
    confidence: 'high',
  }
}

/** The target and what there is at this instant; how long, only by when the newest executor came or the work began. */
async function byGauges(
  reader: PlatformReader,
  app: SparkApplication,
  stages: readonly SparkStage[],
  executors: readonly SparkExecutor[],
  signal: AbortSignal,
): Promise<Shortage | 'none' | null> {
  const gauges = await gaugesOf(reader, app, signal)
  const [target, all] = [gauges?.get(TARGET), gauges?.get(ALL)]
  if (target === undefined || all === undefined) return null
  const waits = waitsSince(app, stages, executors)
  if (target <= all || waits === null) return 'none'
  return {
    target,
    all,
    since: waits.at,
    shown: [
      {
        figures: `numberTargetExecutors ${target}, numberAllExecutors ${all}`,
        from: "the driver's metrics at this instant",
        shownAt: gaugesShownAt(app),
      },
      waits.shown,
    ],
    confidence: 'medium',
  }
}

/** Without dynamic allocation nobody tells a target, and none at all is too few. */
function byExecutors(
  app: SparkApplication,
  stages: readonly SparkStage[],
  executors: readonly SparkExecutor[],
): Shortage | 'none' {
  const active = executors.filter((one) => one.active).length
  const waits = waitsSince(app, stages, executors)
  if (active > 0 || waits === null) return 'none'
  return {
    target: null,
    all: 0,
    since: waits.at,
    shown: [
      { figures: 'isActive 0', from: 'all executors', shownAt: shownAt(app, 'allexecutors') },
      waits.shown,
    ],
    confidence: 'medium',
  }
}

/** The later of: the oldest active stage was submitted, the newest executor came or went. */
function waitsSince(
  app: SparkApplication,
  stages: readonly SparkStage[],
  executors: readonly SparkExecutor[],
): { readonly at: Date; readonly shown: Shown } | null {
  const begun = stages.flatMap(({ status, submittedAt }) =>
    status === 'ACTIVE' && submittedAt !== null ? [submittedAt.getTime()] : [],
  )
  if (begun.length === 0) return null
  const submitted = new Date(Math.min(...begun))
  const [newest] = executors
    .flatMap(({ id, addedAt, removedAt }) => [
      ...(addedAt === null ? [] : [{ id, at: addedAt, field: 'addTime' }]),
      ...(removedAt === null ? [] : [{ id, at: removedAt, field: 'removeTime' }]),
    ])
    .sort((a, b) => b.at.getTime() - a.at.getTime())
  if (newest !== undefined && newest.at > submitted)
    return {
      at: newest.at,
      shown: {
        figures: `${newest.field} ${newest.at.toISOString()}, the last to change`,
        from: `executor ${newest.id}`,
        shownAt: shownAt(app, 'allexecutors'),
      },
    }
  return {
    at: submitted,
    shown: {
      figures: `submissionTime ${submitted.toISOString()} of the oldest active stage`,
      from: 'active stages',
      shownAt: shownAt(app, 'stages?status=active&details=false'),
    },
  }
}

/** The best that anybody tells; `none` where it has what it asks for, or nothing waits. */
export async function shortageOf(
  reader: PlatformReader,
  app: SparkApplication,
  seen: { readonly stages: readonly SparkStage[]; readonly executors: readonly SparkExecutor[] },
  now: Date,
  signal: AbortSignal,
): Promise<Shortage | 'none'> {
  const { stages, executors } = seen
  if (waitingTasks(stages, executors) === 0) return 'none'
  return (
    (await byMetrics(reader, app, now, signal)) ??
    (await byGauges(reader, app, stages, executors, signal)) ??
    byExecutors(app, stages, executors)
  )
}

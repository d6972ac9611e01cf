// Stages and jobs out of an event log, with what their tasks add up to and the tasks that failed.
import type { SparkJob, SparkStage, SparkTask, SparkTaskQuantiles } from '../../ports.ts'
import { type Samples, addSample, durationMs, emptySamples, quantilesOf } from './quantiles.ts'
import type { StageInfo, TaskEnd } from './schema.ts'
import { endingOf, errorOf } from './task-errors.ts'

/** Failed tasks kept of one stage attempt, the slowest; thousands say the same. */
const KEPT_FAILURES = 200
/** Of one error: a trace with its causes is far shorter. */
const MAX_ERROR = 32_000

export interface StageRecord {
  readonly stage: Omit<SparkStage, 'link'>
  /** Slowest first. */
  readonly failedTasks: readonly SparkTask[]
  quantiles(): SparkTaskQuantiles | null
}

export interface JobRecord extends SparkJob {
  /** The exception that ended it, its first lines being Spark's reason. */
  readonly failure: string | null
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
interface Draft {
  readonly stage: Writable<Omit<SparkStage, 'link' | 'totals'>> & { totals: Writable<SparkStage['totals']> }
  readonly failures: SparkTask[]
  readonly samples: Samples
}

export interface StageLedger {
  planned(info: StageInfo): void
  submitted(info: StageInfo): void
  completed(info: StageInfo): void
  task(task: TaskEnd): void
  jobStarted(id: number, at: Date | null, stages: readonly StageInfo[]): void
  jobEnded(id: number, at: Date | null, succeeded: boolean, failure: string | null): void
  /** By `<id>.<attempt>`. */
  stages(): ReadonlyMap<string, StageRecord>
  jobs(): readonly JobRecord[]
}

export function createStageLedger(): StageLedger {
  const drafts = new Map<string, Draft>()
  const jobs = new Map<number, { readonly job: Writable<JobRecord>; readonly stageIds: readonly number[] }>()

  function draftOf(id: number, attempt: number): Draft {
    const key = `${id}.${attempt}`
    const found = drafts.get(key)
    if (found !== undefined) return found
    const fresh: Draft = {
      stage: {
        id,
        attempt,
        status: 'PENDING',
        name: '',
        tasks: 0,
        failedTasks: 0,
        completedTasks: 0,
        failureReason: null,
        executorRunMs: 0,
        totals: {
          gcMs: 0,
          fetchWaitMs: 0,
          resultBytes: 0,
          inputBytes: 0,
          shuffleReadBytes: 0,
          shuffleWriteBytes: 0,
          memorySpilledBytes: 0,
          diskSpilledBytes: 0,
        },
        submittedAt: null,
        completedAt: null,
      },
      failures: [],
      samples: emptySamples(),
    }
    drafts.set(key, fresh)
    return fresh
  }

  function described(info: StageInfo, status: string): Draft {
    const draft = draftOf(info['Stage ID'], info['Stage Attempt ID'])
    draft.stage.status = status
    draft.stage.name = info['Stage Name']
    draft.stage.tasks = info['Number of Tasks']
    draft.stage.submittedAt = info['Submission Time'] ?? draft.stage.submittedAt
    return draft
  }

  return {
    planned(info) {
      if (!drafts.has(`${info['Stage ID']}.${info['Stage Attempt ID']}`)) described(info, 'PENDING')
    },
    submitted: (info) => void described(info, 'ACTIVE'),
    completed(info) {
      const reason = info['Failure Reason'] ?? null
      const { stage } = described(info, reason === null ? 'COMPLETE' : 'FAILED')
      stage.failureReason = reason
      stage.completedAt = info['Completion Time'] ?? null
    },
    task(task) {
      const draft = draftOf(task['Stage ID'], task['Stage Attempt ID'])
      const ending = endingOf(task)
      if (ending === 'succeeded') {
        draft.stage.completedTasks += 1
        addSample(draft.samples, task)
      }
      if (ending === 'failed') {
        draft.stage.failedTasks += 1
        keep(draft.failures, task)
      }
      addTotals(draft, task)
    },
    jobStarted(id, at, stages) {
      for (const info of stages) this.planned(info)
      const stageIds = stages.map((info) => info['Stage ID'])
      jobs.set(id, {
        job: { id, status: 'RUNNING', submittedAt: at, completedAt: null, stageIds, failure: null },
        stageIds,
      })
    },
    jobEnded(id, at, succeeded, failure) {
      const found = jobs.get(id)
      if (found === undefined) return
      Object.assign(found.job, { status: succeeded ? 'SUCCEEDED' : 'FAILED', completedAt: at, failure })
      // What was planned and never begun was not needed: its output was there already, or the job failed before.
      for (const { stage } of drafts.values())
        if (stage.status === 'PENDING' && found.stageIds.includes(stage.id)) stage.status = 'SKIPPED'
    },
    stages: () =>
      new Map(
        [...drafts].map(([key, { stage, failures, samples }]) => [
          key,
          { stage, failedTasks: slowestFirst(failures), quantiles: () => quantilesOf(samples) },
        ]),
      ),
    jobs: () => [...jobs.values()].map(({ job }) => job),
  }
}

function addTotals({ stage }: Draft, task: TaskEnd): void {
  const metrics = task['Task Metrics']
  if (metrics === undefined || task['Task End Reason'].Reason === 'Resubmitted') return
  const shuffle = metrics['Shuffle Read Metrics']
  const { totals } = stage
  stage.executorRunMs += metrics['Executor Run Time']
  totals.gcMs += metrics['JVM GC Time']
  totals.fetchWaitMs += shuffle?.['Fetch Wait Time'] ?? 0
  totals.resultBytes += metrics['Result Size']
  totals.inputBytes += metrics['Input Metrics']?.['Bytes Read'] ?? 0
  totals.shuffleReadBytes += (shuffle?.['Remote Bytes Read'] ?? 0) + (shuffle?.['Local Bytes Read'] ?? 0)
  totals.shuffleWriteBytes += metrics['Shuffle Write Metrics']?.['Shuffle Bytes Written'] ?? 0
  totals.memorySpilledBytes += metrics['Memory Bytes Spilled']
  totals.diskSpilledBytes += metrics['Disk Bytes Spilled']
}

function keep(failures: SparkTask[], task: TaskEnd): void {
  const { 'Task Info': info, 'Task Metrics': metrics } = task
  const shuffle = metrics?.['Shuffle Read Metrics']
  failures.push({
    id: info['Task ID'],
    index: info.Index,
    attempt: info.Attempt,
    executorId: info['Executor ID'],
    host: info.Host,
    status: 'FAILED',
    errorMessage: errorOf(task).slice(0, MAX_ERROR),
    runMs: metrics?.['Executor Run Time'] ?? durationMs(task),
    readBytes:
      metrics === undefined
        ? null
        : (metrics['Input Metrics']?.['Bytes Read'] ?? 0) +
          (shuffle?.['Remote Bytes Read'] ?? 0) +
          (shuffle?.['Local Bytes Read'] ?? 0),
  })
  if (failures.length > 2 * KEPT_FAILURES) failures.splice(0, failures.length, ...slowestFirst(failures))
}

function slowestFirst(failures: readonly SparkTask[]): SparkTask[] {
  return [...failures].sort((a, b) => (b.runMs ?? 0) - (a.runMs ?? 0)).slice(0, KEPT_FAILURES)
}

// How a run stands, from Databricks' words: `status` where it is sent, else the older `state`. Pure.
import type { RunState } from '../../ports.ts'
import type { RunInfo, Standing, TaskRun } from './schema.ts'

/** Ended without having run, as somebody wanted. */
const SKIPPED: ReadonlySet<string> = new Set(['SKIPPED', 'DISABLED', 'EXCLUDED', 'UPSTREAM_CANCELED'])
/** Ended because of what happened to another task: no failure of its own. */
const FOLLOWS: ReadonlySet<string> = new Set(['UPSTREAM_FAILED', 'UPSTREAM_CANCELED'])

const BY_STATE: Readonly<Record<string, RunState>> = {
  QUEUED: 'queued',
  BLOCKED: 'queued',
  // The cluster is being made.
  PENDING: 'queued',
  RUNNING: 'running',
  TERMINATING: 'running',
  WAITING: 'retrying',
  WAITING_FOR_RETRY: 'retrying',
  INTERNAL_ERROR: 'failed',
}

/** The state of a run or of one of its tasks. */
export function stateOf({ status, state }: Standing): RunState {
  const word = status?.state ?? state?.life_cycle_state ?? ''
  // The older field knows of a retry that the newer one may call RUNNING or PENDING.
  if (state?.life_cycle_state === 'WAITING_FOR_RETRY') return 'retrying'
  const { code, type } = status?.termination_details ?? {}
  const result = state?.result_state ?? ''
  if (word === 'SKIPPED') return result === 'MAXIMUM_CONCURRENT_RUNS_REACHED' ? 'failed' : 'cancelled'
  if (word !== 'TERMINATED') return BY_STATE[word] ?? 'unknown'
  // "Will be retried with a mitigation config."
  if (code === 'BREAKING_CHANGE') return 'retrying'
  if (code === 'SUCCESS' || code === 'SUCCESS_WITH_FAILURES') return 'succeeded'
  if (result === 'SUCCESS' || result === 'SUCCESS_WITH_FAILURES') return 'succeeded'
  if (result === 'TIMEDOUT') return 'failed'
  if (code === 'USER_CANCELED' || SKIPPED.has(code ?? '') || SKIPPED.has(result)) return 'cancelled'
  // By the platform, for example for its time limit: nobody wanted that.
  if (code === 'CANCELED') return 'failed'
  if (result === 'CANCELED') return 'cancelled'
  if (code || result) return 'failed'
  return type === 'SUCCESS' ? 'succeeded' : 'unknown'
}

/** A task that failed by itself. */
export function failedItself(task: Standing): boolean {
  const state = stateOf(task)
  const result = task.state?.result_state ?? ''
  return (state === 'failed' || state === 'retrying') && !FOLLOWS.has(result)
}

/** In Databricks' own words: `TERMINATED, RUN_EXECUTION_ERROR (CLIENT_ERROR)`. */
export function stateText({ status, state }: Standing): string {
  const details = status?.termination_details
  const words = [
    status?.state ?? state?.life_cycle_state ?? 'no state',
    details?.code
      ? `${details.code}${details.type ? ` (${details.type})` : ''}`
      : (state?.result_state ?? ''),
    status?.queue_details?.code ?? '',
  ]
  return words.filter((word) => word !== '').join(', ')
}

/** What is said of the end, or of the waiting; null where nothing is. */
export function reasonText({ status, state }: Standing): string | null {
  const { termination_details: end, queue_details: queue } = status ?? {}
  const over = stateOf({ status, state })
  if (over === 'succeeded') return null
  const code = end?.code ? `${end.code}${end.type ? ` (${end.type})` : ''}` : ''
  const message = end?.message || queue?.message || state?.state_message || state?.queue_reason || ''
  const text = [code || queue?.code || '', message].filter((word) => word !== '').join(': ')
  return text === '' ? null : text
}

/** Of each task its newest attempt, in the order in which they began. */
export function newestAttempts(tasks: readonly TaskRun[]): readonly TaskRun[] {
  const newest = new Map<string, TaskRun>()
  for (const task of tasks) {
    const other = newest.get(task.task_key)
    if (other === undefined || isNewer(task, other)) newest.set(task.task_key, task)
  }
  return [...newest.values()].sort((a, b) => time(a.start_time) - time(b.start_time))
}

function isNewer(one: TaskRun, other: TaskRun): boolean {
  // A repair begins to count attempts anew; time goes on.
  if (one.start_time !== null && other.start_time !== null && time(one.start_time) !== time(other.start_time))
    return time(one.start_time) > time(other.start_time)
  return one.attempt_number > other.attempt_number
}

/** What has been begun anew of a run, the newest last. */
export function repairsOf({ repair_history: history }: RunInfo): RunInfo['repair_history'] {
  return history
    .filter(({ type }) => type === 'REPAIR')
    .sort((a, b) => time(a.start_time) - time(b.start_time))
}

/** Those that failed by themselves, the first one first: it leads, what follows may be its doing. */
export function failuresOf(tasks: readonly TaskRun[]): readonly TaskRun[] {
  return tasks
    .filter(failedItself)
    .sort((a, b) => (a.end_time?.getTime() ?? Infinity) - (b.end_time?.getTime() ?? Infinity))
}

/**
 * The state of a whole run. While Databricks calls it running, a task that waits for its next attempt, or whose
 * attempt failed and which may have more, makes it one that is tried again.
 */
export function wholeState(
  run: Standing,
  tasks: readonly TaskRun[],
  maxRetries: (task: TaskRun) => number | null,
): RunState {
  const state = stateOf(run)
  if (state !== 'running' && state !== 'queued') return state
  const again = tasks.some((task) => {
    const of = stateOf(task)
    if (of === 'retrying') return true
    if (of === 'queued') return task.attempt_number > 0
    const limit = maxRetries(task)
    return of === 'failed' && limit !== null && (limit < 0 || task.attempt_number < limit)
  })
  return again ? 'retrying' : state
}

function time(at: Date | null): number {
  return at?.getTime() ?? 0
}

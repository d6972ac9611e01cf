// How Databricks' words are read: the newer `status`, the older `state`, both at once, and words of tomorrow.
import { describe, expect, it } from 'vitest'
import { type Standing, type TaskRun, taskRunSchema } from '../../../src/platforms/databricks/schema.ts'
import {
  failedItself,
  failuresOf,
  newestAttempts,
  reasonText,
  stateOf,
  stateText,
  wholeState,
} from '../../../src/platforms/databricks/status.ts'
import { RUNNING, ended, task } from './bench.ts'

const status = (state: string, code?: string, type = 'CLIENT_ERROR'): Standing => ({
  status: { state, ...(code === undefined ? {} : { termination_details: { code, type, message: 'why' } }) },
  state: null,
})
const older = (life: string, result?: string): Standing => ({
  status: null,
  state: { life_cycle_state: life, result_state: result, state_message: 'why' },
})
const parsed = (...tasks: Record<string, unknown>[]): TaskRun[] =>
  tasks.map((one) => taskRunSchema.parse(one))

describe('the state of a run', () => {
  it.each([
    ['QUEUED', undefined, 'queued'],
    ['BLOCKED', undefined, 'queued'],
    ['PENDING', undefined, 'queued'],
    ['RUNNING', undefined, 'running'],
    ['TERMINATING', 'RUN_EXECUTION_ERROR', 'running'],
    ['WAITING', undefined, 'retrying'],
    ['TERMINATED', 'SUCCESS', 'succeeded'],
    ['TERMINATED', 'SUCCESS_WITH_FAILURES', 'succeeded'],
    ['TERMINATED', 'USER_CANCELED', 'cancelled'],
    ['TERMINATED', 'CANCELED', 'failed'],
    ['TERMINATED', 'SKIPPED', 'cancelled'],
    ['TERMINATED', 'DISABLED', 'cancelled'],
    ['TERMINATED', 'BREAKING_CHANGE', 'retrying'],
    ['TERMINATED', 'RUN_EXECUTION_ERROR', 'failed'],
    ['TERMINATED', 'INTERNAL_ERROR', 'failed'],
    ['TERMINATED', 'CLOUD_FAILURE', 'failed'],
    ['TERMINATED', 'MAX_CONCURRENT_RUNS_EXCEEDED', 'failed'],
    ['TERMINATED', 'SOMETHING_OF_TOMORROW', 'failed'],
    ['TERMINATED', undefined, 'unknown'],
    ['HIBERNATING', undefined, 'unknown'],
  ])('status %s %s is %s', (word, code, state) => {
    expect(stateOf(status(word, code))).toBe(state)
  })

  it.each([
    ['QUEUED', undefined, 'queued'],
    ['WAITING_FOR_RETRY', undefined, 'retrying'],
    ['RUNNING', undefined, 'running'],
    ['SKIPPED', undefined, 'cancelled'],
    ['SKIPPED', 'MAXIMUM_CONCURRENT_RUNS_REACHED', 'failed'],
    ['INTERNAL_ERROR', 'FAILED', 'failed'],
    ['TERMINATED', 'SUCCESS', 'succeeded'],
    ['TERMINATED', 'FAILED', 'failed'],
    ['TERMINATED', 'TIMEDOUT', 'failed'],
    ['TERMINATED', 'UPSTREAM_FAILED', 'failed'],
    ['TERMINATED', 'CANCELED', 'cancelled'],
    ['TERMINATED', 'EXCLUDED', 'cancelled'],
    [undefined, undefined, 'unknown'],
  ])('the older %s %s is %s', (life, result, state) => {
    expect(stateOf(life === undefined ? {} : older(life, result))).toBe(state)
  })

  it('is the older word where only that knows of a retry', () => {
    expect(stateOf({ ...status('RUNNING'), state: { life_cycle_state: 'WAITING_FOR_RETRY' } })).toBe(
      'retrying',
    )
  })

  it('is said in the words of Databricks, with the reason', () => {
    const failed = status('TERMINATED', 'DRIVER_ERROR', 'INTERNAL_ERROR')
    expect(stateText(failed)).toBe('TERMINATED, DRIVER_ERROR (INTERNAL_ERROR)')
    expect(reasonText(failed)).toBe('DRIVER_ERROR (INTERNAL_ERROR): why')
    expect(stateText(older('TERMINATED', 'FAILED'))).toBe('TERMINATED, FAILED')
    expect(reasonText(older('TERMINATED', 'FAILED'))).toBe('why')
    expect(reasonText(status('TERMINATED', 'SUCCESS'))).toBeNull()
    const queued: Standing = {
      status: {
        state: 'QUEUED',
        queue_details: { code: 'MAX_CONCURRENT_RUNS_REACHED', message: 'one is running' },
      },
    }
    expect(stateText(queued)).toBe('QUEUED, MAX_CONCURRENT_RUNS_REACHED')
    expect(reasonText(queued)).toBe('MAX_CONCURRENT_RUNS_REACHED: one is running')
  })
})

describe('tasks', () => {
  it('are each its newest attempt, a repair before what it repaired', () => {
    const tasks = parsed(
      task('load', { run_id: 1, attempt_number: 2, start_time: 100 }),
      task('load', { run_id: 2, attempt_number: 0, start_time: 900 }),
      task('load', { run_id: 3, attempt_number: 1, start_time: 200 }),
      task('check', { run_id: 4, start_time: 50 }),
      task('later', { run_id: 5, attempt_number: 0, start_time: 0 }),
      task('later', { run_id: 6, attempt_number: 1, start_time: 0 }),
    )
    expect(newestAttempts(tasks).map(({ run_id: id }) => id)).toEqual(['6', '4', '2'])
  })

  it('lead by who failed first, and those that only followed do not count', () => {
    const failed = (key: string, end: number, result = 'FAILED') =>
      task(key, { end_time: end, ...ended('RUN_EXECUTION_ERROR', 'CLIENT_ERROR', '', result) })
    const tasks = parsed(failed('second', 300), failed('first', 200), failed('after', 100, 'UPSTREAM_FAILED'))
    expect(failuresOf(tasks).map(({ task_key: key }) => key)).toEqual(['first', 'second'])
    expect(failedItself(parsed(task('x', RUNNING))[0]!)).toBe(false)
  })
})

describe('a run that goes on', () => {
  const limited = (limit: number | null) => () => limit
  const failing = task('load', ended('RUN_EXECUTION_ERROR', 'CLIENT_ERROR', '', 'FAILED'))

  it('is tried again while a task may have another attempt', () => {
    expect(wholeState(status('RUNNING'), parsed(failing), limited(2))).toBe('retrying')
    expect(wholeState(status('RUNNING'), parsed({ ...failing, attempt_number: 2 }), limited(2))).toBe(
      'running',
    )
    expect(wholeState(status('RUNNING'), parsed({ ...failing, attempt_number: 90 }), limited(-1))).toBe(
      'retrying',
    )
    expect(wholeState(status('RUNNING'), parsed(failing), limited(0))).toBe('running')
    expect(wholeState(status('RUNNING'), parsed(failing), limited(null))).toBe('running')
  })

  it('is tried again while the next attempt waits, and runs once that runs', () => {
    const pending = task('load', { attempt_number: 1, status: { state: 'PENDING' }, state: null })
    expect(wholeState(status('RUNNING'), parsed(pending), limited(2))).toBe('retrying')
    expect(wholeState(status('RUNNING'), parsed(task('load', { attempt_number: 1 })), limited(2))).toBe(
      'running',
    )
  })

  it('says nothing of retries once it has ended', () => {
    expect(wholeState(status('TERMINATED', 'RUN_EXECUTION_ERROR'), parsed(failing), limited(2))).toBe(
      'failed',
    )
  })
})

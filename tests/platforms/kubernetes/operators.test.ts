// Each word of both operators is the state that it means, and a retry is told from an end.
import { describe, expect, it } from 'vitest'
import { fromApache, fromKubeflow, jobOf } from '../../../src/platforms/kubernetes/operators.ts'
import type { Resource } from '../../../src/platforms/kubernetes/operators.ts'
import { apacheSchema, kubeflowSchema } from '../../../src/platforms/kubernetes/schema.ts'
import { apacheApp, kubeflowApp } from './bench.ts'

const as = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const kubeflow = (change: Parameters<typeof kubeflowApp>[1]): Resource =>
  fromKubeflow(kubeflowSchema.parse(as(kubeflowApp('orders', change))))
const apache = (change: Parameters<typeof apacheApp>[1]): Resource =>
  fromApache(apacheSchema.parse(as(apacheApp('orders', change))))

const ON_FAILURE = {
  restartPolicy: { type: 'OnFailure', onFailureRetries: 2, onSubmissionFailureRetries: 1 },
}
const ALWAYS = { restartPolicy: { type: 'Always' } }

describe('kubeflow', () => {
  it.each([
    ['', 1, {}, 'queued'],
    ['SUBMITTED', 1, {}, 'queued'],
    ['RUNNING', 1, {}, 'running'],
    ['SUCCEEDING', 1, {}, 'succeeded'],
    ['COMPLETED', 1, {}, 'succeeded'],
    ['FAILING', 1, {}, 'failed'],
    ['FAILED', 1, {}, 'failed'],
    ['SUBMISSION_FAILED', 1, {}, 'failed'],
    ['PENDING_RERUN', 1, ON_FAILURE, 'retrying'],
    // The operator tries again while the attempts are not more than the retries.
    ['FAILING', 2, ON_FAILURE, 'retrying'],
    ['FAILING', 3, ON_FAILURE, 'failed'],
    ['FAILED', 3, ON_FAILURE, 'failed'],
    ['SUBMITTED', 2, ON_FAILURE, 'retrying'],
    ['RUNNING', 2, ON_FAILURE, 'retrying'],
    ['SUBMISSION_FAILED', 1, ON_FAILURE, 'retrying'],
    ['COMPLETED', 2, ON_FAILURE, 'succeeded'],
    // A stream restarts always: that it runs for the ninth time says nothing bad.
    ['RUNNING', 9, ALWAYS, 'running'],
    ['SUCCEEDING', 1, ALWAYS, 'retrying'],
    ['FAILING', 9, ALWAYS, 'retrying'],
    ['INVALIDATING', 1, {}, 'queued'],
    ['RESUMING', 1, {}, 'queued'],
    ['SUSPENDING', 1, {}, 'cancelled'],
    ['SUSPENDED', 1, {}, 'cancelled'],
    ['UNKNOWN', 1, {}, 'unknown'],
    ['A_WORD_OF_NEXT_YEAR', 1, {}, 'unknown'],
  ] as const)('%s after %i attempts is told', (state, executionAttempts, spec, wanted) => {
    const found = kubeflow({ status: { applicationState: { state }, executionAttempts }, spec })
    expect(found.state).toBe(wanted)
    if (found.attempt !== null && found.maxAttempts !== null)
      expect(found.attempt).toBeLessThanOrEqual(found.maxAttempts)
  })

  it('says which attempt failed while the next one is under way', () => {
    const again = kubeflow({
      status: { applicationState: { state: 'RUNNING' }, executionAttempts: 2 },
      spec: ON_FAILURE,
    })
    expect(again).toMatchObject({ state: 'retrying', attempt: 1, maxAttempts: 3 })
    const over = kubeflow({
      status: { applicationState: { state: 'FAILED' }, executionAttempts: 3 },
      spec: ON_FAILURE,
    })
    expect(over).toMatchObject({ state: 'failed', attempt: 3, maxAttempts: 3 })
  })

  it('has no attempt while nothing ran, and no end of attempts where it restarts always', () => {
    expect(kubeflow({ status: { executionAttempts: 0 } }).attempt).toBeNull()
    expect(kubeflow({ spec: ALWAYS }).maxAttempts).toBeNull()
    expect(kubeflow({}).maxAttempts).toBe(1)
  })

  it('quotes the operator’s own words', () => {
    const errorMessage = 'driver container failed with ExitCode: 137, Reason: OOMKilled'
    expect(kubeflow({ status: { applicationState: { state: 'FAILED', errorMessage } } }).words).toEqual([
      { text: errorMessage, from: 'errorMessage of SparkApplication orders', place: 'platform' },
    ])
  })

  it('knows a definition by its content, whoever suspends it', () => {
    const one = kubeflow({})
    expect(kubeflow({ spec: { suspend: true } }).definition).toBe(one.definition)
    expect(kubeflow({ spec: { image: 'other:2' } }).definition).not.toBe(one.definition)
  })

  it('of a schedule has the schedule’s job', () => {
    const labels = { 'sparkoperator.k8s.io/scheduled-app-name': 'orders-hourly' }
    expect(jobOf(kubeflow({ metadata: { labels } }).metadata)).toBe('orders-hourly')
    expect(jobOf(kubeflow({}).metadata)).toBe('orders')
  })

  it('that the operator has not seen yet is new', () => {
    const { status: _none, ...fresh } = kubeflowApp('orders')
    expect(fromKubeflow(kubeflowSchema.parse(as(fresh)))).toMatchObject({
      state: 'queued',
      stateText: 'NEW',
      applicationId: null,
    })
  })

  it('has the queue of its batch scheduler or of Kueue', () => {
    expect(kubeflow({ spec: { batchSchedulerOptions: { queue: 'root.etl' } } }).queue).toBe('root.etl')
    expect(kubeflow({ metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'etl' } } }).queue).toBe('etl')
    expect(kubeflow({}).queue).toBeNull()
  })
})

const at = (minute: number): string => `2026-11-22T14:${String(minute).padStart(2, '0')}:00Z`
const state = (currentStateSummary: string, minute: number, message = ''): object => ({
  currentStateSummary,
  lastTransitionTime: at(minute),
  message,
})
const restarts = (restartPolicy: string, maxRestartAttempts = 2): object => ({
  applicationTolerations: { restartConfig: { restartPolicy, maxRestartAttempts } },
})
const attemptInfo = (id: number): object => ({ attemptInfo: { id, restartCounter: id } })

describe('apache', () => {
  it.each([
    ['Submitted', 'Never', 'queued'],
    ['DriverRequested', 'Never', 'queued'],
    ['DriverStarted', 'Never', 'running'],
    ['InitializedBelowThresholdExecutors', 'Never', 'running'],
    ['RunningHealthy', 'Never', 'running'],
    ['RunningWithPartialCapacity', 'Never', 'running'],
    ['RunningWithBelowThresholdExecutors', 'Never', 'running'],
    ['Succeeded', 'Never', 'succeeded'],
    ['Failed', 'Never', 'failed'],
    ['Failed', 'OnFailure', 'retrying'],
    ['Failed', 'OnInfrastructureFailure', 'failed'],
    ['SchedulingFailure', 'OnInfrastructureFailure', 'retrying'],
    ['DriverStartTimedOut', 'OnInfrastructureFailure', 'retrying'],
    ['DriverEvicted', 'OnInfrastructureFailure', 'failed'],
    ['ScheduledToRestart', 'OnFailure', 'retrying'],
    ['AWordOfNextYear', 'Never', 'unknown'],
  ])('%s with restarts %s is told', (summary, policy, wanted) => {
    expect(apache({ status: { currentState: state(summary, 5) }, spec: restarts(policy) }).state).toBe(wanted)
  })

  it('after its end says how it ended before it was cleaned up', () => {
    const status = {
      currentState: state('ResourceReleased', 9, 'Driver has one or more failed critical container(s)'),
      stateTransitionHistory: {
        0: state('Submitted', 1),
        1: state('RunningHealthy', 2),
        10: state('ResourceReleased', 9),
        2: state(
          'Failed',
          8,
          'Driver has one or more failed critical container(s), refer last observed status for details.',
        ),
      },
    }
    const found = apache({ status })
    expect(found).toMatchObject({
      state: 'failed',
      stateText: 'Failed, ResourceReleased',
      endedAt: new Date(at(8)),
    })
    expect(found.words.map(({ text }) => text).join()).toContain('failed critical container')
    const well = { ...status, stateTransitionHistory: { 0: state('Submitted', 1), 1: state('Succeeded', 8) } }
    expect(apache({ status: well }).state).toBe('succeeded')
  })

  it('ended by somebody is cancelled', () => {
    const message = 'Spark application has been shutdown as requested.'
    const status = {
      currentState: state('ResourceReleased', 9, message),
      stateTransitionHistory: { 0: state('RunningHealthy', 2) },
    }
    expect(apache({ status })).toMatchObject({ state: 'cancelled' })
    expect(apache({ metadata: { deletionTimestamp: new Date() } }).state).toBe('cancelled')
  })

  it('counts attempts from one, and tells the failed one while the next is scheduled or runs', () => {
    const spec = restarts('OnFailure', 2)
    const scheduled = { currentState: state('ScheduledToRestart', 5), currentAttemptSummary: attemptInfo(1) }
    expect(apache({ status: scheduled, spec })).toMatchObject({
      state: 'retrying', attempt: 1, maxAttempts: 3, applicationId: 'orders-0',
    }) // prettier-ignore
    const second = { currentState: state('RunningHealthy', 6), currentAttemptSummary: attemptInfo(1) }
    expect(apache({ status: second, spec })).toMatchObject({
      state: 'retrying', attempt: 1, maxAttempts: 3, applicationId: 'orders-1',
    }) // prettier-ignore
    const last = {
      currentState: state('ResourceReleased', 9),
      stateTransitionHistory: { 0: state('Failed', 8) },
      currentAttemptSummary: attemptInfo(2),
    }
    expect(apache({ status: last, spec })).toMatchObject({ state: 'failed', attempt: 3, maxAttempts: 3 })
    expect(apache({})).toMatchObject({ attempt: 1, maxAttempts: 1 })
  })
})

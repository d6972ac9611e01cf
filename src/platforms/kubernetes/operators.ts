// SparkApplications of both operators as one shape: state, attempts, names, what they say of themselves. Pure.
import { createHash } from 'node:crypto'
import type { PlatformRun, RunState } from '../../ports.ts'
import { LABELS, queueOf } from './pods.ts'
import type { ApacheApplication, KubeflowApplication, Pod } from './schema.ts'

export type Operator = 'kubeflow' | 'apache'

/** Where an operator keeps its SparkApplications. */
export const GROUPS: Readonly<Record<Operator, string>> = {
  kubeflow: '/apis/sparkoperator.k8s.io/v1beta2',
  apache: '/apis/spark.apache.org/v1',
}

/** One SparkApplication, whichever operator runs it. */
export interface Resource {
  readonly operator: Operator
  readonly metadata: Pod['metadata']
  readonly state: RunState
  readonly stateText: string
  /** Spark's id of the attempt that it speaks of; null while there is none. */
  readonly applicationId: string | null
  /** Of the kubeflow operator: another one for each time that it submits. */
  readonly submissionId: string | null
  readonly driverPod: string | null
  /** Address of the driver's UI from outside, as the kubeflow operator names it. */
  readonly ingress: string | null
  readonly attempt: number | null
  readonly maxAttempts: number | null
  readonly submittedAt: Date | null
  readonly endedAt: Date | null
  readonly words: PlatformRun['words']
  readonly image: string | null
  readonly sparkVersion: string | null
  /** Of its spec: differs where anything in it was changed. */
  readonly definition: string
  /** What its program is given. */
  readonly arguments: readonly string[]
  readonly queue: string | null
  readonly executorPods: readonly string[]
  readonly suspended: boolean
}

/** The name of the job that a SparkApplication is a run of: of one that a schedule made, the schedule's. */
export function jobOf({ labels, name }: Pod['metadata']): string {
  return labels[LABELS.scheduled] || name
}

/** kubeflow/spark-operator, v1beta2; its `pkg/util/sparkapplication.go` says when it tries again. */
export function fromKubeflow(app: KubeflowApplication): Resource {
  const { metadata, spec, status } = app
  const word = status?.applicationState.state || 'NEW'
  const said = status?.applicationState.errorMessage ?? ''
  const { type, onFailureRetries } = spec.restartPolicy
  const state = kubeflowState(app, word)
  // "Attempt 1 failed and the platform tries again": told is the one that failed, though the next may be under way.
  const next = state === 'retrying' && (word === 'SUBMITTED' || word === 'RUNNING')
  const attempt = (status?.executionAttempts ?? 0) - (next ? 1 : 0)
  return {
    operator: 'kubeflow',
    metadata,
    state,
    stateText: word,
    applicationId: status?.sparkApplicationId || null,
    submissionId: status?.submissionID || null,
    driverPod: status?.driverInfo.podName || null,
    ingress: status?.driverInfo.webUIIngressAddress || null,
    attempt: attempt > 0 ? attempt : null,
    maxAttempts:
      type === 'Never' || type === '' ? 1 : type === 'OnFailure' ? (onFailureRetries ?? 0) + 1 : null,
    submittedAt: metadata.creationTimestamp ?? status?.lastSubmissionAttemptTime ?? null,
    endedAt: status?.terminationTime ?? null,
    words:
      said.trim() === ''
        ? []
        : [{ text: said, from: `errorMessage of SparkApplication ${metadata.name}`, place: 'platform' }],
    image: spec.image ?? null,
    sparkVersion: spec.sparkVersion || null,
    definition: hashOf({ ...spec, suspend: undefined }),
    arguments: spec.arguments ?? [],
    queue: queueOf(metadata) ?? spec.batchSchedulerOptions?.queue ?? null,
    executorPods: Object.keys(status?.executorState ?? {}),
    suspended: spec.suspend === true,
  }
}

function kubeflowState({ spec, status }: KubeflowApplication, word: string): RunState {
  const { type, onFailureRetries, onSubmissionFailureRetries } = spec.restartPolicy
  const again = (attempts: number, retries: number | null | undefined): boolean =>
    type === 'Always' || (type === 'OnFailure' && retries != null && attempts <= retries)
  // Until the attempt after a failed one has ended, nobody knows whether the run is well again. What restarts always
  // (a stream) has many attempts that ended well.
  const second = type === 'OnFailure' && (status?.executionAttempts ?? 0) > 1
  switch (word) {
    case 'SUBMITTED':
      return second ? 'retrying' : 'queued'
    case 'NEW':
    case 'INVALIDATING':
    case 'RESUMING':
      return 'queued'
    case 'RUNNING':
      return second ? 'retrying' : 'running'
    case 'SUCCEEDING':
      return type === 'Always' ? 'retrying' : 'succeeded'
    case 'COMPLETED':
      return 'succeeded'
    case 'PENDING_RERUN':
      return 'retrying'
    case 'FAILING':
      return again(status?.executionAttempts ?? 0, onFailureRetries) ? 'retrying' : 'failed'
    case 'SUBMISSION_FAILED':
      return again(status?.submissionAttempts ?? 0, onSubmissionFailureRetries) ? 'retrying' : 'failed'
    case 'FAILED':
      return 'failed'
    case 'SUSPENDING':
    case 'SUSPENDED':
      return 'cancelled'
    default:
      return 'unknown'
  }
}

const APACHE_STATES: Readonly<Record<string, RunState>> = {
  Submitted: 'queued',
  DriverRequested: 'queued',
  DriverStarted: 'running',
  DriverReady: 'running',
  InitializedBelowThresholdExecutors: 'running',
  RunningHealthy: 'running',
  RunningWithPartialCapacity: 'running',
  RunningWithBelowThresholdExecutors: 'running',
  ScheduledToRestart: 'retrying',
  Succeeded: 'succeeded',
  Failed: 'failed',
  DriverStartTimedOut: 'failed',
  DriverReadyTimedOut: 'failed',
  ExecutorsStartTimedOut: 'failed',
  SchedulingFailure: 'failed',
  DriverEvicted: 'failed',
}
const TERMINATED: ReadonlySet<string> = new Set(['ResourceReleased', 'TerminatedWithoutReleaseResources'])
/** Ours: the operator says it so when its SparkApplication is deleted. */
const SHUT_DOWN = /has been shutdown as requested/

/** apache/spark-kubernetes-operator, v1. After the end it says only that it cleaned up; how it ended stands before. */
export function fromApache(app: ApacheApplication): Resource {
  const { metadata, spec, status } = app
  const now = status?.currentState ?? { currentStateSummary: '', lastTransitionTime: null, message: '' }
  const history = Object.entries(status?.stateTransitionHistory ?? {})
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, state]) => state)
  const ending = TERMINATED.has(now.currentStateSummary)
    ? (history.findLast(({ currentStateSummary: one }) => !TERMINATED.has(one)) ?? now)
    : now
  const { restartConfig } = spec.applicationTolerations ?? {}
  const policy = restartConfig?.restartPolicy || 'Never'
  const info = status?.currentAttemptSummary?.attemptInfo
  const state = apacheState(ending.currentStateSummary, now, policy, app)
  const scheduled = now.currentStateSummary === 'ScheduledToRestart'
  // The counter is of the next attempt as soon as that is scheduled; told is the one that failed.
  const restarts = info?.restartCounter ?? 0
  const attempt = restarts + (scheduled || (state === 'retrying' && restarts > 0 && !isFailure(now)) ? 0 : 1)
  const words = [...new Set([ending, now, ...(scheduled ? history.slice(-2) : [])])]
    .filter(({ currentStateSummary: one, message }) => message.trim() !== '' && isTelling(one))
    .map((one) => ({
      text: `${one.currentStateSummary}: ${one.message}`,
      from: `state of SparkApplication ${metadata.name}`,
      place: 'platform' as const,
    }))
  return {
    operator: 'apache',
    metadata,
    state,
    stateText:
      ending === now
        ? now.currentStateSummary || 'not seen by the operator yet'
        : `${ending.currentStateSummary}, ${now.currentStateSummary}`,
    applicationId:
      status === undefined ? null : `${metadata.name}-${Math.max(0, (info?.id ?? 0) - (scheduled ? 1 : 0))}`,
    submissionId: null,
    driverPod: null,
    ingress: null,
    attempt: Math.max(1, attempt),
    maxAttempts:
      policy === 'Never' ? 1 : policy === 'Always' ? null : (restartConfig?.maxRestartAttempts ?? 3) + 1,
    submittedAt: metadata.creationTimestamp,
    endedAt: ['succeeded', 'failed', 'cancelled'].includes(state) ? ending.lastTransitionTime : null,
    words,
    image:
      spec.sparkConf['spark.kubernetes.container.image'] ??
      spec.sparkConf['spark.kubernetes.driver.container.image'] ??
      null,
    sparkVersion: spec.runtimeVersions.sparkVersion || null,
    definition: hashOf(spec),
    arguments: spec.driverArgs ?? [],
    queue: queueOf(metadata),
    executorPods: [],
    suspended: false,
  }
}

function apacheState(
  ended: string,
  now: { readonly currentStateSummary: string; readonly message: string },
  policy: string,
  { metadata, status }: ApacheApplication,
): RunState {
  const over = TERMINATED.has(now.currentStateSummary)
  if (over && SHUT_DOWN.test(now.message)) return 'cancelled'
  const state = APACHE_STATES[ended] ?? (ended === '' ? 'queued' : 'unknown')
  if (over) return state === 'succeeded' || state === 'failed' ? state : 'cancelled'
  if (metadata.deletionTimestamp !== null && state !== 'succeeded') return 'cancelled'
  const second = policy !== 'Always' && (status?.currentAttemptSummary?.attemptInfo?.restartCounter ?? 0) > 0
  if (second && (state === 'queued' || state === 'running')) return 'retrying'
  // It has ended badly and the operator has not said yet whether it tries again.
  const infrastructure = ['DriverStartTimedOut', 'ExecutorsStartTimedOut', 'SchedulingFailure'].includes(
    ended,
  )
  const again =
    policy === 'Always' || policy === 'OnFailure' || (policy === 'OnInfrastructureFailure' && infrastructure)
  return state === 'failed' && again ? 'retrying' : state
}

function isFailure({ currentStateSummary: summary }: { readonly currentStateSummary: string }): boolean {
  return APACHE_STATES[summary] === 'failed'
}

/** States whose message says why something is not as it should be. */
function isTelling(summary: string): boolean {
  const state = APACHE_STATES[summary]
  return state === 'failed' || summary === 'RunningWithBelowThresholdExecutors' || TERMINATED.has(summary)
}

function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, 12)
}

/** The same content has the same text, in whichever order the API server gives it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  )
}

// How a job run of EMR on EKS stands, why it failed, and what it is made of. Pure.
import { datesOfArguments } from '../../alerts/data-dates.ts'
import type { PlatformRun, RunState } from '../../ports.ts'
import { markOf, settingIn } from '../aws/spark-settings.ts'
import type { JobRunInfo } from './schema.ts'

const STATES: Readonly<Record<string, RunState>> = {
  PENDING: 'queued',
  SUBMITTED: 'queued',
  RUNNING: 'running',
  CANCEL_PENDING: 'running',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
}

/** From the second attempt on it is one that is tried again, until that has ended. */
export function stateOf({ state, retryPolicyExecution }: JobRunInfo): RunState {
  const of = STATES[state] ?? 'unknown'
  const again = (retryPolicyExecution?.currentAttemptCount ?? 1) > 1
  return again && (of === 'queued' || (of === 'running' && state !== 'CANCEL_PENDING')) ? 'retrying' : of
}

/** Where a run can be looked at. */
export type RunPage = Required<Pick<PlatformRun, 'link' | 'timesBy'>>

export function runOf(info: JobRunInfo, normalise: (name: string) => string, page: RunPage): PlatformRun {
  const state = stateOf(info)
  const made = info.retryPolicyExecution?.currentAttemptCount ?? null
  const limit = info.retryPolicyConfiguration?.maxAttempts ?? null
  return {
    id: info.id,
    jobName: info.name ? normalise(info.name) : null,
    state,
    stateText: `${info.state}${info.failureReason ? `, ${info.failureReason}` : ''}`,
    // "Attempt 1 failed and the platform tries again": of the failed one.
    attempt: made === null ? null : state === 'retrying' ? made - 1 : Math.max(1, made),
    maxAttempts: made === null ? null : Math.max(limit ?? 1, made),
    submittedAt: info.createdAt,
    // The service does not say when a job run got its driver.
    startedAt: state === 'queued' ? null : info.createdAt,
    endedAt: info.finishedAt,
    applicationId: `spark-${info.id}`,
    queue: null,
    user: info.createdBy ?? null,
    words: wordsOf(info, state),
    traits: traitsOf(info),
    ...(info.clientToken ? { key: info.clientToken } : {}),
    dates: datesOfArguments(info.jobDriver?.sparkSubmitJobDriver?.entryPointArguments ?? []),
    ...page,
  }
}

/** `USER_ERROR: Job run failed. ...`: the reason tells whose it is, the details what. */
function wordsOf({ id, stateDetails, failureReason }: JobRunInfo, state: RunState): PlatformRun['words'] {
  if (state === 'succeeded') return []
  const text = [failureReason, stateDetails].filter(Boolean).join(': ')
  return text === '' ? [] : [{ text, from: `job run ${id}`, place: 'platform' }]
}

function traitsOf(info: JobRunInfo): NonNullable<PlatformRun['traits']> {
  const submit = info.jobDriver?.sparkSubmitJobDriver
  const sql = info.jobDriver?.sparkSqlJobDriver
  const settings = submit?.sparkSubmitParameters ?? sql?.sparkSqlParameters ?? ''
  const configurations = info.configurationOverrides?.applicationConfiguration ?? []
  const image = settingIn('spark.kubernetes.container.image', settings, configurations)
  const entry = submit?.entryPoint ?? sql?.entryPoint
  return {
    ...(info.releaseLabel ? { runtime: info.releaseLabel } : {}),
    ...(image === null ? {} : { image }),
    ...(entry ? { definition: `${entry}, settings ${markOf([settings, configurations])}` } : {}),
    ...(submit?.entryPointArguments
      ? {
          parameters: `${submit.entryPointArguments.length} arguments, ${markOf(submit.entryPointArguments)}`,
        }
      : {}),
  }
}

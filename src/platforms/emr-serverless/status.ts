// How a job run of EMR Serverless stands, and what it is made of. Pure.
import type { PlatformRun, RunState } from '../../ports.ts'
import { markOf } from '../aws/spark-settings.ts'
import type { JobRunInfo, JobRunSummary } from './schema.ts'

const STATES: Readonly<Record<string, RunState>> = {
  SUBMITTED: 'queued',
  PENDING: 'queued',
  SCHEDULED: 'queued',
  QUEUED: 'queued',
  RUNNING: 'running',
  CANCELLING: 'running',
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
}

/** From the second attempt on it is one that is tried again, until that has ended. */
export function stateOf({
  state,
  attempt,
}: {
  state: string
  attempt?: number | null | undefined
}): RunState {
  const of = STATES[state] ?? 'unknown'
  return (attempt ?? 1) > 1 && (of === 'queued' || (of === 'running' && state !== 'CANCELLING'))
    ? 'retrying'
    : of
}

export function hasEnded(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

/** Where a run can be looked at. */
export type RunPage = Required<Pick<PlatformRun, 'link' | 'timesBy'>>

/** What a listing tells. `link` is the same for all of an application: the console has no stable one of a job run. */
export function summaryOf(
  info: JobRunSummary | (JobRunInfo & { id: string }),
  normalise: (name: string) => string,
  page: RunPage,
): PlatformRun {
  const state = stateOf(info)
  const made = info.attempt ?? null
  return {
    id: info.id,
    jobName: info.name ? normalise(info.name) : null,
    state,
    stateText: `${info.state}${info.mode === 'STREAMING' ? ' (streaming)' : ''}`,
    // "Attempt 1 failed and the platform tries again": of the failed one.
    attempt: made === null ? null : state === 'retrying' ? made - 1 : Math.max(1, made),
    maxAttempts: null,
    submittedAt: info.createdAt,
    startedAt: null,
    endedAt: hasEnded(state) ? info.updatedAt : null,
    applicationId: info.id,
    queue: null,
    user: info.createdBy ?? null,
    words: wordsOf(info.stateDetails, state, `job run ${info.id}`),
    ...page,
  }
}

/** The service quotes the end of the driver's log, which tells of tasks as well: it is the service that speaks. */
export function wordsOf(
  text: string | null | undefined,
  state: RunState,
  from: string,
): PlatformRun['words'] {
  // prettier-ignore
  return text?.trim() && state !== 'succeeded' ? [{ text, from, place: 'platform' }] : []
}

/** Attempts that there may be; a streaming job is tried again without end, five times an hour. */
export function maxAttemptsOf({ mode, retryPolicy, attempt }: JobRunInfo): number | null {
  if (mode === 'STREAMING') return null
  return Math.max(retryPolicy?.maxAttempts ?? 1, attempt ?? 1)
}

export function traitsOf(info: JobRunInfo): NonNullable<PlatformRun['traits']> {
  const submit = info.jobDriver?.sparkSubmit
  const image = info.imageConfiguration ?? info.workerTypeSpecifications?.['Driver']?.imageConfiguration
  const settings = [submit?.sparkSubmitParameters ?? '', info.configurationOverrides?.applicationConfiguration ?? []] // prettier-ignore
  return {
    ...(info.releaseLabel ? { runtime: info.releaseLabel } : {}),
    ...(image?.imageUri ? { image: `${image.imageUri}${image.resolvedImageDigest ? `@${image.resolvedImageDigest}` : ''}` } : {}), // prettier-ignore
    ...(submit === null || submit === undefined
      ? {}
      : {
          definition: `${submit.entryPoint ?? 'no entry point'}, settings ${markOf(settings)}`,
          parameters: `${submit.entryPointArguments?.length ?? 0} arguments, ${markOf(submit.entryPointArguments ?? [])}`,
        }),
  }
}

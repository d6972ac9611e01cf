// Cancels what clouds call job runs, and starts them once more: looked at first, asked once, and never again by itself.
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteCapability, WriteOutcome } from '../../ports.ts'
import { type JobRun, type JobRuns, NOBODY, findJobRun, isLive } from './reader.ts'
import { type Against, refused } from '../refused.ts'

/** A job run that is there; `what` is said after "the": `cancelling of job run 00f`. */
export interface Aim {
  readonly home: string
  readonly id: string
  readonly what: string
}

/** What differs between the services. Each sends its one request, says what came of it, and does not throw. */
export interface JobRunWrites {
  cancel(aim: Aim, signal: AbortSignal): Promise<WriteOutcome>
  /** Starts what this one, which is over, was made of once more, under the service's own idempotency key. */
  startAgain(aim: Aim, key: string, signal: AbortSignal): Promise<WriteOutcome>
}

/**
 * The run is looked at first: the services take the cancelling of what has ended, too, and start any number of runs side
 * by side.
 */
export function createJobRunWriter(
  platform: string,
  actions: readonly WriteCapability[],
  source: JobRuns,
  service: string,
  normalise: (name: string) => string,
  writes: JobRunWrites,
): PlatformWriter {
  /** Looks at the run, then sends; what `against` answers is why nothing is sent. */
  async function afterLooking(
    runId: string,
    signal: AbortSignal,
    against: (job: JobRun) => Promise<Against | null>,
    send: (job: JobRun) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    if (source.idOf(runId) === null) return refused(`${runId} is no job run of ${service}.`, 'never')
    let job: JobRun | null
    try {
      job = await findJobRun(source, normalise, { ...NOBODY, runId }, signal)
      if (job === null)
        return refused(`${platform} knows no job run ${runId}, so nothing was asked of it.`, 'never')
      const why = await against(job)
      if (why !== null) return refused(why.says, why.next)
    } catch (error) {
      return refused(`${platform} cannot be asked, so nothing was asked of it (${reasonOf(error)}).`)
    }
    return await send(job)
  }

  /** Of a run without a name no listing tells that it was started before; its id does. */
  async function madeBefore(ids: readonly string[], signal: AbortSignal): Promise<Against | null> {
    for (const id of ids) {
      const made = (await findJobRun(source, normalise, { ...NOBODY, runId: id }, signal))?.run
      if (made === undefined) continue
      const says = `Job run ${id}, which was started for it before, is ${made.state} (${made.stateText}).`
      if (isLive(made)) return { says, next: 'look' }
      if (made.state === 'succeeded') return { says, next: 'never' }
    }
    return null
  }

  return {
    platform,
    capabilities: new Set(actions),
    kill: (runId, signal) =>
      afterLooking(
        runId,
        signal,
        ({ run: { id, state, stateText } }) =>
          Promise.resolve(
            hasEnded(state) ? { says: `Job run ${id} has ended already (${stateText}).` } : null,
          ),
        ({ home, run: { id } }) => writes.cancel({ home, id, what: `cancelling of job run ${id}` }, signal),
      ),
    rerun: (runId, key, signal, earlier = []) =>
      afterLooking(
        runId,
        signal,
        async ({ home, run: { id, state, stateText, jobName } }) => {
          if (!hasEnded(state))
            return {
              says: `Job run ${id} is under way (${stateText}), so nothing was asked of it.`,
              next: 'look',
            }
          if (state === 'succeeded')
            return { says: `Job run ${id} has not failed (${stateText}).`, next: 'never' }
          const before = await madeBefore(earlier, signal)
          if (before !== null) return before
          if (jobName === null) return null
          const other = (await source.list(home, signal)).find(
            (one) => one.jobName === jobName && isLive(one),
          )
          return other === undefined
            ? null
            : { says: `Job run ${other.id} of ${jobName} is under way (${other.stateText}).`, next: 'look' }
        },
        ({ home, run: { id } }) =>
          writes.startAgain({ home, id, what: `starting of job run ${id} once more` }, key, signal),
      ),
  }
}

function hasEnded(state: JobRun['run']['state']): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

// Cancels what clouds call job runs: looked at first, asked once, and never again by itself.
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter, WriteCapability, WriteOutcome } from '../../ports.ts'
import { type JobRun, type JobRuns, NOBODY, findJobRun } from './reader.ts'

/**
 * The run is looked at first: the services take the cancelling of what has ended, too. `cancel` sends the one request
 * and says what came of it; it does not throw. `what` is said after "the": "cancelling of job run 00f".
 */
export function createJobRunWriter(
  platform: string,
  actions: readonly WriteCapability[],
  source: JobRuns,
  service: string,
  normalise: (name: string) => string,
  cancel: (
    job: Pick<JobRun, 'home'> & { readonly id: string; readonly what: string },
    signal: AbortSignal,
  ) => Promise<WriteOutcome>,
): PlatformWriter {
  const refused = (detail: string): WriteOutcome => ({ kind: 'refused', detail })
  return {
    platform,
    capabilities: new Set(actions),
    async kill(runId, signal) {
      if (source.idOf(runId) === null) return refused(`${runId} is no job run of ${service}.`)
      let job: JobRun | null
      try {
        job = await findJobRun(source, normalise, { ...NOBODY, runId }, signal)
      } catch (error) {
        return refused(`${platform} cannot be asked, so nothing was asked of it (${reasonOf(error)}).`)
      }
      if (job === null) return refused(`${platform} knows no job run ${runId}, so nothing was asked of it.`)
      const { id, state, stateText } = job.run
      if (state === 'succeeded' || state === 'failed' || state === 'cancelled')
        return refused(`Job run ${id} has ended already (${stateText}).`)
      return await cancel({ home: job.home, id, what: `cancelling of job run ${id}` }, signal)
    },
  }
}

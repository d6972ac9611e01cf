// Cancels steps of EMR, once per call and never again by itself; applications that are named by YARN's id on YARN.
import * as z from 'zod'
import { reasonOf } from '../../errors.ts'
import type { PlatformWriter } from '../../ports.ts'
import { createCredentials } from '../aws/credentials.ts'
import { NOBODY } from '../job-runs/reader.ts'
import { outcomeOfFailure } from '../aws/outcome.ts'
import { cannotRerun } from '../cannot-rerun.ts'
import type { PlatformDeps } from '../platform.ts'
import { isYarnId } from '../yarn/clients.ts'
import { createWriter as createYarnWriter } from '../yarn/writer.ts'
import type { Config } from './config.ts'
import { type FoundStep, createClusters, findStep, isStepId } from './find.ts'
import { readsOf, writesOf } from './service.ts'
import { yarnConfigOf } from './spark.ts'
import { inClusterMode, stateOf } from './status.ts'
import { refused } from '../refused.ts'

const answerSchema = z.object({
  CancelStepsInfoList: z.array(z.object({ StepId: z.string(), Status: z.string(), Reason: z.string().nullish() })), // prettier-ignore
})

/**
 * The step is looked at first. `accepted` says that EMR will interrupt it; what spark-submit has started in cluster
 * mode is YARN's, which EMR does not tell, and may live on.
 */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const credentials = createCredentials(config)
  const reads = readsOf(platform, config, credentials, deps)
  const clusters = createClusters(config, reads)
  const client = writesOf(platform, config, credentials, deps)
  const yarnConfig = yarnConfigOf(config)
  const yarn = yarnConfig === null ? null : createYarnWriter(platform, yarnConfig, deps)

  return {
    platform,
    capabilities: new Set(config.actions),
    rerun: cannotRerun(platform),
    async kill(id, signal) {
      if (isYarnId(id)) return yarn === null ? refused(`${id} is YARN's, and EMR cancels steps alone; configure yarn to kill it there.`) : yarn.kill(id, signal) // prettier-ignore
      if (!isStepId(id)) return refused(`${id} is no step of EMR.`)
      let found: FoundStep | null
      try {
        found = await findStep(reads, clusters, deps.normaliseJobName, { ...NOBODY, runId: id }, signal)
      } catch (error) {
        return refused(`${platform} cannot be asked, so nothing was asked of it (${reasonOf(error)}).`)
      }
      if (found === null) return refused(`${platform} knows no step ${id}, so nothing was asked of it.`)
      const { cluster, step } = found
      const state = stateOf(step)
      if (state === 'succeeded' || state === 'failed' || state === 'cancelled')
        return refused(`Step ${id} has ended already (${step.Status.State}).`)
      const what = `cancelling of step ${id}`
      const input = { ClusterId: cluster, StepIds: [id], StepCancellationOption: 'SEND_INTERRUPT' as const }
      try {
        const answer = await client.call('CancelSteps', input, answerSchema, signal, { raw: true })
        const told = answer?.CancelStepsInfoList.find(({ StepId }) => StepId === id)
        if (told?.Status === 'SUBMITTED')
          return { kind: 'accepted', detail: `EMR took the ${what}.${livesOn(step.Config?.Args ?? [])}` }
        if (told !== undefined) return refused(`EMR refused the ${what}: ${told.Reason || told.Status}.`)
        return { kind: 'unknown', detail: `EMR answered the ${what} without a word of that step.` }
      } catch (error) {
        return outcomeOfFailure(what, error)
      }
    },
  }
}

function livesOn(args: readonly string[]): string {
  return inClusterMode(args)
    ? ' It was submitted in cluster mode: its application may live on and is then to be killed on YARN.'
    : ''
}

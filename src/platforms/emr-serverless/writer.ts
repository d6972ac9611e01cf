// Cancels job runs of EMR Serverless and starts them once more, once per call and never again by itself.
import * as z from 'zod'
import { reasonOf } from '../../errors.ts'
import { createCredentials } from '../aws/credentials.ts'
import { madeOf, textsIn } from '../aws/made-of.ts'
import { outcomeOf } from '../aws/outcome.ts'
import { createJobRunWriter } from '../job-runs/writer.ts'
import type { PlatformWriter } from '../../ports.ts'
import { withoutSecrets } from '../../secrets.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { type Writes, readsOf, writesOf } from './service.ts'
import { createSource } from './source.ts'

const answerSchema = z.object({ jobRunId: z.string() })
type Start = Writes['StartJobRun']
/** What a job run is made of: told and asked for under the same names, and sent as the SDK has read it. */
const MADE_OF = ['executionIamPolicy', 'jobDriver', 'configurationOverrides', 'tags', 'executionTimeoutMinutes', 'name', 'mode', 'retryPolicy'] as const satisfies readonly (keyof Start)[] // prettier-ignore
const toldSchema = z.object({
  jobRun: z.looseObject({ executionRole: z.string() }).and(z.custom<Partial<Start>>()),
})

/** `accepted` says that the cancelling has begun: the service gives the driver two minutes, and the reader sees the end. */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const credentials = createCredentials(config)
  const reads = readsOf(platform, config, credentials, deps)
  const source = createSource(config, reads, deps.normaliseJobName)
  const client = writesOf(platform, config, credentials, deps)
  const service = 'EMR Serverless'
  return createJobRunWriter(platform, config.actions, source, service, deps.normaliseJobName, {
    cancel: ({ home, id, what }, signal) =>
      outcomeOf(service, what, () =>
        client.call('CancelJobRun', { applicationId: home, jobRunId: id }, answerSchema, signal, {
          raw: true,
        }),
      ),
    async startAgain({ home, id, what }, key, signal) {
      let input: Start
      try {
        const asked = { applicationId: home, jobRunId: id }
        const told = await reads.call('GetJobRun', asked, toldSchema, signal)
        if (told === null)
          return { kind: 'refused', detail: `${service} knows no job run ${id} any more.`, next: 'never' }
        const { executionRole } = told.jobRun
        input = {
          ...madeOf<Start>(told.jobRun, MADE_OF),
          applicationId: home,
          executionRoleArn: executionRole,
          clientToken: key,
        }
      } catch (error) {
        return { kind: 'refused', detail: `The ${what} was not sent (${reasonOf(error)}).` }
      }
      const made: { id?: string } = {}
      const outcome = await outcomeOf(service, what, async () => {
        const answer = await client.call('StartJobRun', input, answerSchema, signal, { raw: true })
        if (answer !== null) made.id = answer.jobRunId
        return answer
      })
      const detail = withoutSecrets(textsIn(input.jobDriver))(outcome.detail)
      return outcome.kind === 'accepted' && made.id !== undefined
        ? { ...outcome, made: made.id }
        : { ...outcome, detail }
    },
  })
}

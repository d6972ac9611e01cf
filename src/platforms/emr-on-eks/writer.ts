// Cancels job runs of EMR on EKS and starts them once more, once per call and never again by itself.
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

const answerSchema = z.object({ id: z.string() })
type Start = Writes['StartJobRun']
/** What a job run is made of: told and asked for under the same names, and sent as the SDK has read it. */
const MADE_OF = ['name', 'executionRoleArn', 'releaseLabel', 'jobDriver', 'configurationOverrides', 'tags', 'retryPolicyConfiguration'] as const satisfies readonly (keyof Start)[] // prettier-ignore
const toldSchema = z.object({ jobRun: z.custom<Partial<Start>>((told) => typeof told === 'object') })

/** `accepted` says that the cancelling has begun; the reader sees the end. */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const credentials = createCredentials(config)
  const reads = readsOf(platform, config, credentials, deps)
  const source = createSource(config, reads, deps.normaliseJobName)
  const client = writesOf(platform, config, credentials, deps)
  const service = 'EMR on EKS'
  return createJobRunWriter(platform, config.actions, source, service, deps.normaliseJobName, {
    cancel: ({ home, id, what }, signal) =>
      outcomeOf(service, what, () =>
        client.call('CancelJobRun', { virtualClusterId: home, id }, answerSchema, signal, { raw: true }),
      ),
    async startAgain({ home, id, what }, key, signal) {
      let input: Start
      try {
        const told = await reads.call('DescribeJobRun', { virtualClusterId: home, id }, toldSchema, signal)
        if (told === null)
          return { kind: 'refused', detail: `${service} knows no job run ${id} any more.`, next: 'never' }
        input = { ...madeOf<Start>(told.jobRun, MADE_OF), virtualClusterId: home, clientToken: key }
      } catch (error) {
        return { kind: 'refused', detail: `The ${what} was not sent (${reasonOf(error)}).` }
      }
      const made: { id?: string } = {}
      const outcome = await outcomeOf(service, what, async () => {
        const answer = await client.call('StartJobRun', input, answerSchema, signal, { raw: true })
        if (answer !== null) made.id = answer.id
        return answer
      })
      const detail = withoutSecrets(textsIn(input.jobDriver))(outcome.detail)
      return outcome.kind === 'accepted' && made.id !== undefined
        ? { ...outcome, made: made.id }
        : { ...outcome, detail }
    },
  })
}

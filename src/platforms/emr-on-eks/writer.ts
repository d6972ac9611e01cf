// Cancels job runs of EMR on EKS, once per call and never again by itself.
import * as z from 'zod'
import { createCredentials } from '../aws/credentials.ts'
import { outcomeOf } from '../aws/outcome.ts'
import { createJobRunWriter } from '../job-runs/writer.ts'
import type { PlatformWriter } from '../../ports.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { readsOf, writesOf } from './service.ts'
import { createSource } from './source.ts'

const answerSchema = z.object({ id: z.string() })

/** `accepted` says that the cancelling has begun; the reader sees the end. */
export function createWriter(platform: string, config: Config, deps: PlatformDeps): PlatformWriter {
  const credentials = createCredentials(config)
  const source = createSource(config, readsOf(platform, config, credentials, deps), deps.normaliseJobName)
  const client = writesOf(platform, config, credentials, deps)
  return createJobRunWriter(
    platform,
    config.actions,
    source,
    'EMR on EKS',
    deps.normaliseJobName,
    ({ home, id, what }, signal) =>
      outcomeOf('EMR on EKS', what, () =>
        client.call('CancelJobRun', { virtualClusterId: home, id }, answerSchema, signal, { raw: true }),
      ),
  )
}

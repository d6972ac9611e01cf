// Reads EMR on EKS: the service knows job runs and their attempts, S3 has their logs and event logs.
import type { PlatformReader } from '../../ports.ts'
import { createCredentials } from '../aws/credentials.ts'
import { JOB_RUN_READS, createJobRunReader } from '../job-runs/reader.ts'
import { s3Delivery } from '../aws/s3-store.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { readsOf } from './service.ts'
import { createSource } from './source.ts'

export const CAPABILITIES = JOB_RUN_READS

/** A reader of the virtual clusters that this configuration names. Nothing is asked, nor loaded, before its methods are called. */
export function createReader(platform: string, config: Config, deps: PlatformDeps): PlatformReader {
  const credentials = createCredentials(config)
  const { normaliseJobName: normalise } = deps
  const source = createSource(config, readsOf(platform, config, credentials, deps), normalise)
  const delivery = config.logs === 's3' ? s3Delivery(platform, config, credentials, deps) : null
  return createJobRunReader(platform, source, delivery, normalise)
}

// Reads Dataproc: the service knows jobs and batches, Cloud Storage has what their drivers wrote.
import type { PlatformReader } from '../../ports.ts'
import { JOB_RUN_READS, createJobRunReader } from '../job-runs/reader.ts'
import { createGcsStore, gcsLink } from '../google/gcs-store.ts'
import { createGoogleTokens } from '../google/token.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { createDataproc } from './service.ts'
import { createSource } from './source.ts'

export const CAPABILITIES = JOB_RUN_READS

/** A reader of this project and region. Nothing is asked, nor loaded, before its methods are called. */
export function createReader(platform: string, config: Config, deps: PlatformDeps): PlatformReader {
  const tokens = createGoogleTokens(platform, config, deps)
  const { normaliseJobName: normalise } = deps
  const source = createSource(config, createDataproc(platform, config, tokens, deps), normalise)
  const store = config.logs === 'gcs' ? createGcsStore(platform, config, tokens, deps) : null
  const delivery =
    store === null ? null : { store, name: 'Cloud Storage', link: gcsLink, logged: /^driveroutput\b/ }
  return createJobRunReader(platform, source, delivery, normalise)
}

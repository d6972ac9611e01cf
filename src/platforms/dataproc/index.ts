// Dataproc: jobs on clusters, serverless batches, and what they leave in Cloud Storage.
import type { PlatformKind } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const dataproc = {
  kind: 'dataproc',
  config: configSchema,
  reads: CAPABILITIES,
  create: (name, config, deps) => ({
    reader: createReader(name, config, deps),
    writer: config.actions.length === 0 ? null : createWriter(name, config, deps),
  }),
} as const satisfies PlatformKind<Config>

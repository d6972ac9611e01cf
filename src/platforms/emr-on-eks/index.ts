// EMR on EKS: job runs in virtual clusters, and what they deliver to S3.
import type { PlatformKind } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const emrOnEks = {
  kind: 'emr-on-eks',
  config: configSchema,
  reads: CAPABILITIES,
  create: (name, config, deps) => ({
    reader: createReader(name, config, deps),
    writer: config.actions.length === 0 ? null : createWriter(name, config, deps),
  }),
} as const satisfies PlatformKind<Config>

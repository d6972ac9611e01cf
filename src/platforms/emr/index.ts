// EMR on EC2: steps of clusters, what they leave in S3, and Spark and YARN below them.
import type { PlatformKind } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const emr = {
  kind: 'emr',
  config: configSchema,
  reads: CAPABILITIES,
  create: (name, config, deps) => ({
    reader: createReader(name, config, deps),
    writer: config.actions.length === 0 ? null : createWriter(name, config, deps),
  }),
} as const satisfies PlatformKind<Config>

// EMR on EC2: steps of clusters, what they leave in S3, and Spark and YARN below them.
import { type PlatformKind, createWith } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const emr = {
  kind: 'emr',
  config: configSchema,
  reads: CAPABILITIES,
  create: createWith(createReader, createWriter),
} as const satisfies PlatformKind<Config>

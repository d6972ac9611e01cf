// EMR on EKS: job runs in virtual clusters, and what they deliver to S3.
import { type PlatformKind, createWith } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const emrOnEks = {
  kind: 'emr-on-eks',
  config: configSchema,
  reads: CAPABILITIES,
  create: createWith(createReader, createWriter),
} as const satisfies PlatformKind<Config>

// EMR Serverless: its job runs, and what they deliver to S3.
import { type PlatformKind, createWith } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const emrServerless = {
  kind: 'emr-serverless',
  config: configSchema,
  reads: CAPABILITIES,
  create: createWith(createReader, createWriter),
} as const satisfies PlatformKind<Config>

// EMR Serverless: its job runs, and what they deliver to S3.
import type { PlatformKind } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const emrServerless = {
  kind: 'emr-serverless',
  config: configSchema,
  reads: CAPABILITIES,
  create: (name, config, deps) => ({
    reader: createReader(name, config, deps),
    writer: config.actions.length === 0 ? null : createWriter(name, config, deps),
  }),
} as const satisfies PlatformKind<Config>

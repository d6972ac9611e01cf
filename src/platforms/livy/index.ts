// Spark behind Apache Livy: its batches and sessions, and a History Server for what happened inside.
import { type PlatformKind, createWith } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const livy = {
  kind: 'livy',
  config: configSchema,
  reads: CAPABILITIES,
  create: createWith(createReader, createWriter),
} as const satisfies PlatformKind<Config>

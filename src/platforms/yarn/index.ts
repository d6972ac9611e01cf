// Spark on YARN: ResourceManagers, drivers behind their proxy, a History Server, logs of containers.
import { type PlatformKind, createWith } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createWriter } from './writer.ts'

export const yarn = {
  kind: 'yarn',
  config: configSchema,
  reads: CAPABILITIES,
  create: createWith(createReader, createWriter),
} as const satisfies PlatformKind<Config>

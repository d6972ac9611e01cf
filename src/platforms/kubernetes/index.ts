// Spark on Kubernetes: an API server, drivers behind its proxy, SparkApplications of two operators, a History Server.
import type { PlatformKind } from '../platform.ts'
import { type Config, configSchema } from './config.ts'
import { CAPABILITIES, createReader } from './reader.ts'
import { createTraces } from './record.ts'
import { createWriter } from './writer.ts'

export const kubernetes = {
  kind: 'kubernetes',
  config: configSchema,
  reads: CAPABILITIES,
  create: (name, config, deps) => {
    const traces = createTraces()
    return {
      reader: createReader(name, config, deps, traces),
      writer: config.actions.length === 0 ? null : createWriter(name, config, deps, traces),
    }
  },
} as const satisfies PlatformKind<Config>

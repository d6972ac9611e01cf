// All configured platforms as readers and writers by name, each behind a gate that bounds what it is asked.
import type { PlatformReader, PlatformWriter } from '../ports.ts'
import { askingAgain } from './asking-again.ts'
import { type GateMetrics, createGate } from './http/gate.ts'
import type { Platform } from './platform.ts'
import { type PlatformConfig, createPlatform } from './registry.ts'

export interface Platforms {
  readonly readers: ReadonlyMap<string, PlatformReader>
  readonly writers: ReadonlyMap<string, PlatformWriter>
}

export function createPlatforms(
  configs: Readonly<Record<string, PlatformConfig>>,
  normaliseJobName: (name: string) => string,
  metrics?: GateMetrics,
): Platforms {
  const created = Object.entries(configs).map(
    ([name, config]) => [name, gated(name, config, normaliseJobName, metrics)] as const,
  )
  return {
    readers: new Map(created.map(([name, { reader }]) => [name, reader])),
    writers: new Map(
      created.flatMap(([name, { writer }]) => (writer === null ? [] : [[name, writer] as const])),
    ),
  }
}

/**
 * One platform twice over one budget: the reader of diagnoses, whose incidents share answers, and beside it (`fresh`)
 * the one that decisions are verified by. Writers look before they act, so that they are of the second.
 */
function gated(
  name: string,
  config: PlatformConfig,
  normaliseJobName: (name: string) => string,
  metrics?: GateMetrics,
): Platform {
  const { concurrency, per_second: perSecond, renew_ms: renewMs } = config.probing
  const gate = createGate(name, { concurrency, perSecond, renewMs }, metrics)
  const metricsGate = createGate(name, { concurrency, perSecond, renewMs }, metrics)
  const { reader } = createPlatform(name, config, { normaliseJobName, gate, metricsGate })
  const fresh = createPlatform(name, config, {
    normaliseJobName,
    gate: gate.fresh(),
    metricsGate: metricsGate.fresh(),
  })
  return { reader: { ...askingAgain(reader), fresh: fresh.reader }, writer: fresh.writer }
}

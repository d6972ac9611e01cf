// All configured platforms as readers and writers by name.
import type { PlatformReader, PlatformWriter } from '../ports.ts'
import { type PlatformConfig, createPlatform } from './registry.ts'

export interface Platforms {
  readonly readers: ReadonlyMap<string, PlatformReader>
  readonly writers: ReadonlyMap<string, PlatformWriter>
}

export function createPlatforms(
  configs: Readonly<Record<string, PlatformConfig>>,
  normaliseJobName: (name: string) => string,
): Platforms {
  const created = Object.entries(configs).map(
    ([name, config]) => [name, createPlatform(name, config, { normaliseJobName })] as const,
  )
  return {
    readers: new Map(created.map(([name, { reader }]) => [name, reader])),
    writers: new Map(
      created.flatMap(([name, { writer }]) => (writer === null ? [] : [[name, writer] as const])),
    ),
  }
}

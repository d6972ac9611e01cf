// Every kind of platform, by the word in arrestor.yml; each has a folder of its own with the same files.
import * as z from 'zod'
import type { Platform, PlatformDeps } from './platform.ts'
import { sparkStandalone } from './spark-standalone/index.ts'

/** One platform of arrestor.yml; `kind` says which. */
export const platformConfigSchema = z.discriminatedUnion('kind', [sparkStandalone.config])
export type PlatformConfig = z.output<typeof platformConfigSchema>

export const PLATFORM_KINDS: ReadonlySet<string> = new Set([sparkStandalone.kind])

/** The reader of a configured platform, and its writer where the configuration allows an action. */
export function createPlatform(name: string, config: PlatformConfig, deps: PlatformDeps): Platform {
  switch (config.kind) {
    case 'spark-standalone':
      return sparkStandalone.create(name, config, deps)
  }
}

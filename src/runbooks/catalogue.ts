// What runbooks may name: probes with their outputs, actions with their needs. The registries of both fit.
import type * as z from 'zod'
import type { ActionSpec } from './sections.ts'

export interface ProbeSpec {
  /** Name to its meaning. */
  readonly outputs: Readonly<Record<string, string>>
  readonly params?: z.ZodType
}

export interface Catalogue {
  readonly probes: ReadonlyMap<string, ProbeSpec>
  readonly actions: ReadonlyMap<string, ActionSpec>
}

// What runbooks may name: probes with their outputs, actions with their needs. The registries of both fit.
import type * as z from 'zod'
import type { Destinations } from './render-params.ts'
import type { ActionSpec } from './sections.ts'

export interface ProbeSpec {
  /** Name to its meaning. */
  readonly outputs: Readonly<Record<string, string>>
  readonly params?: z.ZodType
  /** Where parameters with templates go; plain text unless said. */
  readonly destinations?: Destinations
  /** What the platform's reader must be able to tell. */
  readonly needs?: readonly string[]
}

export interface Catalogue {
  readonly probes: ReadonlyMap<string, ProbeSpec>
  readonly actions: ReadonlyMap<string, ActionSpec>
}

// The failure modes we know, in the order in which they are looked for: the first that fits wins.
import type { FailureMode } from './model.ts'
import { DATA } from './modes/data.ts'
import { MEMORY } from './modes/memory.ts'
import { NODES } from './modes/nodes.ts'
import { PLATFORMS } from './modes/platforms.ts'
import { SERVICES } from './modes/services.ts'

const KINDS = ['cause', 'symptom', 'measured'] as const

/** Causes before symptoms; what only numbers tell comes last. Within a kind, in the order of the files. */
export const FAILURE_MODES: readonly FailureMode[] = KINDS.flatMap((kind) =>
  [...MEMORY, ...NODES, ...SERVICES, ...DATA, ...PLATFORMS].filter((mode) => mode.kind === kind),
)

/** By id; of several with one id (a cause and its symptom, classes of one failure) the first. */
export function modeOf(id: string): FailureMode | undefined {
  return FAILURE_MODES.find((mode) => mode.id === id)
}

// One thing that differs between a run and the last good one of its job, as a person reads it.
import type { RunTrait } from '../../ports.ts'

export type ChangeKind = 'deploy' | RunTrait | 'config' | 'input' | 'schema'

export interface Change {
  readonly kind: ChangeKind
  /** `image 1.4.2 -> 1.5.0`; redacted, one line. */
  readonly text: string
  /** When it was done; for what only the run shows, when the run began. */
  readonly at: Date | null
  readonly link: string | null
}

/** Where the same moment says nothing: what a person asks first. */
const ORDER: readonly ChangeKind[] = [
  'deploy', 'commit', 'image', 'runtime', 'spark_version', 'definition', 'config', 'node_type', 'nodes', 'parameters',
  'schema', 'input',
] // prettier-ignore

/** Newest first. */
export function newestFirst(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted(
    (a, b) =>
      (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind),
  )
}

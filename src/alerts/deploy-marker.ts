// What a deploy marker is after any sender has been understood: something of a job was changed, when and by whom.
import type { NormaliseJobName } from './job-name.ts'
import type { Rejected } from './model.ts'

export const CHANGES = ['deploy', 'rollback', 'config'] as const
export type DeployKind = (typeof CHANGES)[number]

/** So long are texts of a marker at most, in characters; an action takes them as they are. */
export const MAX_MARKER_TEXT = 300
/** The end of a name that is longer. */
export const CUT = '…'

/** Texts are bounded, redacted and free of NUL. */
export interface DeployMarker {
  /** The sender's own name for it; null where it gives none. */
  readonly id: string | null
  readonly what: DeployKind
  /** Normalised; none: it speaks of everything that the team runs on the platform. */
  readonly jobNames: readonly string[]
  readonly team: string | null
  readonly platform: string | null
  readonly commit: string | null
  readonly image: string | null
  readonly version: string | null
  readonly summary: string | null
  readonly by: string | null
  /** A page for people. */
  readonly url: string | null
  /** When it was done; null where the sender does not say. */
  readonly at: Date | null
}

/** What the address of the webhook says for senders whose bodies cannot. */
export interface MarkerDefaults {
  readonly jobNames: readonly string[]
  readonly team: string | null
  readonly platform: string | null
}

export interface MarkerContext {
  readonly defaults: MarkerDefaults
  readonly normaliseJobName: NormaliseJobName
}

/** As with alerts: only a body that cannot be understood at all is refused. */
export type Markers =
  | {
      readonly kind: 'markers'
      readonly elements: readonly { readonly pointer: string; readonly marker: DeployMarker }[]
      /** Understood, and no deployment: a ping, a deployment that failed or has only begun. */
      readonly ignored: readonly { readonly pointer: string; readonly reason: string }[]
      readonly rejected: readonly Rejected[]
    }
  | { readonly kind: 'refused'; readonly reason: string }

/** Reads one parsed JSON body of a webhook. Pure. */
export type ReadMarkers = (body: unknown, context: MarkerContext) => Markers

/** A commit as people write it: the first ten digits of a hash, anything else as it is. */
export function shortCommit(commit: string): string {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i.test(commit) ? commit.slice(0, 10) : commit
}

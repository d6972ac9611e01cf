// What a writer answers where nothing was sent, or where the platform says no.
import type { AfterRefusal, WriteOutcome } from '../ports.ts'

/** Why nothing is sent, and what may come of another press; `again` unless said. */
export interface Against {
  readonly says: string
  readonly next?: AfterRefusal
}

export function refused(detail: string, next?: AfterRefusal): WriteOutcome {
  return { kind: 'refused', detail, ...(next === undefined ? {} : { next }) }
}

// What a card's thread is told: its entries as the outbox keeps them, and the one way to add one.
import type { DeployKind } from '../alerts/deploy-marker.ts'
import type { Finding } from '../diagnosis/model.ts'
import type { Actor } from '../incidents/model.ts'
import type { Params } from '../runbooks/model.ts'
import { append } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { DESTINATIONS, PRIORITY } from './destinations.ts'

export type ThreadEntry =
  | {
      readonly type: 'findings'
      readonly findings: readonly Finding[]
      /** The team keeps raw evidence out; absent where it does not. */
      readonly keptOut?: boolean
      /** The diagnosis whose charts follow once this is told. */
      readonly charts?: number
    }
  | {
      readonly type: 'mention'
      readonly people: readonly string[]
      readonly minutes: number
      /** What has not happened for so long; rows of an earlier version do not say. */
      readonly while?: 'unacknowledged' | 'unresolved'
    }
  | {
      readonly type: 'action'
      readonly action: string
      readonly target: string
      readonly state: string
      readonly detail: string
      readonly by: Actor
      /** What it was asked with; absent where it takes nothing. */
      readonly params?: Params
    }
  | {
      readonly type: 'verified'
      readonly action: string
      readonly target: string
      readonly verified: string
      readonly state: string
      readonly detail: string
    }
  | {
      readonly type: 'deployed'
      /** How many this message tells of; it shows the newest. */
      readonly count?: number
      readonly what: DeployKind
      readonly commit: string | null
      readonly image: string | null
      readonly version: string | null
      readonly summary: string | null
      readonly by: string | null
      readonly url: string | null
      readonly at: string
    }
  | {
      readonly type: 'recovered'
      readonly job: string | null
      readonly run: string
      /** The run itself, by another attempt or a repair; else a later run of the job. */
      readonly own: boolean
      /** Why both are of the same data; absent of entries that were made before this was told. */
      readonly judgedBy?: string | null
      readonly endedAt: string | null
      readonly link: string
      /** Who had acknowledged the incident. */
      readonly heldBy: Actor | null
    }
  | { readonly type: 'note'; readonly text: string; readonly by: Actor }
  | CaptureEntry
  | {
      readonly type: 'runbook_updated'
      readonly runbook: string
      readonly by: Actor
      /** Whether the diagnosis begins again. */
      readonly again: boolean
    }
  | {
      readonly type: 'runbook_switched'
      /** Null: it had none. */
      readonly from: string | null
      readonly to: string
      /** Matchers that held, as written, with what each was held against; none where the alert names the runbook. */
      readonly because: readonly { readonly text: string; readonly actual: string | null }[]
    }

export interface CaptureEntry {
  readonly type: 'capture'
  readonly occasion: string
  /** The action that it was taken before; null where it was taken as the alert came. */
  readonly before: string | null
  /** Of the incident, for the command that shows all of it. */
  readonly number: number
  readonly captured: readonly string[]
  readonly telling: readonly string[]
  readonly missing: readonly string[]
  /** Why the files did not come along. */
  readonly notUploaded?: string
}

/** Tells the thread of an incident's card, once this transaction is committed and after all that it was told before. */
export async function tellThread(
  tx: Tx,
  incidentId: string,
  entry: ThreadEntry,
  now: Date,
  priority: number = PRIORITY.thread,
): Promise<void> {
  await append(tx, {
    destination: DESTINATIONS.thread,
    subject: incidentId,
    priority,
    payload: { ...entry },
    now,
  })
}

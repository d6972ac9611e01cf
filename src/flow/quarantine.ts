// What could not be used of a body: its bad elements are kept, and each becomes a decision (P1, P11).
import { createHash } from 'node:crypto'
import type { Discretion } from '../alerts/discretion.ts'
import type { Rejected } from '../alerts/model.ts'
import { type Decision, decideAll } from '../incidents/decisions.ts'
import { type Tx, json } from '../store/store.ts'

/** Reasons quote what strangers wrote: each is cut, and no more than so many are kept of one body. */
const MAX_REASON = 300
const MAX_TOLD = 1_000
/**
 * Characters of JSON that are kept of one rejected element, and of all of a body. Whatever arrives, what is read for
 * secrets is no more: senders of other bodies wait for it.
 */
export const MAX_ELEMENT = 64 * 1024
export const MAX_KEPT = 4 * MAX_ELEMENT

export interface Spoiled {
  readonly source: string
  readonly rejected: readonly Rejected[]
  /** Its rejected elements, as JSON: `[{"pointer": "/alerts/1", "element": {...}}]`. */
  readonly rawBody: Uint8Array
}

/** What is kept of a body with rejected elements, whose team nobody knows: through the gate of all teams. */
export function spoiledOf(
  rejected: readonly Rejected[],
  rawBody: Uint8Array,
  discretion: Discretion,
): Pick<Spoiled, 'rejected' | 'rawBody'> {
  if (rejected.length === 0) return { rejected, rawBody }
  return {
    rejected: presentable(rejected, discretion),
    rawBody: new TextEncoder().encode(JSON.stringify(keptOf(rejected, discretion))),
  }
}

/**
 * A label's name may stand in the reason, with a NUL or half a surrogate pair in it, which no column takes. The same
 * reason of thousands of elements is read once.
 */
function presentable(rejected: readonly Rejected[], { text }: Discretion): readonly Rejected[] {
  const said = new Map<string, string>()
  return rejected.map((one) => {
    const reason = one.reason.replaceAll('\u0000', '\uFFFD').slice(0, 4 * MAX_REASON)
    const safe = said.get(reason) ?? text(reason).slice(0, MAX_REASON).toWellFormed()
    said.set(reason, safe)
    return { ...one, reason: safe }
  })
}

/**
 * Redacted as JSON, where names of fields count; one that is too long as the text of its beginning. A pointer without an
 * element is one for which there was no room.
 */
function keptOf(
  rejected: readonly Rejected[],
  discretion: Discretion,
): readonly { readonly pointer: string; readonly element?: unknown }[] {
  let room = MAX_KEPT
  return rejected.slice(0, MAX_TOLD).map(({ pointer, raw }) => {
    if (room <= 0) return { pointer }
    const text = JSON.stringify(raw) ?? 'null'
    room -= Math.min(text.length, MAX_ELEMENT)
    const element =
      text.length <= MAX_ELEMENT
        ? discretion.record(raw)
        : `${discretion.text(text.slice(0, MAX_ELEMENT).toWellFormed())}…`
    return { pointer, element }
  })
}

/** Keeps those of these bodies that have something rejected in them. */
export async function quarantine(
  tx: Tx,
  bodies: readonly Spoiled[],
  kind: 'alert_rejected' | 'marker_rejected',
  now: Date,
): Promise<void> {
  const spoiled = bodies.filter((body) => body.rejected.length > 0)
  if (spoiled.length === 0) return
  const quarantined = new Map(spoiled.map((body) => [idOf(body), body]))
  await tx
    .insertInto('raw_bodies')
    .values(
      [...quarantined].map(([id, body]) => ({
        id,
        source: body.source,
        received_at: now,
        body: body.rawBody,
        rejected: json(body.rejected.slice(0, MAX_TOLD).map(({ pointer, reason }) => ({ pointer, reason }))),
      })),
    )
    // A sender repeats what it was not thanked for, and then every few hours: one copy is enough.
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  await decideAll(
    tx,
    spoiled.flatMap((body) => rejections(body, kind)),
    now,
  )
}

/** The same body of the same source has the same id. */
function idOf(body: Spoiled): string {
  return `raw_${createHash('sha256').update(`${body.source}\0`).update(body.rawBody).digest('hex').slice(0, 32)}`
}

/** One decision for each rejected element; beyond `MAX_TOLD` of a body, one for all the rest. */
function rejections(body: Spoiled, kind: 'alert_rejected' | 'marker_rejected'): Decision[] {
  const decision = (reason: string, pointer: string): Decision => ({
    kind,
    subject: body.source,
    reason,
    team: null,
    data: { pointer },
  })
  const told = body.rejected.slice(0, MAX_TOLD).map(({ reason, pointer }) => decision(reason, pointer))
  const rest = body.rejected.length - told.length
  const where = kind === 'alert_rejected' ? '/alerts' : ''
  return rest === 0 ? told : [...told, decision('one of many in its body', `${where} (${rest} of them)`)]
}

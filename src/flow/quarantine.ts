// What could not be used of a body: the body is kept as it came, and each bad element becomes a decision (P1, P11).
import { createHash } from 'node:crypto'
import type { Discretion } from '../alerts/discretion.ts'
import type { Rejected } from '../alerts/model.ts'
import { type Decision, decideAll } from '../incidents/decisions.ts'
import { type Tx, json } from '../store/store.ts'

/** Reasons quote what strangers wrote: each is cut, and no more than so many are kept of one body. */
const MAX_REASON = 300
const MAX_TOLD = 1_000

export interface Spoiled {
  readonly source: string
  readonly rejected: readonly Rejected[]
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
    rejected: rejected.map((one) => presentable(one, discretion)),
    rawBody: discreetBody(rawBody, discretion),
  }
}

/** A label's name may stand in the reason, with a NUL or half a surrogate pair in it, which no column takes. */
function presentable(rejected: Rejected, { text }: Discretion): Rejected {
  const reason = rejected.reason.replaceAll('\u0000', '\uFFFD').slice(0, 4 * MAX_REASON)
  return { ...rejected, reason: text(reason).slice(0, MAX_REASON).toWellFormed() }
}

/** As it came where there is nothing to hide. Redacted as JSON: names of fields count, and it stays JSON. */
function discreetBody(rawBody: Uint8Array, discretion: Discretion): Uint8Array {
  const came = new TextDecoder().decode(rawBody)
  let kept: string
  try {
    const body: unknown = JSON.parse(came)
    kept = JSON.stringify(discretion.record(body))
    if (kept === JSON.stringify(body)) return rawBody
  } catch {
    kept = discretion.text(came)
  }
  return new TextEncoder().encode(kept)
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

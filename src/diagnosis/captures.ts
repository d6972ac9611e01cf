// Captured evidence in the store: one capture for each occasion of an incident, kept as long as the incident.
import type { Discretion } from '../alerts/discretion.ts'
import { type Tx, json } from '../store/store.ts'
import type { Capture, CapturedFile } from './capture.ts'

/** Characters of one capture's texts together; the files' own bounds keep it below. */
const MAX_CAPTURE = 256 * 1024

export interface StoredCapture extends Capture {
  /** `diagnosis/<generation>` or `action/<action run id>`. */
  readonly occasion: string
  readonly at: Date
}

/** A capture as its team keeps it, and as a column takes it: without NUL and halves of characters, bounded. */
export function discreetCapture({ text }: Discretion, capture: Capture): Capture {
  const clean = (given: string): string => text(given.replaceAll('\u0000', '\uFFFD').toWellFormed())
  let left = MAX_CAPTURE
  const files = capture.files.map((file): CapturedFile => {
    const kept = clean(file.text)
    const bounded = kept.length > left ? kept.slice(0, left).toWellFormed() : kept
    left -= bounded.length
    return {
      ...file,
      title: clean(file.title),
      text: bounded,
      telling: file.telling.map((line) => clean(line).slice(0, 400).toWellFormed()),
      cut: file.cut || bounded.length < kept.length,
    }
  })
  return { files, missing: capture.missing.map((one) => clean(one).slice(0, 400).toWellFormed()) }
}

/** Stores a capture; false where there is one for this occasion already. */
export async function storeCapture(
  tx: Tx,
  incidentId: string,
  { occasion, at, files, missing }: StoredCapture,
): Promise<boolean> {
  const stored = await tx
    .insertInto('captures')
    .values({ incident_id: incidentId, occasion, at, files: json(files), missing: json(missing) })
    .onConflict((conflict) => conflict.columns(['incident_id', 'occasion']).doNothing())
    .returning('occasion')
    .executeTakeFirst()
  return stored !== undefined
}

/** The captures of an incident, oldest first; one of them where `occasion` is given. */
export async function readCaptures(
  tx: Tx,
  incidentId: string,
  occasion?: string,
): Promise<readonly StoredCapture[]> {
  let query = tx.selectFrom('captures').selectAll().where('incident_id', '=', incidentId)
  if (occasion !== undefined) query = query.where('occasion', '=', occasion)
  const rows = await query.orderBy('at').orderBy('occasion').execute()
  return rows.map(({ occasion: of, at, files, missing }) => ({ occasion: of, at, files, missing }))
}

// The runbook an incident was opened with: its pinned text, parsed once per hash.
import { parseRunbook } from '../runbooks/parse.ts'
import type { Runbook } from '../runbooks/model.ts'
import type { Tx } from '../store/store.ts'

/** A process sees few texts at a time; the oldest is dropped beyond this. */
const KEPT = 200
const parsed = new Map<string, Runbook | null>()

/** The pinned runbook of this hash, or null when there is none or an older version cannot be read any more. */
export async function pinnedRunbook(tx: Tx, hash: string | null): Promise<Runbook | null> {
  if (hash === null) return null
  const known = parsed.get(hash)
  if (known !== undefined) return known
  const row = await tx.selectFrom('runbook_texts').selectAll().where('hash', '=', hash).executeTakeFirst()
  const runbook = row === undefined ? null : parseRunbook(row.text, row.file).runbook
  if (parsed.size >= KEPT) parsed.delete(parsed.keys().next().value ?? '')
  parsed.set(hash, runbook)
  return runbook
}

// Where an incident's card is, as the outbox recorded it when it was posted.
import type { Db, Tx } from '../store/store.ts'
import { DESTINATIONS } from './destinations.ts'

/** `channel/ts` of the card, or null while it is not posted. Inside a transaction, give the transaction. */
export async function cardPlace(db: Db | Tx, incidentId: string): Promise<string | null> {
  const row = await db
    .selectFrom('outbox')
    .select('external_id')
    .where('destination', '=', DESTINATIONS.card)
    .where('subject', '=', incidentId)
    .executeTakeFirst()
  return row?.external_id ?? null
}

// Where an incident's card is, for links from elsewhere (PagerDuty's "View in Arrestor").
import type { WebClient } from '@slack/web-api'
import { DESTINATIONS } from '../flow/destinations.ts'
import type { FlowDeps } from '../flow/deps.ts'
import { messageRef } from './deliver/card.ts'

/** Slack's address of the card, or null while it is not posted or Slack does not answer. */
export async function permalinkOf(
  deps: FlowDeps,
  client: WebClient,
  incidentId: string,
): Promise<string | null> {
  const row = await deps.store.db
    .selectFrom('outbox')
    .select('external_id')
    .where('destination', '=', DESTINATIONS.card)
    .where('subject', '=', incidentId)
    .executeTakeFirst()
  if (row?.external_id === null || row?.external_id === undefined) return null
  const { channel, ts } = messageRef(row.external_id)
  try {
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts })
    return permalink ?? null
  } catch {
    // A link that cannot be made is answered with what the person can do instead.
    return null
  }
}

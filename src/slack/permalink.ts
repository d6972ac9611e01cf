// Where an incident's card is, for links from elsewhere (PagerDuty's "View in Arrestor").
import type { WebClient } from '@slack/web-api'
import { cardPlace } from '../flow/card-place.ts'
import type { FlowDeps } from '../flow/deps.ts'
import { messageRef } from './deliver/card.ts'

/** Slack's address of the card, or null while it is not posted or Slack does not answer. */
export async function permalinkOf(
  deps: FlowDeps,
  client: WebClient,
  incidentId: string,
): Promise<string | null> {
  const place = await cardPlace(deps.store.db, incidentId)
  if (place === null) return null
  const { channel, ts } = messageRef(place)
  try {
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts })
    return permalink ?? null
  } catch {
    // A link that cannot be made is answered with what the person can do instead.
    return null
  }
}

// Thread entries: ordered rows under the card, each posted once, found again when its reply was lost.
import type { WebClient } from '@slack/web-api'
import { cardPlace } from '../../flow/card-place.ts'
import { chartsFollow } from '../../flow/charts.ts'
import { DESTINATIONS } from '../../flow/destinations.ts'
import { findIncident } from '../../incidents/repository.ts'
import { stillHolds } from '../../escalation/policy.ts'
import type { Notifier, OutboxRow, SendResult } from '../../store/outbox.ts'
import type { Tx } from '../../store/store.ts'
import { type ThreadEntry, threadMessage } from '../blocks/thread.ts'
import { METADATA } from '../ids.ts'
import { type MessageRef, messageRef, resultOf } from './card.ts'
import { lookFor } from './look.ts'
import type { Told } from './told.ts'

/** Until the card is there: it is posted at once, so this is short. */
const CARD_WAIT_MS = 300

interface Prepared {
  readonly team: string
  readonly entry: ThreadEntry
  readonly card: MessageRef | null
}

export function threadNotifier(client: WebClient, told: Told): Notifier {
  return {
    destination: DESTINATIONS.thread,
    mode: 'ordered',
    concurrency: 2,
    leaseMs: 30_000,
    claim: (tx, row) => claim(tx, row),
    async send(prepared, row) {
      return await sendEntry(client, told, prepared as Prepared, row)
    },
    async settled(tx, row, result, now) {
      const generation = row.payload['charts']
      if (result.kind === 'delivered' && typeof generation === 'number')
        await chartsFollow(tx, row.subject, generation, now)
    },
  }
}

async function claim(tx: Tx, row: OutboxRow): Promise<{ send: Prepared } | { withdraw: string }> {
  const incident = await findIncident(tx, row.subject)
  if (incident === null) return { withdraw: 'its incident is gone' }
  const entry = row.payload as unknown as ThreadEntry & { while?: 'unacknowledged' | 'unresolved' }
  if (entry.type === 'mention') {
    const verdict = stillHolds({ while: entry.while ?? 'unacknowledged' }, incident.state)
    if (!verdict.take) return { withdraw: verdict.reason }
  }
  const externalId = await cardPlace(tx, row.subject)
  return { send: { team: incident.team, entry, card: externalId === null ? null : messageRef(externalId) } }
}

async function sendEntry(
  client: WebClient,
  told: Told,
  prepared: Prepared,
  row: OutboxRow,
): Promise<SendResult> {
  const { card } = prepared
  if (card === null) return { kind: 'retry', reason: 'the card is not posted yet', afterMs: CARD_WAIT_MS }
  const value = String(row.id)
  try {
    if (row.mayHaveHappened) {
      const [found] = await lookFor(client, {
        channel: card.channel,
        threadTs: card.ts,
        eventType: METADATA.thread,
        field: 'row',
        value,
        since: row.firstTriedAt ?? new Date(0),
      })
      if (found !== undefined) return { kind: 'delivered', externalId: `${card.channel}/${found}` }
    }
    const answer = await client.chat.postMessage({
      channel: card.channel,
      thread_ts: card.ts,
      ...threadMessage(prepared.entry),
      metadata: { event_type: METADATA.thread, event_payload: { row: value } },
      unfurl_links: false,
      unfurl_media: false,
    })
    told.took(card.channel)
    return { kind: 'delivered', externalId: `${card.channel}/${answer.ts ?? ''}` }
  } catch (error) {
    return resultOf(error, told, { channel: card.channel, team: prepared.team, subject: row.subject })
  }
}

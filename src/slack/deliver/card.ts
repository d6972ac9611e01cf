// The card's delivery: Slack is made equal to the incident's newest state; one post, then edits (P3, P14).
import type { WebClient } from '@slack/web-api'
import { type CardView, readCard } from '../../flow/card.ts'
import { DESTINATIONS, DUE, PRIORITY } from '../../flow/destinations.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import { SYSTEM, type TimelineKind } from '../../incidents/model.ts'
import { lockIncident } from '../../incidents/repository.ts'
import { record } from '../../incidents/timeline.ts'
import { schedule } from '../../store/due.ts'
import type { Notifier, OutboxRow, SendResult } from '../../store/outbox.ts'
import type { Tx } from '../../store/store.ts'
import { cardMessage } from '../blocks/card.ts'
import { failureOf } from '../client.ts'
import { METADATA } from '../ids.ts'
import { lookFor } from './look.ts'
import type { Told } from './told.ts'

/** What a channel takes in a row before Slack starts to refuse; edits of one card are spaced by the outbox. */
const CONCURRENCY = 4
/** When a second post could have overtaken a lost first one, the channel is searched for a twin this much later. */
const TWIN_CHECK_MS = 30_000
/** A refusal that a person must mend is tried again at this pace: often enough to heal soon after. */
const REFUSED_RETRY_MS = 30_000
/** Edits of one card are at least this far apart, so that a storm costs a bounded number of calls. */
export const EDIT_SPACING_MS = 3_000
/** Slack takes about 50 chat.update a minute and workspace (tier 3); what people and the ladder do needs some of them. */
const EDITS_PER_MINUTE = 30
const EDIT_BURST = 10

export interface MessageRef {
  readonly channel: string
  readonly ts: string
}

/** `C0DATA/1700000000.000100` as the outbox keeps it. */
export function messageRef(externalId: string): MessageRef {
  const [channel = '', ts = ''] = externalId.split('/')
  return { channel, ts }
}

export function cardNotifier(deps: FlowDeps, client: WebClient, told: Told): Notifier {
  return {
    destination: DESTINATIONS.card,
    mode: 'level',
    concurrency: CONCURRENCY,
    leaseMs: 30_000,
    spacingMs: EDIT_SPACING_MS,
    pace: { priority: PRIORITY.edit, perMinute: EDITS_PER_MINUTE, burst: EDIT_BURST },
    async claim(tx, row) {
      const view = await readCard(tx, deps, row.subject)
      return view === null ? { withdraw: 'its incident or team is gone' } : { send: view }
    },
    async send(prepared, row) {
      return await sendCard(client, told, prepared as CardView, row)
    },
    async settled(tx, row, result, now) {
      await remember(tx, row, result, now)
      if (
        result.kind !== 'delivered' ||
        result.externalId === undefined ||
        result.externalId === row.externalId
      )
        return
      await tx
        .insertInto('external_refs')
        .values({
          system: 'slack.message',
          external_id: result.externalId,
          incident_id: row.subject,
          data: '{}',
        })
        .onConflict((oc) => oc.columns(['system', 'external_id']).doNothing())
        .execute()
      if (row.mayHaveHappened)
        await schedule(tx, {
          kind: DUE.twinCheck,
          subject: row.subject,
          dueAt: new Date(now.getTime() + TWIN_CHECK_MS),
          data: { externalId: result.externalId, since: (row.firstTriedAt ?? now).toISOString() },
        })
    },
  }
}

/** A delivery, and whether it found the post of an earlier attempt. */
type CardResult = SendResult & { readonly adopted?: boolean }

/** The timeline says when the card came to be, and the first time that it did not (P11). Edits are not news. */
async function remember(tx: Tx, row: OutboxRow, result: CardResult, now: Date): Promise<void> {
  const entry = ((): { kind: TimelineKind; reason: string } | null => {
    if (result.kind !== 'delivered')
      return row.attempts === 0 && row.externalId === null
        ? { kind: 'card_undelivered', reason: result.reason }
        : null
    if (result.externalId === undefined || result.externalId === row.externalId) return null
    if (result.adopted === true) return { kind: 'card_adopted', reason: 'the reply to its post was lost' }
    return { kind: 'card_posted', reason: row.externalId === null ? 'opened' : 'the card before it is gone' }
  })()
  if (entry === null || (await lockIncident(tx, row.subject)) === null) return
  await record(tx, row.subject, { ...entry, actor: SYSTEM }, now)
}

async function sendCard(client: WebClient, told: Told, view: CardView, row: OutboxRow): Promise<SendResult> {
  const version = view.incident.version
  const message = cardMessage(view)
  const posted = row.externalId === null ? null : messageRef(row.externalId)
  try {
    if (posted !== null) {
      const gone = await edit(client, posted, message)
      if (!gone) {
        told.took(posted.channel)
        return { kind: 'delivered', version }
      }
      // Somebody deleted the card: an incident without a card is worse than a second message.
    }
    if (row.mayHaveHappened) {
      const [first, ...twins] = await lookFor(client, {
        channel: view.channel,
        threadTs: null,
        eventType: METADATA.card,
        field: 'incident',
        value: view.incident.id,
        since: row.firstTriedAt ?? view.incident.openedAt,
      })
      const ref = { channel: view.channel, ts: first ?? '' }
      // Another app may carry our metadata; what cannot be edited is not ours.
      if (first !== undefined && !(await edit(client, ref, message))) {
        await deleteAll(client, view.channel, twins)
        const adopted: CardResult = {
          kind: 'delivered',
          externalId: `${ref.channel}/${ref.ts}`,
          version,
          adopted: true,
        }
        return adopted
      }
    }
    const answer = await client.chat.postMessage({
      channel: view.channel,
      ...message,
      metadata: { event_type: METADATA.card, event_payload: { incident: view.incident.id } },
      unfurl_links: false,
      unfurl_media: false,
    })
    told.took(view.channel)
    return { kind: 'delivered', externalId: `${answer.channel ?? view.channel}/${answer.ts ?? ''}`, version }
  } catch (error) {
    return resultOf(error, told, {
      channel: posted?.channel ?? view.channel,
      team: view.incident.team,
      subject: row.subject,
    })
  }
}

/** Edits the message; true when it is not there any more, or never was ours. */
async function edit(
  client: WebClient,
  ref: MessageRef,
  message: ReturnType<typeof cardMessage>,
): Promise<boolean> {
  try {
    await client.chat.update({ channel: ref.channel, ts: ref.ts, ...message })
    return false
  } catch (error) {
    const failure = failureOf(error)
    if (failure.kind === 'refused' && /^(message_not_found|cant_update_message)/.test(failure.error))
      return true
    throw error
  }
}

/** Deletes messages of ours; one that is gone already is no failure. */
export async function deleteAll(client: WebClient, channel: string, all: readonly string[]): Promise<void> {
  for (const ts of all)
    try {
      await client.chat.delete({ channel, ts })
    } catch (error) {
      const failure = failureOf(error)
      if (failure.kind !== 'refused' || !failure.error.startsWith('message_not_found')) throw error
    }
}

/** What a failed call means for a row of the outbox. */
export function resultOf(
  error: unknown,
  told: Told,
  where: { channel: string; team: string; subject: string },
): SendResult {
  const failure = failureOf(error)
  switch (failure.kind) {
    case 'rate_limited':
      return { kind: 'retry', reason: 'Slack asks us to slow down', afterMs: failure.afterMs }
    case 'unknown':
      return { kind: 'unknown', reason: failure.reason }
    case 'refused': {
      told.refused(where, failure.error)
      return { kind: 'retry', reason: `Slack refuses it: ${failure.error}`, afterMs: REFUSED_RETRY_MS }
    }
  }
}

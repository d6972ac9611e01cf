// Thread entries: ordered rows under the card, each posted once, found again when its reply was lost.
import type { WebClient } from '@slack/web-api'
import { cardPlace } from '../../flow/card-place.ts'
import { chartsFollow } from '../../flow/charts.ts'
import { DESTINATIONS } from '../../flow/destinations.ts'
import type { CaptureEntry, ThreadEntry } from '../../flow/thread.ts'
import { readCaptures } from '../../diagnosis/captures.ts'
import { findIncident } from '../../incidents/repository.ts'
import { stillHolds } from '../../escalation/policy.ts'
import { type Bucket, createBucket } from '../../store/outbox-pace.ts'
import type { Notifier, OutboxRow, SendResult } from '../../store/outbox.ts'
import type { Tx } from '../../store/store.ts'
import { threadMessage } from '../blocks/thread.ts'
import { METADATA } from '../ids.ts'
import { type MessageRef, messageRef, resultOf } from './card.ts'
import { uploadToThread } from '../upload.ts'
import { lookFor } from './look.ts'
import type { Told } from './told.ts'

/** Until the card is there: it is posted at once, so this is short. */
const CARD_WAIT_MS = 300
/** Captures whose files are uploaded, of this process: each is some four calls, and in a storm nobody opens them all (P14). */
const UPLOADS = { perMinute: 6, burst: 6 }
const TOO_MANY = 'Many incidents opened at once.'

interface TextFile {
  readonly name: string
  readonly text: string
}

interface Prepared {
  readonly team: string
  readonly entry: ThreadEntry
  readonly card: MessageRef | null
  /** Uploaded before it is told; most entries have none. */
  readonly files: readonly TextFile[]
}

export function threadNotifier(client: WebClient, told: Told): Notifier {
  const uploads = createBucket(UPLOADS)
  return {
    destination: DESTINATIONS.thread,
    mode: 'ordered',
    concurrency: 2,
    leaseMs: 30_000,
    claim: (tx, row, now) => claim(tx, row, uploads, now),
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

async function claim(
  tx: Tx,
  row: OutboxRow,
  uploads: Bucket,
  now: Date,
): Promise<{ send: Prepared } | { withdraw: string }> {
  const incident = await findIncident(tx, row.subject)
  if (incident === null) return { withdraw: 'its incident is gone' }
  const entry = row.payload as unknown as ThreadEntry
  if (entry.type === 'mention') {
    const verdict = stillHolds({ while: entry.while ?? 'unacknowledged' }, incident.state)
    if (!verdict.take) return { withdraw: verdict.reason }
  }
  const externalId = await cardPlace(tx, row.subject)
  const card = externalId === null ? null : messageRef(externalId)
  const common = { team: incident.team, entry, card }
  // At most once: a second attempt could only show them twice, and they are kept in the store.
  if (entry.type !== 'capture' || card === null || row.attempts > 0 || row.mayHaveHappened)
    return { send: { ...common, files: [] } }
  // Before an action a person waits for it, and there are no more of those than presses.
  if (entry.before === null && uploads.left(now) < 1)
    return { send: { ...common, entry: { ...entry, notUploaded: TOO_MANY }, files: [] } }
  const files = await capturedFiles(tx, row.subject, entry)
  if (files.length > 0) uploads.spend(1, now)
  return { send: { ...common, files } }
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
      ...threadMessage(await withFiles(client, prepared.entry, prepared.files, card)),
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

/** The texts of a capture, under names that tell one capture's from another's. */
async function capturedFiles(tx: Tx, incidentId: string, entry: CaptureEntry): Promise<TextFile[]> {
  const [capture] = await readCaptures(tx, incidentId, entry.occasion)
  const prefix = entry.before === null ? '' : 'before-'
  return (capture?.files ?? []).map(({ name, text }) => ({ name: `${prefix}${name}`, text }))
}

/** Uploads an entry's files, which says where they are kept when they did not arrive. */
async function withFiles(
  client: WebClient,
  entry: ThreadEntry,
  files: readonly TextFile[],
  card: MessageRef,
): Promise<ThreadEntry> {
  if (entry.type !== 'capture' || files.length === 0) return entry
  const uploaded = await uploadToThread(client, card, files, 'Captured evidence')
  return uploaded.kind === 'done' ? entry : { ...entry, notUploaded: uploaded.sentence }
}

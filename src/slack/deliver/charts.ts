// Charts: drawn and shown in the thread once, looked for before they are shown again, told in words where no picture can go.
import type { WebClient } from '@slack/web-api'
import type { Drawer } from '../../charts/drawer.ts'
import type { Chart } from '../../diagnosis/chart/model.ts'
import { reasonOf } from '../../errors.ts'
import { cardPlace } from '../../flow/card-place.ts'
import { readCharts } from '../../flow/charts.ts'
import { DESTINATIONS, PRIORITY } from '../../flow/destinations.ts'
import { findIncident } from '../../incidents/repository.ts'
import type { Notifier, OutboxRow, SendResult } from '../../store/outbox.ts'
import { chartFile, chartName, chartsComment, chartsInWords } from '../blocks/charts.ts'
import { operatorError } from '../client.ts'
import { METADATA } from '../ids.ts'
import { type UploadFile, showInThread } from '../upload.ts'
import { type MessageRef, messageRef, resultOf } from './card.ts'
import { lookFor } from './look.ts'
import type { Told } from './told.ts'

/** Until the card is there. */
const CARD_WAIT_MS = 1_000
/** Slack shows a file a moment after it has taken it: one that is looked for at once would be missed and shown twice. */
const LOOK_AFTER_MS = 5_000
/** From then on the words go out: a proxy may let calls through to Slack and no files. */
const ATTEMPTS = 5
/** Each is two calls for a picture and one for all; Slack takes about 100 a minute, and drafts need some of them. */
const PER_MINUTE = 15
const BURST = 5
/** Slack's words for what passes by itself. */
const PASSING = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])

interface Prepared {
  readonly team: string
  readonly charts: readonly Chart[]
  readonly card: MessageRef | null
}

/**
 * A destination of its own, so that nobody's mention waits for a picture. Drawing one at a time keeps its memory small.
 */
export function chartNotifier(client: WebClient, told: Told, drawer: Drawer): Notifier {
  return {
    destination: DESTINATIONS.chart,
    mode: 'ordered',
    concurrency: 1,
    leaseMs: 120_000,
    pace: { priority: PRIORITY.chart, perMinute: PER_MINUTE, burst: BURST },
    async claim(tx, row) {
      // A resolved incident keeps its evidence: only what is gone is withdrawn.
      const incident = await findIncident(tx, row.subject)
      if (incident === null) return { withdraw: 'its incident is gone' }
      const charts = await readCharts(tx, row.subject, Number(row.payload['generation']))
      if (charts.length === 0) return { withdraw: 'its charts are gone' }
      const place = await cardPlace(tx, row.subject)
      const prepared: Prepared = {
        team: incident.team,
        charts,
        card: place === null ? null : messageRef(place),
      }
      return { send: prepared }
    },
    async send(prepared, row) {
      return await sendCharts(client, told, drawer, prepared as Prepared, row)
    },
  }
}

async function sendCharts(
  client: WebClient,
  told: Told,
  drawer: Drawer,
  { team, charts, card }: Prepared,
  row: OutboxRow,
): Promise<SendResult> {
  if (card === null) return { kind: 'retry', reason: 'the card is not posted yet', afterMs: CARD_WAIT_MS }
  const where = { channel: card.channel, team, subject: row.subject }
  const inWords = async (why: string): Promise<SendResult> => {
    const first = told.noPicture(card.channel, why)
    const answer = await client.chat.postMessage({
      channel: card.channel,
      thread_ts: card.ts,
      ...chartsInWords(charts, first ? why : null),
      metadata: { event_type: METADATA.thread, event_payload: { row: String(row.id) } },
      unfurl_links: false,
      unfurl_media: false,
    })
    return { kind: 'delivered', externalId: `${card.channel}/${answer.ts ?? ''}` }
  }
  try {
    if (row.mayHaveHappened) {
      const [found] = await lookFor(client, {
        channel: card.channel,
        threadTs: card.ts,
        eventType: METADATA.thread,
        field: 'row',
        value: String(row.id),
        fileName: chartName(row.id, 0),
        since: row.firstTriedAt ?? new Date(0),
      })
      if (found !== undefined) return { kind: 'delivered', externalId: `${card.channel}/${found}` }
    }
    if (row.attempts >= ATTEMPTS) return await inWords(row.lastError ?? 'it was tried in vain')
    const files: UploadFile[] = []
    try {
      for (const [index, chart] of charts.entries())
        files.push({ name: chartName(row.id, index), bytes: await drawer.draw(chart), ...chartFile(chart) })
    } catch (error) {
      return await inWords(`it could not be drawn (${reasonOf(error)})`)
    }
    const shown = await showInThread(client, card, files, chartsComment(charts))
    if (shown.kind === 'done') {
      told.tookPicture(card.channel)
      return { kind: 'delivered', externalId: `${card.channel}/${shown.ids[0] ?? ''}` }
    }
    const { failure, maybe } = shown
    switch (failure.kind) {
      case 'rate_limited':
        return { kind: 'retry', reason: 'Slack asks us to slow down', afterMs: failure.afterMs }
      case 'unknown':
        return maybe
          ? { kind: 'unknown', reason: failure.reason, afterMs: LOOK_AFTER_MS }
          : { kind: 'retry', reason: failure.reason }
      case 'refused': {
        const word = failure.error.split(' ')[0] ?? ''
        const reason = `Slack refuses files: ${failure.error}`
        if (PASSING.has(word)) return { kind: 'retry', reason }
        // Where the channel or the token is wrong, words would be refused as well. A missing scope is one of files alone.
        if (word !== 'missing_scope' && operatorError(failure.error, card.channel, team) !== null) {
          told.refused(where, failure.error)
          return { kind: 'retry', reason, afterMs: 30_000 }
        }
        return await inWords(reason)
      }
    }
  } catch (error) {
    return resultOf(error, told, where)
  }
}

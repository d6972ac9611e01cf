// Twins: when a post was repeated after a lost reply, the first may still have landed late; it is deleted (P3).
import type { WebClient } from '@slack/web-api'
import { DUE, JOBS } from '../../flow/destinations.ts'
import type { DueKind } from '../../store/due.ts'
import { enqueue } from '../../store/jobs.ts'
import { METADATA } from '../ids.ts'
import { deleteAll, messageRef } from './card.ts'
import { lookFor } from './look.ts'

export interface TwinJob {
  readonly incidentId: string
  readonly externalId: string
  readonly since: string
}

export const twinDue: DueKind = {
  kind: DUE.twinCheck,
  async handle(tx, row) {
    await enqueue(tx, JOBS.twins, {
      incidentId: row.subject,
      externalId: row.data['externalId'],
      since: row.data['since'],
    })
  },
}

/** Deletes every card of the incident but the one we know. Throws what Slack's client throws; the job is tried again. */
export async function deleteTwins(client: WebClient, job: TwinJob): Promise<void> {
  const known = messageRef(job.externalId)
  const all = await lookFor(client, {
    channel: known.channel,
    threadTs: null,
    eventType: METADATA.card,
    field: 'incident',
    value: job.incidentId,
    since: new Date(job.since),
  })
  await deleteAll(
    client,
    known.channel,
    all.filter((ts) => ts !== known.ts),
  )
}

// The second route: a page that PagerDuty did not take is posted to another channel, by name and with the reason (P6).
import type { WebClient } from '@slack/web-api'
import { stillHolds } from '../../escalation/policy.ts'
import { DESTINATIONS } from '../../flow/destinations.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import { type Incident, nameOf } from '../../incidents/model.ts'
import { findIncident } from '../../incidents/repository.ts'
import type { Notifier } from '../../store/outbox.ts'
import { inline, mrkdwn } from '../blocks/text.ts'
import { METADATA } from '../ids.ts'
import { resultOf } from './card.ts'
import { lookFor } from './look.ts'
import type { Told } from './told.ts'

interface Prepared {
  readonly incident: Incident
  readonly channel: string
  readonly why: string
  readonly people: readonly string[]
}

export function secondRouteNotifier(deps: FlowDeps, client: WebClient, told: Told): Notifier {
  return {
    destination: DESTINATIONS.secondRouteSlack,
    mode: 'ordered',
    concurrency: 1,
    leaseMs: 30_000,
    async claim(tx, row) {
      const incident = await findIncident(tx, row.subject)
      if (incident === null) return { withdraw: 'its incident is gone' }
      // It calls people as a page does, so it holds as long as the page would.
      const condition = row.payload['while'] === 'unresolved' ? 'unresolved' : 'unacknowledged'
      const verdict = stillHolds({ while: condition }, incident.state)
      if (!verdict.take) return { withdraw: verdict.reason }
      const team = deps.settings.teams.get(incident.team)
      const prepared: Prepared = {
        incident,
        channel: String(row.payload['channel']),
        why: String(row.payload['why']),
        people: team?.responders ?? [],
      }
      return { send: prepared }
    },
    async send(sent, row) {
      const { incident, channel, why, people } = sent as Prepared
      const value = String(row.id)
      try {
        if (row.mayHaveHappened) {
          const wanted = {
            channel,
            threadTs: null,
            eventType: METADATA.secondRoute,
            field: 'row',
            value,
            since: row.firstTriedAt ?? new Date(0),
          }
          const [found] = await lookFor(client, wanted)
          if (found !== undefined) return { kind: 'delivered', externalId: `${channel}/${found}` }
        }
        const called = people.map((id) => (id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`)).join(' ')
        const state =
          incident.acknowledgedBy === null
            ? 'nobody has acknowledged it'
            : `acknowledged by ${inline(nameOf(incident.acknowledgedBy), 60)}`
        const text = `${called} *PagerDuty did not take this page* (${inline(why, 200)}): #${incident.number} ${inline(incident.title, 200)}, ${incident.severity}, team ${inline(incident.team, 60)}; ${state}.`
        const answer = await client.chat.postMessage({
          channel,
          text,
          blocks: [{ type: 'section', text: mrkdwn(text) }],
          metadata: { event_type: METADATA.secondRoute, event_payload: { row: value } },
          unfurl_links: false,
          unfurl_media: false,
        })
        told.took(channel)
        return { kind: 'delivered', externalId: `${channel}/${answer.ts ?? ''}` }
      } catch (error) {
        return resultOf(error, told, { channel, team: incident.team, subject: row.subject })
      }
    },
  }
}

// `/spark list`: what is open, newest first.
import { type Incident, nameOf } from '../../../incidents/model.ts'
import { listIncidents } from '../../../incidents/repository.ts'
import { inline, mrkdwn, when } from '../../blocks/text.ts'
import type { Verb } from '../verb.ts'

const LISTED = 15

export const list: Verb = {
  name: 'list',
  usage: 'list [all]',
  does: 'open incidents, newest first; `all` shows resolved ones too',
  async run({ deps, rest }) {
    const states = rest === 'all' ? null : (['triggered', 'acknowledged'] as const)
    const incidents = await deps.store.transaction((tx) =>
      listIncidents(tx, { teams: null, states, limit: LISTED + 1, before: null }),
    )
    if (incidents.length === 0)
      return { text: rest === 'all' ? 'There has been no incident yet.' : 'No incident is open.' }
    const lines = incidents.slice(0, LISTED).map(line)
    if (incidents.length > LISTED) lines.push('…and older ones: `arrestor incident list` has all.')
    return { text: lines.join('\n'), blocks: [{ type: 'section', text: mrkdwn(lines.join('\n')) }] }
  },
}

function line(incident: Incident): string {
  const by =
    incident.state === 'acknowledged' && incident.acknowledgedBy !== null
      ? ` by ${inline(nameOf(incident.acknowledgedBy), 40)}`
      : ''
  return `*#${incident.number}* ${inline(incident.title, 100)} · ${incident.state}${by} · ${incident.severity} · ${inline(incident.team, 40)} · ${when(incident.openedAt, 'day')}`
}

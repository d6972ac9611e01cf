// What is told to whoever asks: the page (all that it draws), and tests and scripts (the plain state).
import { count, type Burning } from '../break/breaker.ts'
import { SCENARIOS } from '../break/scenarios.ts'
import { PAGERDUTY_SERVICES, PEOPLE, WORKSPACE } from '../seed.ts'
import type { FileRecord } from '../slack/types.ts'
import type { UiState } from '../ui-state.ts'
import { FAULT_CHOICES } from './fault-choices.ts'
import type { Kept } from './memory.ts'
import type { Parts } from './parts.ts'

/** The answer to GET /api/ui. */
export function uiState(parts: Parts, kept: Kept, serviceUrl: string): UiState {
  const { channels, ephemerals, views, commands, sockets, warnings } = parts.slack.state()
  return {
    team: WORKSPACE.team.domain,
    bot: WORKSPACE.botUser,
    people: PEOPLE.map(({ email: _email, ...person }) => person),
    slack: {
      channels,
      ephemerals,
      views,
      commands,
      sockets,
      warnings,
      origin: new URL(parts.slack.apiUrl).origin,
    },
    pagerduty: {
      incidents: parts.pagerduty.state().incidents,
      services: PAGERDUTY_SERVICES.map(({ id, name }) => ({ id, name })),
    },
    spark: { applications: parts.spark.applications() },
    scenarios: SCENARIOS.map(({ id, title, explains, team, severity, channel }) => ({
      id,
      title,
      explains,
      team,
      severity,
      channel,
      ...firing(kept.burning.filter((one) => one.scenario === id)),
    })),
    faultChoices: [...FAULT_CHOICES],
    faults: {
      slack: parts.slack.faults.list(),
      pagerduty: parts.pagerduty.faults.list(),
      spark: parts.spark.faults.list(),
    },
    serviceUrl,
    progress: kept.progress,
  }
}

function firing(burning: readonly Burning[]): { firing: number; since?: string } {
  const since = burning[0]?.startsAt
  return { firing: count(burning), ...(since === undefined ? {} : { since }) }
}

/** A file as tests and scripts read it: what it is called and how it begins. */
function told({ id, name, title, mimetype, size, preview, alt_txt }: FileRecord): Partial<FileRecord> {
  return {
    id,
    name,
    title,
    mimetype,
    size,
    ...(alt_txt === undefined ? {} : { alt_txt }),
    ...(preview === undefined ? {} : { preview }),
  }
}

/** The answer to GET /api/state: all that Slack and PagerDuty have been told, and how often each method was called. */
export function plainState(parts: Pick<Parts, 'slack' | 'pagerduty'>): Record<string, unknown> {
  const slack = parts.slack.state()
  const pagerduty = parts.pagerduty.state()
  return {
    slack: {
      channels: slack.channels.map(({ name, messages }) => ({
        name,
        messages: messages.map(({ ts, text, blocks, thread_ts, files }) => ({
          ts,
          text,
          blocks: blocks ?? [],
          ...(files === undefined ? {} : { files: files.map(told) }),
          ...(thread_ts === undefined ? {} : { thread_ts }),
        })),
      })),
    },
    pagerduty: { events: pagerduty.events, incidents: pagerduty.incidents },
    calls: { ...slack.calls, ...pagerduty.calls },
  }
}

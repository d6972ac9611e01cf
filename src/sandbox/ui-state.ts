// What the sandbox's page is told by GET /api/ui: types alone, shared by the server that fills them and the page.
import type { Fault } from './faults.ts'
import type { PdIncident } from './pagerduty/types.ts'
import type { SlackState } from './slack/types.ts'

/** A person of the workspace; `role` is one phrase that says what they may do. */
export type UiPerson = {
  id: string
  name: string
  realName: string
  role: string
  /** Their PagerDuty user, if they have one. */
  pagerdutyId?: string
}

/** An entry of the "break something" menu. `since` is ISO 8601; `firing` counts alerts not yet resolved. */
export type UiScenario = {
  id: string
  title: string
  explains: string
  team: string
  severity: 'critical' | 'warning'
  /** The channel where its card is expected. */
  channel: string
  firing: number
  since?: string
}

/** One application of the Spark replay. */
export type UiApplication = { id: string; name: string; state: string; startedAt?: string; uiUrl?: string }

/** Which of the three servers a fault strikes. */
export type FaultTarget = 'slack' | 'pagerduty' | 'spark'

/** An entry of the faults menu: what it is called, what it does, and the fault that it arms. */
export type UiFaultChoice = { id: string; target: FaultTarget; title: string; explains: string; fault: Fault }

export type UiState = {
  team: string
  bot: { id: string; name: string }
  people: UiPerson[]
  slack: Pick<SlackState, 'channels' | 'ephemerals' | 'views' | 'commands' | 'sockets' | 'warnings'> & {
    /** Where the files of the local Slack lie: the one place from which images are loaded. */
    origin: string
  }
  pagerduty: { incidents: PdIncident[]; services: { id: string; name: string }[] }
  spark: { applications: UiApplication[] }
  scenarios: UiScenario[]
  faultChoices: UiFaultChoice[]
  faults: Record<FaultTarget, Fault[]>
  /** Where alerts are sent. */
  serviceUrl: string
  /** How far the newcomer has come; kept across restarts. */
  progress: { broke: boolean; pressed: boolean }
}

/** What every POST of the page answers. */
export type UiResult = { ok: boolean; error?: string; message?: string; errors?: Record<string, string> }

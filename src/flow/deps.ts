// What flow is given at start: the store, the settings, the runbooks, and the world behind ports.
import type { Logger } from 'pino'
import type { RunbookIndex } from '../runbooks/index-of.ts'
import type { Library } from '../runbooks/load.ts'
import type { SourceState } from '../runbooks/source-state.ts'
import type { Clock, PlatformReader, PlatformWriter, Webhook } from '../ports.ts'
import type { Role } from '../remediation/roles.ts'
import type { Store } from '../store/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Settings, Team } from './settings.ts'

/** Who people are to a team; asks Slack for the members of user groups, so never inside a transaction. */
export interface OnCallDirectory {
  roleOf(team: Team, userId: string): Promise<Role>
}

/** Whether Slack's presses reach us. */
export interface SlackConnection {
  readonly connected: boolean
  /** Since when it is connected; null while it is not. */
  readonly since: Date | null
  /** Why it is not, in one sentence; null while it is. */
  readonly problem: string | null
}

export interface FlowDeps {
  readonly store: Store
  readonly clock: Clock
  readonly settings: Settings
  /** What a team's alerts are matched against now; open incidents keep the text they were opened with. */
  runbooks(team: string): RunbookIndex
  /** All that is loaded, of every team, and what is wrong with it. */
  library(): Library
  /** The git repositories that runbooks come from, as the last looks at them went. */
  runbookSources(): readonly SourceState[]
  slackConnection(): SlackConnection
  readonly readers: ReadonlyMap<string, PlatformReader>
  readonly writers: ReadonlyMap<string, PlatformWriter>
  /** Webhooks that actions may send, in the order of arrestor.yml. */
  readonly webhooks: readonly Webhook[]
  readonly directory: OnCallDirectory
  readonly logger: Logger
  readonly metrics: Metrics
}

// What flow is given at start: the store, the settings, the runbooks, and the world behind ports.
import type { Logger } from 'pino'
import type { RunbookIndex } from '../runbooks/index-of.ts'
import type { Library } from '../runbooks/load.ts'
import type { Clock, PlatformReader, PlatformWriter } from '../ports.ts'
import type { Role } from '../remediation/roles.ts'
import type { Store } from '../store/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Settings, Team } from './settings.ts'

/** Who people are to a team; asks Slack for the members of user groups, so never inside a transaction. */
export interface OnCallDirectory {
  roleOf(team: Team, userId: string): Promise<Role>
}

export interface FlowDeps {
  readonly store: Store
  readonly clock: Clock
  readonly settings: Settings
  /** What a team's alerts are matched against now; open incidents keep the text they were opened with. */
  runbooks(team: string): RunbookIndex
  /** All that is loaded, of every team, and what is wrong with it. */
  library(): Library
  readonly readers: ReadonlyMap<string, PlatformReader>
  readonly writers: ReadonlyMap<string, PlatformWriter>
  readonly directory: OnCallDirectory
  readonly logger: Logger
  readonly metrics: Metrics
}

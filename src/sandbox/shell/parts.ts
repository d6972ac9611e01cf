// The three systems that the shell holds together, as far as it needs each.
import type { Faults } from '../faults.ts'
import type { PagerDutyServer } from '../pagerduty/server.ts'
import type { SlackServer } from '../slack/types.ts'
import type { UiApplication } from '../ui-state.ts'

/** What the shell asks of the Spark replay. */
export type SparkPart = {
  applications: () => UiApplication[]
  /** Undefined when there is no recording of that name. */
  start: (recording: string) => Promise<{ appId: string } | undefined>
  faults: Faults
}

export type SlackPart = Omit<SlackServer, 'disconnect' | 'close'>
export type PagerDutyPart = Pick<
  PagerDutyServer,
  'state' | 'subscribe' | 'acknowledge' | 'resolve' | 'faults' | 'reset'
>

export type Parts = { slack: SlackPart; pagerduty: PagerDutyPart; spark: SparkPart }

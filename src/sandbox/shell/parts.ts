// The three systems that the shell holds together, as far as it needs each.
import type { Faults } from '../faults.ts'
import type { PagerDutyServer } from '../pagerduty/server.ts'
import type { SparkReplay } from '../spark/replay.ts'
import type { SlackServer } from '../slack/types.ts'
import type { UiApplication } from '../ui-state.ts'

/** What the shell asks of the Spark replay. */
export type SparkPart = {
  applications: () => UiApplication[]
  /** Undefined when there is no recording of that name. */
  start: (recording: string) => { appId: string } | undefined
  setWorkersAlive: (alive: boolean) => void
  reset: () => void
  faults: Faults
}

export type SlackPart = Omit<SlackServer, 'disconnect' | 'close'>
export type PagerDutyPart = Pick<
  PagerDutyServer,
  'state' | 'subscribe' | 'acknowledge' | 'resolve' | 'faults' | 'reset'
>

export type Parts = { slack: SlackPart; pagerduty: PagerDutyPart; spark: SparkPart }

/** The replay as the page shows it: a driver UI is linked only while there is one. */
export function sparkPart(replay: SparkReplay): SparkPart {
  return {
    applications: () =>
      replay.applications().map(({ appId, name, state, startedAt }) => ({
        id: appId,
        name,
        state,
        startedAt: new Date(startedAt).toISOString(),
        ...(state === 'RUNNING' ? { uiUrl: replay.uiUrl(appId) } : {}),
      })),
    start: (recording) =>
      replay.recordings().some((one) => one.id === recording) ? replay.start(recording) : undefined,
    setWorkersAlive: (alive) => replay.setWorkersAlive(alive),
    reset: () => replay.reset(),
    faults: replay.faults,
  }
}

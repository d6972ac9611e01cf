// Slack, put together: listeners on a socket that stays up, notifiers for the outbox, the directory of people.
import type { App } from '@slack/bolt'
import type { Drawer } from '../charts/drawer.ts'
import type { FlowDeps } from '../flow/deps.ts'
import { JOBS } from '../flow/destinations.ts'
import type { DueKind } from '../store/due.ts'
import type { Notifier } from '../store/outbox.ts'
import { type SlackTokens, createClient } from './client.ts'
import { registerCommand } from './commands/spark.ts'
import { chartNotifier } from './deliver/charts.ts'
import { cardNotifier } from './deliver/card.ts'
import { secondRouteNotifier } from './deliver/second-route.ts'
import { threadNotifier } from './deliver/thread.ts'
import { createTold } from './deliver/told.ts'
import { type TwinJob, deleteTwins, twinDue } from './deliver/twins.ts'
import { registerActionInputs } from './listeners/action-inputs.ts'
import { registerButtons } from './listeners/buttons.ts'
import { registerRunbookModal } from './listeners/runbook-modal.ts'
import { permalinkOf } from './permalink.ts'
import { type SlackSocket, connectSocket } from './socket.ts'

export { createDirectory } from './directory.ts'
export { createClient } from './client.ts'
export { slackFromEnvironment } from './config.ts'

export interface SlackRoom {
  readonly notifiers: readonly Notifier[]
  readonly dueKinds: readonly DueKind[]
  /** Job handlers by queue. */
  readonly jobs: Readonly<Record<string, (data: TwinJob) => Promise<void>>>
  connect(): SlackSocket
  /** Slack's address of an incident's card, or null while it is not posted. */
  permalink(incidentId: string): Promise<string | null>
}

/** Whoever gives `drawer` closes it. */
export function createSlack(deps: FlowDeps, tokens: SlackTokens, drawer: Drawer): SlackRoom {
  // Deliveries and presses have a client each: a slow-down of one must not hold up the other.
  const client = createClient(tokens)
  const told = createTold(deps.logger)
  const register = (app: App): void => {
    registerButtons(app, deps)
    registerActionInputs(app, deps)
    registerRunbookModal(app, deps)
    registerCommand(app, deps)
  }
  return {
    notifiers: [
      cardNotifier(deps, client, told),
      threadNotifier(client, told),
      chartNotifier(client, told, drawer),
      secondRouteNotifier(deps, client, told),
    ],
    dueKinds: [twinDue],
    jobs: { [JOBS.twins]: (job) => deleteTwins(client, job) },
    permalink: (incidentId) => permalinkOf(deps, client, incidentId),
    connect: () =>
      connectSocket({
        tokens,
        logger: deps.logger,
        metrics: deps.metrics,
        now: () => deps.clock.now(),
        told,
        register,
      }),
  }
}

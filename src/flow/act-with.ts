// Whom an action acts with: the incident's platform, or a webhook of the operator's.
import type { Incident } from '../incidents/model.ts'
import { type Deployment, deploymentsAbout } from '../incidents/deployments.ts'
import type { WriteOutcome } from '../ports.ts'
import { type ActionRun, runToBeVerified } from '../remediation/action-runs.ts'
import type { Action, Pipeline, Verification } from '../remediation/action.ts'
import { offeredAt } from '../remediation/offers.ts'
import type { Order } from '../remediation/order.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { REQUESTS } from '../remediation/requests.ts'
import type { Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { refOf } from './events.ts'

/** Names of the webhooks that serve a team, in the order of arrestor.yml. */
export function webhooksFor({ webhooks }: Pick<FlowDeps, 'webhooks'>, team: string): readonly string[] {
  return webhooks.filter(({ teams }) => teams === null || teams.includes(team)).map(({ name }) => name)
}

/** The kept deploy markers that speak of the incident's job, as many as tell what was before. */
export async function deploymentsOf(tx: Tx, incident: Incident): Promise<readonly Deployment[]> {
  const { team, platform, run } = incident
  if (run.jobName === null) return []
  return await deploymentsAbout(tx, { team, platform, jobName: run.jobName }, new Date(0))
}

/**
 * Why the action must wait, where one on its target has been accepted and is not verified yet; null where nothing stands
 * against it.
 */
export async function underWay(
  tx: Tx,
  { action, target }: Pick<ActionRun, 'action' | 'target'>,
): Promise<string | null> {
  if (ACTIONS.get(action)?.untilVerified !== true) return null
  const before = await runToBeVerified(tx, target)
  if (before === null) return null
  return `An action on ${target} was accepted (requested by ${before.requestedBy.name}) and is still being verified. Nothing was done.`
}

export type Execute = (order: Order, signal: AbortSignal) => Promise<WriteOutcome>
export type Look = (order: Order, signal: AbortSignal) => Promise<Verification>

/** Runs the action of this run, or the sentence why nobody can. */
export function executorOf(
  deps: FlowDeps,
  incident: Incident,
  run: ActionRun,
  action: Action,
): Execute | string {
  if (action.needs === null) {
    const pipeline = pipelineOf(deps, incident, run)
    return (order, signal) => action.execute(order, pipeline, signal)
  }
  const writer = incident.platform === null ? undefined : deps.writers.get(incident.platform)
  if (writer === undefined || !writer.capabilities.has(action.needs))
    return `platform ${incident.platform ?? 'unknown'} does not offer ${run.action}`
  return (order, signal) => action.execute(order, writer, signal)
}

/** Looks whether the action of this run worked, or the sentence why nobody can. */
export function lookOf(deps: FlowDeps, incident: Incident, run: ActionRun, action: Action): Look | string {
  if (action.needs === null) {
    const pipeline = pipelineOf(deps, incident, run)
    return (order, signal) => action.verify(order, pipeline, signal)
  }
  const reader = incident.platform === null ? undefined : deps.readers.get(incident.platform)
  if (reader === undefined) return `platform ${incident.platform ?? 'unknown'} cannot be asked`
  // What was true before the action proves nothing: an answer that others share may be of then.
  return (order, signal) => action.verify(order, reader.fresh ?? reader, signal)
}

function pipelineOf(deps: FlowDeps, incident: Incident, run: ActionRun): Pipeline {
  return {
    deployments: () => deps.store.transaction((tx) => deploymentsOf(tx, incident)),
    news: () =>
      deps.store.transaction(async (tx) => {
        const since = await offeredAt(tx, run.offerId)
        return (await deploymentsOf(tx, incident)).filter((one) => since === null || one.receivedAt > since)
      }),
    async send(name, { type, data }, signal) {
      const webhook = deps.webhooks.find((one) => one.name === name)
      if (webhook === undefined || !webhooksFor(deps, incident.team).includes(name))
        return {
          kind: 'refused',
          next: 'look',
          detail: `team ${incident.team} has no webhook ${name}: it stands under rollback.webhooks in arrestor.yml`,
        }
      // The schema is checked, so that a published version cannot drift.
      const whole = REQUESTS[type].parse({ ...aboutOf(deps, incident, run), ...data })
      return await webhook.send({ id: run.id, type, at: deps.clock.now(), data: whole }, signal)
    },
  }
}

/** What every request says of incident, run and person. */
function aboutOf(
  { settings }: FlowDeps,
  incident: Incident,
  run: ActionRun,
): Readonly<Record<string, unknown>> {
  const { platform, cluster, jobName, runId, attempt } = incident.run
  return {
    incident: {
      ...refOf(incident),
      link: settings.publicUrl === null ? null : `${settings.publicUrl}/incidents/${incident.id}`,
    },
    run: { platform: incident.platform ?? platform, cluster, job_name: jobName, run_id: runId, attempt },
    requested_by: run.requestedBy,
    requested_at: run.requestedAt.toISOString(),
  }
}

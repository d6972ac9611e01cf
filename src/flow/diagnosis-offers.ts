// The actions that a diagnosis offers: those whose conditions hold, and that have not been done already.
import { newId } from '../incidents/id.ts'
import type { Deployment } from '../incidents/deployments.ts'
import type { Incident } from '../incidents/model.ts'
import { type ActionRun, listRuns } from '../remediation/action-runs.ts'
import { type NewOffer, isSameOffer, offersInVain } from '../remediation/offers.ts'
import { isOvertaken } from '../remediation/overtaken.ts'
import { plannedOffers } from '../remediation/planned-offers.ts'
import { ACTIONS } from '../remediation/registry.ts'
import type { ProbeOutputs, Runbook } from '../runbooks/model.ts'
import type { Tx } from '../store/store.ts'
import { deploymentsOf, webhooksFor } from './act-with.ts'
import type { FlowDeps } from './deps.ts'
import { factsWith, firstAlert, namesFor, sectionsOf } from './diagnosis-view.ts'
import type { WhoseRun } from './whose-run.ts'

/** What offers are made from. */
export interface Known {
  readonly runbook: Runbook
  /** What the probes of its text found. */
  readonly outputs: ProbeOutputs
  readonly whose: WhoseRun
}

/** Offers for an incident, not stored yet; none for a run of another team's. */
export async function offersFor(
  tx: Tx,
  deps: FlowDeps,
  about: Incident,
  { runbook, outputs, whose }: Known,
  now: Date,
): Promise<NewOffer[]> {
  if (whose.foreign !== null) return []
  const incident = aimed(about, whose)
  const alert = await firstAlert(tx, incident)
  const facts = factsWith(deps, incident, alert, outputs)
  const texts = Object.fromEntries(facts)
  const deployments = await deploymentsOf(tx, incident)
  const settled = new Set(
    (await listRuns(tx, incident.id))
      .filter((run) => run.state !== 'failed' && !isOver(run, deployments))
      .map((run) => `${run.action} ${run.target}`),
  )
  const inVain = await offersInVain(tx, incident.id)
  const planned = plannedOffers(
    sectionsOf(deps, incident, runbook, facts),
    {
      team: incident.team,
      run: incident.run,
      facts: texts,
      webhooks: webhooksFor(deps, incident.team),
      deployments,
      lookup: namesFor(deps, incident, alert, outputs),
    },
    deps.settings.floors,
  )
  return planned
    .filter(({ action }) => !whose.ended || action.needs !== 'application.kill') // What is over cannot be ended once more.
    .filter(({ action, target }) => !settled.has(`${action.id} ${target}`))
    .filter(
      ({ action, target, params }) =>
        !inVain.some(({ offer }) => isSameOffer(offer, { action: action.id, target, params })),
    )
    .map(({ step, action, target, title, requires, params, inputs }) => ({
      id: newId('off', now),
      incidentId: incident.id,
      step: step.id,
      action: action.id,
      target,
      title,
      params,
      inputs,
      requires,
      verifyMs: step.verify?.withinMs ?? null,
      runbookHash: runbook.hash,
    }))
}

/** The incident as actions aim at it. */
function aimed(incident: Incident, { surely }: WhoseRun): Incident {
  return surely === null ? incident : { ...incident, run: { ...incident.run, runId: surely } }
}

/** Another of its kind may be ordered: it was not seen to work; or it was, and more than one makes sense by now. */
function isOver(run: ActionRun, deployments: readonly Deployment[]): boolean {
  if (run.state !== 'succeeded' || run.verified === 'pending') return false
  const action = ACTIONS.get(run.action)
  if (run.verified === 'not_verified' || action?.repeatable === true) return true
  return action?.needs === null && isOvertaken(run, deployments)
}

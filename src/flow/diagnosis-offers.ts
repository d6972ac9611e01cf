// The actions that a diagnosis offers: those whose conditions hold, and that have not been done already.
import { newId } from '../incidents/id.ts'
import type { Incident } from '../incidents/model.ts'
import { type ActionRun, listRuns } from '../remediation/action-runs.ts'
import { type NewOffer, isSameOffer, offersInVain } from '../remediation/offers.ts'
import { plannedOffers } from '../remediation/planned-offers.ts'
import { ACTIONS } from '../remediation/registry.ts'
import type { ProbeOutputs, Runbook } from '../runbooks/model.ts'
import type { Tx } from '../store/store.ts'
import { deploymentsOf, webhooksFor } from './act-with.ts'
import type { FlowDeps } from './deps.ts'
import { factsWith, firstAlert, namesFor, sectionsOf } from './diagnosis-view.ts'

/** Offers for an incident, not stored yet; `outputs` are what the probes of its text found. */
export async function offersFor(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  runbook: Runbook,
  outputs: ProbeOutputs,
  now: Date,
): Promise<NewOffer[]> {
  const alert = await firstAlert(tx, incident)
  const facts = factsWith(deps, incident, alert, outputs)
  const texts = Object.fromEntries(facts)
  const settled = new Set(
    (await listRuns(tx, incident.id))
      .filter((run) => run.state !== 'failed' && !isOver(run))
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
      deployments: await deploymentsOf(tx, incident),
      lookup: namesFor(deps, incident, alert, outputs),
    },
    deps.settings.floors,
  )
  return planned
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

/** It was seen to work, or to end badly, and another of its kind may be ordered. */
function isOver({ action, state, verified }: ActionRun): boolean {
  return ACTIONS.get(action)?.repeatable === true && state === 'succeeded' && verified !== 'pending'
}

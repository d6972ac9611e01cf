// Running an action: checked again, fenced, executed once outside any transaction, recorded, then verified (P5, P7, P8).
import { reasonOf } from '../errors.ts'
import type { Incident } from '../incidents/model.ts'
import { findIncident, lockIncident, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { ACTIONS } from '../remediation/registry.ts'
import {
  type ActionRun,
  type RunChange,
  changeRun,
  lockRun,
  madeEarlier,
  startRun,
} from '../remediation/action-runs.ts'
import { findOffer } from '../remediation/offers.ts'
import { orderOf } from '../remediation/order.ts'
import { type Role, mayDo } from '../remediation/roles.ts'
import { recordable } from '../remediation/inputs.ts'
import { recordRun } from '../remediation/run-record.ts'
import type { WriteOutcome } from '../ports.ts'
import { type DueKind, schedule } from '../store/due.ts'
import type { Tx } from '../store/store.ts'
import { executorOf, underWay } from './act-with.ts'
import { captureBefore } from './capture.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { DUE } from './destinations.ts'
import { firstAlert } from './diagnosis-view.ts'
import { refusedAfresh } from './judged-afresh.ts'
import { lookAgainAt } from './look-again.ts'
import { offerAgain } from './offer-again.ts'
import { discretionOf } from './settings.ts'
import { tellThread } from './thread.ts'

/** How long one execution may take; with what is asked and captured before (see `captureBefore`) it stays below the lease. */
const EXECUTE_MS = 20_000
/** After it the run is `unknown` and its target held. */
const LEASE_MS = 45_000

/** Handler of the `act` job. Coming twice is harmless: a run starts once. */
export async function runAction(deps: FlowDeps, actionRunId: string): Promise<void> {
  const started = await start(deps, actionRunId)
  if (started === null) return
  const { run, incident } = started
  const outcome = await outcomeOf(deps, started)
  const { text } = discretionOf(deps.settings, incident.team)
  await recordOutcome(deps, run, { ...outcome, detail: text(outcome.detail) })
}

interface Started {
  readonly run: ActionRun
  readonly incident: Incident
  /** Of who has asked, as it is now. */
  readonly role: Role
  /** Of the alert that the diagnosis was made by. */
  readonly labels: Readonly<Record<string, string>>
  /** What earlier runs on the same target have made. */
  readonly earlier: readonly string[]
}

/** Acts, once, or says why nobody can. Does not throw. */
async function outcomeOf(
  deps: FlowDeps,
  { run, incident, role, labels, earlier }: Started,
): Promise<WriteOutcome> {
  const action = ACTIONS.get(run.action)
  if (action === undefined) return { kind: 'refused', detail: `${run.action} is not known to this version` }
  const execute = executorOf(deps, incident, run, action)
  if (typeof execute === 'string') return { kind: 'refused', detail: execute }
  // A newer version may take other parameters than the one that offered it.
  const read = orderOf(action, run, incident.run, earlier)
  if (!read.ok) return { kind: 'refused', detail: read.problem }
  try {
    const refusal = await refusedAfresh(deps, incident, action, read.order, { role, labels })
    if (refusal !== null) return { kind: 'refused', detail: refusal, next: 'look' }
    if (action.endsEvidence === true) await captureBefore(deps, incident, run)
    return await execute(read.order, AbortSignal.timeout(EXECUTE_MS))
  } catch (error) {
    return { kind: 'unknown', detail: reasonOf(error) }
  }
}

async function start(deps: FlowDeps, id: string): Promise<Started | null> {
  const seen = await deps.store.db
    .selectFrom('action_runs')
    .select(['incident_id', 'offer_id', 'requested_by'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (seen === undefined) return null
  const incidentNow = await deps.store.transaction((tx) => findIncident(tx, seen.incident_id))
  const team = incidentNow === null ? undefined : deps.settings.teams.get(incidentNow.team)
  const requestedBy = seen.requested_by as ActionRun['requestedBy']
  const role =
    team === undefined || requestedBy.kind !== 'person'
      ? 'viewer'
      : await deps.directory.roleOf(team, requestedBy.id)
  return await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const incident = await lockIncident(tx, seen.incident_id)
    const offer = await findOffer(tx, seen.offer_id)
    if (incident === null || offer === null) return null
    const run = await startRun(tx, id, now)
    if (run === null) return null
    const permission = mayDo(role, offer.requires, offer.title, incident.team)
    const refusal = !permission.may
      ? permission.sentence
      : incident.state === 'resolved'
        ? 'The incident was resolved before the action began.'
        : await underWay(tx, run)
    if (refusal !== null) {
      await end(tx, deps, incident, run, { state: 'failed', verified: 'not_needed', detail: refusal }, now)
      // Nothing happened, and somebody else may still want it.
      await offerAgain(tx, run, now)
      return null
    }
    await schedule(tx, {
      kind: DUE.actionLease,
      subject: run.id,
      dueAt: new Date(now.getTime() + LEASE_MS),
      data: { fence: run.fence },
    })
    await record(
      tx,
      incident.id,
      {
        kind: 'action_started',
        actor: run.requestedBy,
        reason: run.action,
        data: { target: run.target, run: run.id },
      },
      now,
    )
    await requestCards(tx, [await updateIncident(tx, incident, {})], now)
    const labels = (await firstAlert(tx, incident))?.labels ?? {}
    return { run, incident, role, labels, earlier: await madeEarlier(tx, run) }
  })
}

async function recordOutcome(deps: FlowDeps, run: ActionRun, outcome: WriteOutcome): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const incident = await lockIncident(tx, run.incidentId)
    const current = await lockRun(tx, run.id)
    // Its lease may have run out meanwhile: a late answer settles what was unknown, unless a person has.
    const open = current?.state === 'running' || current?.state === 'unknown'
    if (incident === null || !open || current.fence !== run.fence) return
    const offer = await findOffer(tx, run.offerId)
    const until = new Date(now.getTime() + (offer?.verifyMs ?? 60_000)).toISOString()
    const verifySoon = (): Promise<void> =>
      schedule(tx, {
        kind: DUE.actionVerify,
        subject: run.id,
        dueAt: new Date(now.getTime() + 500),
        data: { until, tries: 0 },
      })
    switch (outcome.kind) {
      case 'accepted':
        await end(
          tx,
          deps,
          incident,
          current,
          {
            state: 'succeeded',
            detail: outcome.detail,
            ...(outcome.made === undefined ? {} : { made: outcome.made }),
          },
          now,
        )
        return await verifySoon()
      case 'refused':
        await end(
          tx,
          deps,
          incident,
          current,
          {
            state: 'failed',
            verified: 'not_needed',
            detail: outcome.detail,
            inVain: outcome.next === 'never',
          },
          now,
        )
        if (incident.state === 'resolved') return undefined
        return (outcome.next ?? 'again') === 'again'
          ? await offerAgain(tx, current, now)
          : await lookAgainAt(tx, incident, now)
      case 'unknown':
        if (current.state === 'unknown') return undefined
        await end(tx, deps, incident, current, { state: 'unknown', detail: outcome.detail }, now)
        return await verifySoon()
    }
  })
}

/**
 * A lease ran out. Of a run that was never started: it fails, and is offered again. Of one that was: nobody recorded how
 * it ended, so it is unknown and its target stays held.
 */
export function actionLeaseDue(deps: FlowDeps): DueKind {
  return {
    kind: DUE.actionLease,
    async handle(tx, row, now) {
      const seen = await tx
        .selectFrom('action_runs')
        .select('incident_id')
        .where('id', '=', row.subject)
        .executeTakeFirst()
      const incident = seen === undefined ? null : await lockIncident(tx, seen.incident_id)
      const run = await lockRun(tx, row.subject)
      if (incident === null || run === null || run.fence !== row.data['fence']) return
      if (run.state === 'requested') {
        await end(
          tx,
          deps,
          incident,
          run,
          { state: 'failed', verified: 'not_needed', detail: 'it could not be started' },
          now,
        )
        await offerAgain(tx, run, now)
        return
      }
      if (run.state !== 'running') return
      await end(
        tx,
        deps,
        incident,
        run,
        { state: 'unknown', detail: 'the process that ran it stopped before it recorded an answer' },
        now,
      )
      const offer = await findOffer(tx, run.offerId)
      const until = new Date(now.getTime() + (offer?.verifyMs ?? 60_000)).toISOString()
      await schedule(tx, { kind: DUE.actionVerify, subject: run.id, dueAt: now, data: { until, tries: 0 } })
    },
  }
}

/** Moves a run on and tells the timeline, the thread, the audit and the card. */
export async function end(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  run: ActionRun,
  change: RunChange & { readonly state: 'succeeded' | 'failed' | 'unknown'; readonly detail: string },
  now: Date,
): Promise<void> {
  const changed = await changeRun(tx, run, run.state, change, now)
  if (changed === null) return
  const kind = change.state === 'unknown' ? 'action_unknown' : 'action_ended'
  await recordRun(
    tx,
    run,
    { kind, reason: `${run.action}: ${change.state}`, outcome: change.state, detail: change.detail },
    now,
  )
  await tellThread(
    tx,
    incident.id,
    {
      type: 'action',
      action: run.action,
      target: run.target,
      state: change.state,
      detail: change.detail,
      by: run.requestedBy,
      ...(Object.keys(run.params).length === 0 ? {} : { params: recordable(run.params) }),
    },
    now,
  )
  await requestCards(tx, [await updateIncident(tx, incident, {})], now)
  deps.metrics.actions.inc({ action: run.action, state: change.state })
}

// After an action: ask Spark until it says that the action worked, or the time is up; settle what had no answer.
import { reasonOf } from '../errors.ts'
import type { Incident } from '../incidents/model.ts'
import { findIncident, lockIncident, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { ACTIONS } from '../remediation/registry.ts'
import type { Verification } from '../remediation/action.ts'
import { type ActionRun, type Verified, changeRun, lockRun, toActionRun } from '../remediation/action-runs.ts'
import { audit } from '../remediation/audit.ts'
import { withdrawSame } from '../remediation/offers.ts'
import { orderOf } from '../remediation/order.ts'
import { mayDo } from '../remediation/roles.ts'
import { recordRun } from '../remediation/run-record.ts'
import { type DueKind, schedule } from '../store/due.ts'
import { enqueue } from '../store/jobs.ts'
import type { Tx } from '../store/store.ts'
import { lookOf } from './act-with.ts'
import { requestCards } from './card-version.ts'
import { changesAgain } from './changes-again.ts'
import type { FlowDeps } from './deps.ts'
import { DUE, JOBS } from './destinations.ts'
import { publish, refOf } from './events.ts'
import { lookAgainAt } from './look-again.ts'
import { offerAgain } from './offer-again.ts'
import { type Origin, type Person, type Pressed, FOREIGN, isForeign, refuse, unknownThing } from './press.ts'
import { discretionOf } from './settings.ts'
import { tellThread } from './thread.ts'

const ASK_MS = 10_000
const LOST_JOB_MS = 120_000
/** So often the look that a marker asks for is made, should its job be lost. */
const LATE_LOOKS = 3
/** Between two looks: soon at first, then not more often than Spark's own listings change. */
const pauseMs = (tries: number): number => Math.min(500 * 2 ** tries, 5_000)

/** A look is due: it asks Spark, so it becomes a job. */
export function actionVerifyDue(): DueKind {
  return {
    kind: DUE.actionVerify,
    async handle(tx, row, now) {
      const run = await tx
        .selectFrom('action_runs')
        .select('verified')
        .where('id', '=', row.subject)
        .executeTakeFirst()
      const late = row.data['late'] === true
      if (!isWaiting(run?.verified, late)) return
      const tries = Number(row.data['tries'])
      if (late && tries >= LATE_LOOKS) return
      // Should the job fail for good, the look is due again; one that works sets its own time.
      await schedule(tx, {
        kind: DUE.actionVerify,
        subject: row.subject,
        dueAt: new Date(now.getTime() + LOST_JOB_MS),
        data: late ? { ...row.data, tries: tries + 1 } : row.data,
      })
      const { until } = row.data
      await enqueue(tx, JOBS.verify, { actionRunId: row.subject, until, tries, ...(late ? { late } : {}) })
    },
  }
}

export interface VerifyJob {
  readonly actionRunId: string
  readonly until: string
  readonly tries: number
  /** Its time was up and that is told: a look for the one thing that a marker may show now. Absent: it is waited for. */
  readonly late?: boolean
}

/** Whether anybody still wants to know how the run ended. */
function isWaiting(verified: Verified | undefined, late: boolean): boolean {
  return verified === 'pending' || (late && verified === 'not_verified')
}

/** Handler of the `verify` job: one look at Spark, then verified, asked again later, or given up. */
export async function verifyAction(deps: FlowDeps, job: VerifyJob): Promise<void> {
  const seen = await deps.store.db
    .selectFrom('action_runs')
    .selectAll()
    .where('id', '=', job.actionRunId)
    .executeTakeFirst()
  if (seen === undefined || !isWaiting(seen.verified, job.late === true)) return
  const incident = await deps.store.transaction((tx) => findIncident(tx, seen.incident_id))
  const look =
    incident === null
      ? ({ kind: 'waiting', detail: 'its incident is gone' } as const)
      : await lookOnce(deps, incident, toActionRun(seen))
  const { text } = discretionOf(deps.settings, incident?.team ?? '')
  await deps.store.transaction((tx) => recordLook(tx, deps, job, { ...look, detail: text(look.detail) }))
}

/** One look, or why nobody can look. Does not throw. */
async function lookOnce(deps: FlowDeps, incident: Incident, run: ActionRun): Promise<Verification> {
  const action = ACTIONS.get(run.action)
  if (action === undefined) return { kind: 'waiting', detail: `${run.action} is not known to this version` }
  const look = lookOf(deps, incident, run, action)
  if (typeof look === 'string') return { kind: 'waiting', detail: look }
  const read = orderOf(action, run, incident.run)
  const whom = action.needs === null ? 'The deploy markers' : 'Spark'
  try {
    if (!read.ok) throw new Error(read.problem)
    return await look(read.order, AbortSignal.timeout(ASK_MS))
  } catch (error) {
    return { kind: 'waiting', detail: `${whom} could not be asked: ${reasonOf(error)}` }
  }
}

async function recordLook(tx: Tx, deps: FlowDeps, job: VerifyJob, look: Verification): Promise<void> {
  const now = deps.clock.now()
  const seen = await tx
    .selectFrom('action_runs')
    .select('incident_id')
    .where('id', '=', job.actionRunId)
    .executeTakeFirst()
  const incident = seen === undefined ? null : await lockIncident(tx, seen.incident_id)
  const run = await lockRun(tx, job.actionRunId)
  if (
    incident === null ||
    run === null ||
    !isWaiting(run.verified, job.late === true) ||
    (run.state !== 'succeeded' && run.state !== 'unknown')
  )
    return
  if (look.kind === 'waiting' && now < new Date(job.until)) {
    await schedule(tx, {
      kind: DUE.actionVerify,
      subject: run.id,
      dueAt: new Date(now.getTime() + pauseMs(job.tries)),
      data: { until: job.until, tries: job.tries + 1 },
    })
    return
  }
  if (look.kind === 'waiting' && run.verified === 'not_verified') {
    // Told as not confirmed already: the card says what is known by now, and nobody is called for it.
    if (look.detail === run.detail) return
    await changeRun(tx, run, run.state, { detail: look.detail }, now)
    await requestCards(tx, [await updateIncident(tx, incident, {})], now)
    return
  }
  const verified = look.kind === 'verified' ? ('verified' as const) : ('not_verified' as const)
  // An execution without an answer is settled by what Spark shows; without proof its target stays held.
  const state = run.state === 'unknown' && look.kind !== 'waiting' ? ('succeeded' as const) : run.state
  const changed = await changeRun(tx, run, run.state, { state, verified, detail: look.detail }, now)
  if (changed === null) return
  await recordRun(
    tx,
    run,
    { kind: 'action_verified', reason: verified, outcome: verified, detail: look.detail },
    now,
  )
  await tellThread(
    tx,
    incident.id,
    {
      type: 'verified',
      action: run.action,
      target: run.target,
      verified,
      state,
      detail: look.detail,
    },
    now,
  )
  await publish(
    tx,
    deps.settings,
    'action.ended.v1',
    incident,
    {
      incident: refOf(incident),
      action: run.action,
      target: run.target,
      state,
      verified,
      at: now.toISOString(),
    },
    now,
  )
  // Its time was up, and it was offered again: that is no more than what has happened.
  if (run.verified === 'not_verified') await withdrawSame(tx, changed, 'it was seen to have worked', now)
  // Spark accepted it, yet it did not take effect: it may be tried again.
  if (look.kind === 'waiting' && state === 'succeeded') await offerAgain(tx, changed, now)
  // Markers that came while it was waited for have changed what may be asked for next.
  if (ACTIONS.get(run.action)?.needs === null) await changesAgain(tx, [incident.id], now)
  // It took effect and ended badly: what is known of it is of before.
  if (look.kind === 'contradicted' && incident.state !== 'resolved') await lookAgainAt(tx, incident, now)
  await requestCards(tx, [await updateIncident(tx, incident, {})], now)
}

/** A person settles an action that ended without an answer; only then is its target free again (P7). */
export async function settleUnknown(
  deps: FlowDeps,
  actionRunId: string,
  person: Person,
  happened: boolean,
  origin: Origin | null,
): Promise<Pressed> {
  const seen = await deps.store.db
    .selectFrom('action_runs')
    .innerJoin('incidents', 'incidents.id', 'action_runs.incident_id')
    .select(['incidents.team', 'incidents.id'])
    .where('action_runs.id', '=', actionRunId)
    .executeTakeFirst()
  const team = seen === undefined ? undefined : deps.settings.teams.get(seen.team)
  if (seen === undefined || team === undefined)
    return await unknownThing(deps, actionRunId, person, 'That action is not known here. Nothing was done.')
  const role = await deps.directory.roleOf(team, person.id)
  const pressed = await deps.store.transaction(async (tx): Promise<Pressed> => {
    const now = deps.clock.now()
    const incident = await lockIncident(tx, seen.id)
    const run = await lockRun(tx, actionRunId)
    if (incident === null || run === null)
      return { kind: 'refused', sentence: 'That action is not known here.' }
    const permission = mayDo(role, 'commander', 'Settling an action', incident.team)
    if (!permission.may) return await refuse(tx, incident, person, 'settle', permission.sentence, now)
    if (await isForeign(tx, incident, origin))
      return await refuse(tx, incident, person, 'settle', FOREIGN, now)
    if (run.state !== 'unknown') return { kind: 'already', sentence: `That action is settled: ${run.state}.` }
    const state = happened ? ('succeeded' as const) : ('failed' as const)
    const detail = `${person.name} looked and says it ${happened ? 'happened' : 'did not happen'}`
    await changeRun(tx, run, 'unknown', { state, verified: 'not_needed', detail, settledBy: person }, now)
    await record(
      tx,
      incident.id,
      { kind: 'action_settled', actor: person, reason: state, data: { target: run.target, run: run.id } },
      now,
    )
    await audit(
      tx,
      { actor: person, action: 'action.settled', subject: run.id, data: { target: run.target, state } },
      now,
    )
    if (!happened) await offerAgain(tx, run, now)
    if (ACTIONS.get(run.action)?.needs === null) await changesAgain(tx, [incident.id], now)
    const changed = await updateIncident(tx, incident, {})
    await requestCards(tx, [changed], now)
    return { kind: 'done', sentence: `Settled: ${detail}.`, incident: changed }
  })
  deps.metrics.presses.inc({ press: 'settle', outcome: pressed.kind })
  return pressed
}

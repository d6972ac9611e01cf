// What a new incident starts with: its runbook (matched and explained), key, policy, first timer, diagnosis.
import type { OwnedAlert } from '../alerts/fold.ts'
import { type Policy, firstRung } from '../escalation/policy.ts'
import { type Decision, decideAll } from '../incidents/decisions.ts'
import { newId } from '../incidents/id.ts'
import { keyOf } from '../incidents/key.ts'
import type { Incident } from '../incidents/model.ts'
import type { Opening } from '../incidents/open.ts'
import { type Match, matchAlert } from '../runbooks/match.ts'
import { type Runbook, probesOf } from '../runbooks/model.ts'
import { type Due, scheduleAll } from '../store/due.ts'
import { enqueueAll } from '../store/jobs.ts'
import type { Tx } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { DUE, JOBS } from './destinations.ts'
import { publish, refOf } from './events.ts'
import { recoveryDues } from './recover.ts'
import { policyFor } from './settings.ts'

/** An alert that would open an incident, with everything decided before the database is asked. */
export interface Planned {
  readonly owned: OwnedAlert
  readonly opening: Opening
  readonly match: Match
  /** The timeline's reason for opening: how the runbook was found. */
  readonly reason: string
  readonly routed: string
}

/** Matches the alert, chooses its key and policy. Pure but for the new id. */
export function planOpening(deps: FlowDeps, owned: OwnedAlert & { routed?: string }, now: Date): Planned {
  const { alert, platform } = owned
  const team = deps.settings.teams.get(owned.team)
  if (team === undefined) throw new Error(`team ${owned.team} is not configured`)
  const run = { ...alert.run, platform }
  const kind = platform === null ? undefined : deps.settings.platforms.get(platform)?.kind
  const match = matchAlert(deps.runbooks(owned.team), { ...alert, run }, undefined, kind)
  const runbook = match.runbook
  const policy = policyFor(deps.settings, team, runbook?.escalation ?? null)
  const opening: Opening = {
    id: newId('inc', now),
    team: owned.team,
    key: keyOf(alert, platform, runbook?.keyLabels ?? []),
    title: titleOf(owned, match.reason === 'catch_all' ? null : (runbook?.title ?? null)),
    severity: runbook?.severity ?? alert.severity,
    source: alert.source,
    platform,
    run,
    runbookId: runbook?.id ?? null,
    runbookHash: runbook?.hash ?? null,
    match: {
      reason: match.reason,
      explanation: match.explanation,
      runnersUp: match.runnersUp,
      unknownName: match.unknownName,
    },
    policyName: policy.name,
    policy: policy.policy,
    diagnosis:
      runbook !== null && (needsDiagnosis(runbook) || canBeSeen(deps, platform)) ? 'pending' : 'none',
  }
  return { owned, opening, match, reason: match.reason, routed: owned.routed ?? 'unknown' }
}

/** Whether there is anything to look at or to offer. */
export function needsDiagnosis(runbook: Runbook): boolean {
  return probesOf(runbook).length > 0 || runbook.sections.some((section) => section.actions.length > 0)
}

/** Whether a platform can be asked: then its evidence is captured, whatever the runbook looks at. */
function canBeSeen(deps: Pick<FlowDeps, 'readers'>, platform: string | null): boolean {
  return platform !== null && deps.readers.has(platform)
}

/** Longer than the probes' deadline and the job's retries: what has not ended by then never will. */
const DIAGNOSIS_MS = 180_000

/** What follows from opening: runbook text pinned, first rung set, diagnosis begun, the event published. */
export async function announceOpened(
  tx: Tx,
  deps: FlowDeps,
  incidents: readonly Incident[],
  opened: ReadonlyMap<string, Planned>,
  now: Date,
): Promise<void> {
  const plans = incidents.flatMap((incident) => {
    const plan = opened.get(incident.id)
    return plan === undefined ? [] : [{ incident, plan }]
  })
  if (plans.length === 0) return
  await pinRunbooks(
    tx,
    plans.flatMap(({ plan }) => plan.match.runbook ?? []),
  )
  const pending = plans.flatMap(({ incident }) => (incident.diagnosis === 'pending' ? [incident] : []))
  await scheduleAll(tx, [
    ...plans.flatMap(({ incident, plan }) => {
      const rung = firstRung(plan.opening.policy as Policy, incident.openedAt)
      const data = { step: rung?.step, round: rung?.round }
      return rung === null ? [] : [{ kind: DUE.escalation, subject: incident.id, dueAt: rung.dueAt, data }]
    }),
    ...pending.map((incident) => deadlineOf(incident, now)),
    ...recoveryDues(
      deps,
      plans.map(({ incident }) => incident),
      now,
    ),
  ])
  await enqueueAll(
    tx,
    JOBS.diagnose,
    pending.map(({ id }) => ({ incidentId: id })),
  )
  for (const { incident } of plans)
    await publish(
      tx,
      deps.settings,
      'incident.opened.v1',
      incident,
      {
        incident: refOf(incident),
        platform: incident.platform,
        job_name: incident.run.jobName,
        runbook: incident.runbookId,
        opened_at: incident.openedAt.toISOString(),
      },
      now,
    )
  const gaps: Decision[] = plans.flatMap(({ incident, plan }) => {
    const { reason } = plan.match
    if (reason !== 'catch_all' && reason !== 'none') return []
    return [{ kind: 'coverage_gap', subject: plan.owned.alert.name, reason, team: incident.team }]
  })
  await decideAll(tx, gaps, now)
}

/** When the diagnosis of this incident, begun now, must have come to an end. */
function deadlineOf({ id }: Incident, now: Date): Due {
  return { kind: DUE.diagnosis, subject: id, dueAt: new Date(now.getTime() + DIAGNOSIS_MS), data: {} }
}

/** Begins the diagnosis of one incident, which must be `pending`. */
export async function startDiagnosis(tx: Tx, incident: Incident, now: Date): Promise<void> {
  await scheduleAll(tx, [deadlineOf(incident, now)])
  await enqueueAll(tx, JOBS.diagnose, [{ incidentId: incident.id }])
}

/** What the header says: the runbook's words for it and the job; without a runbook of its own, the alert's. */
function titleOf({ alert }: OwnedAlert, runbookTitle: string | null): string {
  const what = runbookTitle ?? alert.annotations['summary'] ?? alert.name
  const where = alert.run.jobName ?? alert.run.cluster
  return where === null ? what : `${what}: ${where}`
}

/** Pins the texts of these runbooks, each once. */
export async function pinRunbooks(tx: Tx, runbooks: readonly Runbook[]): Promise<void> {
  const texts = [...new Map(runbooks.map((runbook) => [runbook.hash, runbook])).values()]
  if (texts.length === 0) return
  await tx
    .insertInto('runbook_texts')
    .values(texts.map(({ hash, id, file, text }) => ({ hash, runbook_id: id, file, text })))
    .onConflict((oc) => oc.column('hash').doNothing())
    .execute()
}

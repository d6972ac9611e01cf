// The ladder: a due step looks again at the incident, then pages, mentions, and sets the next rung (P4, P5).
import {
  type Policy,
  PinnedPolicySchema,
  type Rung,
  type Step,
  nextRung,
  stillHolds,
} from '../escalation/policy.ts'
import { type Incident, SYSTEM } from '../incidents/model.ts'
import { lockIncident, readPinned, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { type DueKind, schedule } from '../store/due.ts'
import type { Tx } from '../store/store.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { DUE, PRIORITY } from './destinations.ts'
import { requestPage } from './pages.ts'
import { tellThread } from './thread.ts'

/** The policy an incident was opened with; the schema guards against a row written by another version. */
export async function pinnedPolicy(tx: Tx, incidentId: string): Promise<Policy> {
  return PinnedPolicySchema.parse((await readPinned(tx, incidentId)).policy)
}

/** The due kind that climbs the ladder. A late step is simply due. */
export function escalationDue(deps: FlowDeps): DueKind {
  return {
    kind: DUE.escalation,
    async handle(tx, row, now) {
      const incident = await lockIncident(tx, row.subject)
      if (incident === null || incident.state === 'resolved') return
      const policy = await pinnedPolicy(tx, incident.id)
      const rung: Rung = { step: Number(row.data['step']), round: Number(row.data['round']) }
      const step = policy.steps[rung.step]
      if (step === undefined) return
      const verdict = stillHolds(step, incident.state)
      if (verdict.take) await takeStep(tx, deps, incident, step, rung, now)
      else
        await record(
          tx,
          incident.id,
          { kind: 'escalation_stopped', actor: SYSTEM, reason: verdict.reason, data: { step: rung.step } },
          now,
        )
      const next = nextRung(policy, incident.openedAt, rung, now)
      if (next !== null)
        await schedule(tx, {
          kind: DUE.escalation,
          subject: incident.id,
          dueAt: next.dueAt,
          data: { step: next.step, round: next.round },
        })
      await requestCards(tx, [await updateIncident(tx, incident, {})], now)
    },
  }
}

async function takeStep(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  step: Step,
  rung: Rung,
  now: Date,
): Promise<void> {
  await record(
    tx,
    incident.id,
    {
      kind: 'escalated',
      actor: SYSTEM,
      reason: 'step_due',
      data: { step: rung.step, round: rung.round, page: step.page, mention: step.mention },
    },
    now,
  )
  if (step.page) await requestPage(tx, deps.settings, incident, { index: rung.step, while: step.while }, now)
  if (step.mention.length > 0)
    await tellThread(
      tx,
      incident.id,
      {
        type: 'mention',
        people: step.mention,
        while: step.while,
        minutes: Math.round((now.getTime() - incident.openedAt.getTime()) / 60_000),
      },
      now,
      PRIORITY.page,
    )
}

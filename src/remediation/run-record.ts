// What became of an action, on its incident's timeline and in the audit's chain at once.
import { SYSTEM, type TimelineKind } from '../incidents/model.ts'
import { record } from '../incidents/timeline.ts'
import type { Tx } from '../store/store.ts'
import type { ActionRun } from './action-runs.ts'
import { audit } from './audit.ts'

/** Puts what the service found of a run on record; what people say of one they put there themselves. */
export async function recordRun(
  tx: Tx,
  run: ActionRun,
  { kind, reason, outcome, detail }: { kind: TimelineKind; reason: string; outcome: string; detail: string },
  now: Date,
): Promise<void> {
  const data = { target: run.target, detail }
  await record(tx, run.incidentId, { kind, actor: SYSTEM, reason, data: { ...data, run: run.id } }, now)
  await audit(tx, { actor: SYSTEM, action: `action.${outcome}`, subject: run.id, data }, now)
}

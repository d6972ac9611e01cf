// The second match: over labels and what probes found; a Databricks webhook carries only ids, so the first may be the general one.
import { type Incident, SYSTEM } from '../incidents/model.ts'
import { record } from '../incidents/timeline.ts'
import { matchAlert } from '../runbooks/match.ts'
import type { ProbeOutputs, Runbook } from '../runbooks/model.ts'
import { type Tx, json } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { firstAlert } from './diagnosis-view.ts'
import { pinRunbooks } from './open-incident.ts'
import { chosenByPerson } from './runbook-newer.ts'
import { pinnedRunbook } from './runbook-text.ts'
import { tellThread } from './thread.ts'

/** Matches again over labels and findings, unless a person chose the text; a switch is recorded, told, and pinned. */
export async function secondMatch(
  tx: Tx,
  deps: FlowDeps,
  incident: Incident,
  outputs: ProbeOutputs,
  now: Date,
): Promise<Runbook | null> {
  const before = await pinnedRunbook(tx, incident.runbookHash)
  const alert = await firstAlert(tx, incident)
  if (alert === null || (await chosenByPerson(tx, incident.id))) return before
  const kind = incident.platform === null ? undefined : deps.settings.platforms.get(incident.platform)?.kind
  const match = matchAlert(deps.runbooks(incident.team), alert, outputs, kind)
  if (match.runbook === null || match.reason === 'catch_all' || match.runbook.id === incident.runbookId)
    return before
  const runbook = match.runbook
  await pinRunbooks(tx, [runbook])
  await tx
    .updateTable('incidents')
    .set({
      runbook_id: runbook.id,
      runbook_hash: runbook.hash,
      match: json({
        reason: match.reason,
        explanation: match.explanation,
        runnersUp: match.runnersUp,
        unknownName: match.unknownName,
      }),
    })
    .where('id', '=', incident.id)
    .execute()
  await record(
    tx,
    incident.id,
    {
      kind: 'runbook_switched',
      actor: SYSTEM,
      reason: match.reason,
      data: {
        from: incident.runbookId,
        to: runbook.id,
        from_hash: incident.runbookHash,
        to_hash: runbook.hash,
      },
    },
    now,
  )
  await tellThread(
    tx,
    incident.id,
    {
      type: 'runbook_switched',
      from: incident.runbookId,
      to: runbook.id,
      because: (match.explanation[0]?.matchers ?? []).map(({ text, actual }) => ({ text, actual })),
    },
    now,
  )
  return runbook
}

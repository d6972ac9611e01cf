// What happens in PagerDuty happens here too: an acknowledgement or a resolution there, without sending it back.
import { decideAll } from '../incidents/decisions.ts'
import type { Actor } from '../incidents/model.ts'
import { lockIncident } from '../incidents/repository.ts'
import { type Tx, json } from '../store/store.ts'
import type { FlowDeps } from './deps.ts'
import { acknowledgeLocked, resolveLocked } from './settle.ts'

/** A change of one of PagerDuty's incidents, as its webhook tells it. */
export interface PagerDutyChange {
  readonly pagerDutyId: string
  /** Our incident's id, which only the first webhook of an incident carries (in the link we gave it). */
  readonly incidentId: string | null
  readonly status: 'triggered' | 'acknowledged' | 'resolved' | null
  /** The person who did it; null for the Events API, timeouts and automation. */
  readonly by: string | null
  /** Merged into another incident of PagerDuty's, which lives on: nothing of ours has ended. */
  readonly merged: boolean
}

/** `echo`: the incident is in that state already, as after a change of our own. */
export type Followed = 'followed' | 'echo' | 'unknown'

const SYSTEM = 'pagerduty.incident'

/** Follows one change. Coming twice, or back from ourselves, it does nothing. */
export async function followPagerDuty(deps: FlowDeps, change: PagerDutyChange): Promise<Followed> {
  return await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    const id = await incidentOf(tx, change)
    const incident = id === null ? null : await lockIncident(tx, id)
    if (incident === null) {
      const reason = `${change.status ?? 'changed'}, but no webhook has said which incident of ours this is`
      await decideAll(
        tx,
        [{ kind: 'webhook_ignored', subject: `pagerduty/${change.pagerDutyId}`, reason, team: null }],
        now,
      )
      return 'unknown'
    }
    const actor: Actor = {
      kind: 'pagerduty',
      name: change.by === null ? 'PagerDuty' : `${change.by} in PagerDuty`,
    }
    if (change.status === 'acknowledged' && incident.state === 'triggered') {
      await movePage(tx, incident.id, 'acknowledged')
      await acknowledgeLocked(tx, deps, incident, actor, now)
      return 'followed'
    }
    if (change.status === 'resolved' && !change.merged && incident.state !== 'resolved') {
      await movePage(tx, incident.id, 'resolved')
      await resolveLocked(tx, deps, incident, actor, 'pagerduty', now)
      return 'followed'
    }
    return 'echo'
  })
}

/** Our incident's id for one of PagerDuty's; learnt from the first webhook, remembered for the later ones. */
async function incidentOf(tx: Tx, change: PagerDutyChange): Promise<string | null> {
  const known = await tx
    .selectFrom('external_refs')
    .select('incident_id')
    .where('system', '=', SYSTEM)
    .where('external_id', '=', change.pagerDutyId)
    .executeTakeFirst()
  if (known !== undefined) return known.incident_id
  if (change.incidentId === null) return null
  const ours = await tx
    .selectFrom('incidents')
    .select('id')
    .where('id', '=', change.incidentId)
    .executeTakeFirst()
  if (ours === undefined) return null
  await tx
    .insertInto('external_refs')
    .values({ system: SYSTEM, external_id: change.pagerDutyId, incident_id: ours.id, data: json({}) })
    .onConflict((oc) => oc.columns(['system', 'external_id']).doNothing())
    .execute()
  return ours.id
}

async function movePage(tx: Tx, incidentId: string, state: 'acknowledged' | 'resolved'): Promise<void> {
  await tx
    .updateTable('pages')
    .set({ state, last_error: null })
    .where('incident_id', '=', incidentId)
    .execute()
}

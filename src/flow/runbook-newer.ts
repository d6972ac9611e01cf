// The newer text of a runbook: an open incident keeps the one it was opened with until somebody asks for the other.
import type { Incident } from '../incidents/model.ts'
import { updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import { withdrawOffers } from '../remediation/offers.ts'
import type { Runbook } from '../runbooks/model.ts'
import type { Tx } from '../store/store.ts'
import { requestCards } from './card-version.ts'
import type { FlowDeps } from './deps.ts'
import { needsDiagnosis, pinRunbooks, startDiagnosis } from './open-incident.ts'
import { type Person, type Pressed, pressing } from './press.ts'
import { REPLACED } from './runbook-record.ts'
import { tellThread } from './thread.ts'

/** The text of the incident's runbook that is loaded now, when it is another than the pinned one; null otherwise. */
export function newerText(deps: FlowDeps, incident: Incident): Runbook | null {
  if (incident.state === 'resolved' || incident.runbookId === null) return null
  const loaded = deps.runbooks(incident.team).byId.get(incident.runbookId)
  return loaded === undefined || loaded.hash === incident.runbookHash ? null : loaded
}

/**
 * Goes over from the text of `hash` to the one that is loaded: it is pinned, buttons of the former are withdrawn, and
 * the diagnosis begins again by it. Whether it still matches the alert does not matter: a person chose it, and no
 * matching takes it away again (see `chosenByPerson`).
 */
export async function takeNewerText(
  deps: FlowDeps,
  incidentId: string,
  hash: string,
  person: Person,
): Promise<Pressed> {
  const press = { name: 'runbook_newer', label: 'Using the newer text' }
  return await pressing(deps, incidentId, person, press, async ({ tx, incident, now, no }) => {
    if (incident.state === 'resolved')
      return await no(`Incident #${incident.number} is resolved and keeps its text. Nothing was done.`)
    const newer = newerText(deps, incident)
    if (incident.runbookHash !== hash)
      return newer === null
        ? { kind: 'already', sentence: 'This is the newest text already.' }
        : await no(REPLACED)
    if (newer === null) return await no('No other text of this runbook is loaded any more. Nothing was done.')
    return {
      kind: 'done',
      sentence: 'The newer text counts now.',
      incident: await repin(tx, incident, newer, person, now),
    }
  })
}

/** Whether a person pinned the text of this incident, whose row is locked: what was found matches no other then. */
export async function chosenByPerson(tx: Tx, incidentId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('timeline')
    .select('seq')
    .where('incident_id', '=', incidentId)
    .where('kind', '=', 'runbook_updated')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

async function repin(
  tx: Tx,
  incident: Incident,
  runbook: Runbook,
  person: Person,
  now: Date,
): Promise<Incident> {
  await pinRunbooks(tx, [runbook])
  await withdrawOffers(tx, incident.id, 'a newer text of the runbook took its place', now)
  const looks = needsDiagnosis(runbook)
  const changed = await updateIncident(tx, incident, {
    runbook_hash: runbook.hash,
    diagnosis: looks ? 'pending' : 'none',
    // A diagnosis by the former text that is under way finds its generation gone, and leaves nothing behind.
    diagnosis_generation: incident.diagnosisGeneration + 1,
  })
  const data = { runbook: runbook.id, from: incident.runbookHash, to: runbook.hash }
  await record(tx, incident.id, { kind: 'runbook_updated', actor: person, reason: 'a newer text', data }, now)
  await tellThread(
    tx,
    incident.id,
    { type: 'runbook_updated', runbook: runbook.id, by: person, again: looks },
    now,
  )
  if (looks) await startDiagnosis(tx, changed, now)
  await requestCards(tx, [changed], now)
  return changed
}

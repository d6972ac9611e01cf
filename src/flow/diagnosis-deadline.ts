// The deadline of a diagnosis: should its job fail for good, the card says so instead of "looking" for ever.
import type { Finding } from '../diagnosis/model.ts'
import { SYSTEM } from '../incidents/model.ts'
import { lockIncident, updateIncident } from '../incidents/repository.ts'
import { record } from '../incidents/timeline.ts'
import type { DueKind } from '../store/due.ts'
import { json } from '../store/store.ts'
import { requestCards } from './card-version.ts'
import { DUE } from './destinations.ts'

const FINDING: Finding = {
  probe: 'diagnosis',
  severity: 'none',
  sentence: 'The diagnosis did not come to an end.',
  evidence: [],
  link: null,
  confidence: 'low',
  unreached: ['everything: the diagnosis failed on our side (its log says more)'],
}

export const diagnosisDue: DueKind = {
  kind: DUE.diagnosis,
  async handle(tx, row, now) {
    const incident = await lockIncident(tx, row.subject)
    if (incident === null || (incident.diagnosis !== 'pending' && incident.diagnosis !== 'running')) return
    await tx
      .insertInto('findings')
      .values({
        incident_id: incident.id,
        generation: incident.diagnosisGeneration + 1,
        step: 'diagnosis',
        position: 0,
        outputs: json({}),
        findings: json([FINDING]),
        at: now,
      })
      .execute()
    const entry = { kind: 'diagnosed', actor: SYSTEM, reason: 'it did not come to an end', data: {} } as const
    await record(tx, incident.id, entry, now)
    const changes = { diagnosis: 'done', diagnosis_generation: incident.diagnosisGeneration + 1 } as const
    await requestCards(tx, [await updateIncident(tx, incident, changes)], now)
  },
}

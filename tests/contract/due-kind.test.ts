// The contract over every due kind that the product handles. A kind without a sample fails here.
import { drawsDots } from '../support/world.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionLeaseDue } from '../../src/flow/act.ts'
import { changesDue } from '../../src/flow/changes-again.ts'
import { DUE } from '../../src/flow/destinations.ts'
import { diagnosisDue } from '../../src/flow/diagnosis-deadline.ts'
import { lookAgainDue } from '../../src/flow/look-again.ts'
import { recoveryDue } from '../../src/flow/recover.ts'
import { escalationDue } from '../../src/flow/escalate.ts'
import { resolveLocked } from '../../src/flow/settle.ts'
import { actionVerifyDue } from '../../src/flow/verify.ts'
import { newId } from '../../src/incidents/id.ts'
import { type Incident, SYSTEM } from '../../src/incidents/model.ts'
import { lockIncident } from '../../src/incidents/repository.ts'
import { changeRun, lockRun, requestRun, startRun } from '../../src/remediation/action-runs.ts'
import { findOffer } from '../../src/remediation/offers.ts'
import { createSlack } from '../../src/slack/index.ts'
import type { DueKind } from '../../src/store/due.ts'
import { json } from '../../src/store/store.ts'
import { readerOf } from '../diagnosis/support.ts'
import { type Desk, openDesk } from './desk.ts'
import { type DueSample, dueKindContract } from './due-kind.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

const slackKinds = (): readonly DueKind[] =>
  createSlack(
    desk.deps,
    { botToken: 'xoxb-1', appToken: 'xapp-1', apiUrl: 'http://127.0.0.1:1/api/' },
    drawsDots(),
  ).dueKinds

const resolve = async (incident: Incident): Promise<void> => {
  await desk.store.transaction(async (tx) => {
    const locked = await lockIncident(tx, incident.id)
    await resolveLocked(tx, desk.deps, locked!, SYSTEM, 'person', desk.clock.now())
  })
}

/** An incident whose diagnosis has concluded. */
async function diagnosed(): Promise<Incident> {
  const incident = await desk.open()
  await desk.store.db
    .updateTable('incidents')
    .set({ diagnosis: 'done' })
    .where('id', '=', incident.id)
    .execute()
  return incident
}

/** A run that was started and whose answer is outstanding. */
async function startedRun(): Promise<{ id: string; fence: number; incident: Incident }> {
  const incident = await desk.open()
  const now = desk.clock.now()
  const id = newId('act', now)
  const offerId = newId('off', now)
  return await desk.store.transaction(async (tx) => {
    await tx
      .insertInto('offers')
      .values({
        id: offerId,
        incident_id: incident.id,
        step: 'kill',
        action: 'spark.kill-application',
        target: `app-${incident.id}`,
        title: 'Kill Application',
        params: json({}),
        requires: 'responder',
        verify_ms: 60_000,
        created_at: now,
      })
      .execute()
    const offer = await findOffer(tx, offerId)
    await requestRun(tx, id, offer!, SYSTEM, now)
    const run = await startRun(tx, id, now)
    return { id, fence: run!.fence, incident }
  })
}

const settleRun = async (id: string): Promise<void> => {
  await desk.store.transaction(async (tx) => {
    const run = await lockRun(tx, id)
    await changeRun(
      tx,
      run!,
      run!.state,
      { state: 'succeeded', verified: 'verified', detail: 'done' },
      desk.clock.now(),
    )
  })
}

const rowOf = (subject: string, data: Record<string, unknown>): DueSample['row'] => ({
  subject,
  data,
  dueAt: desk.clock.now(),
  attempts: 0,
})

const SAMPLES: Readonly<Record<string, () => Promise<DueSample>>> = {
  [DUE.escalation]: async () => {
    const incident = await desk.open()
    return {
      kind: escalationDue(desk.deps),
      row: rowOf(incident.id, { step: 0, round: 0 }),
      moveOn: () => resolve(incident),
      leadsTo: ['timeline', 'outbox', 'pages'],
    }
  },
  [DUE.actionLease]: async () => {
    const { id, fence } = await startedRun()
    return {
      kind: actionLeaseDue(desk.deps),
      row: rowOf(id, { fence }),
      moveOn: () => settleRun(id),
      leadsTo: ['timeline', 'outbox', 'due', 'action_runs'],
    }
  },
  [DUE.actionVerify]: async () => {
    const { id } = await startedRun()
    return {
      kind: actionVerifyDue(),
      row: rowOf(id, { until: desk.clock.now().toISOString(), tries: 0 }),
      moveOn: () => settleRun(id),
      leadsTo: ['jobs', 'due'],
    }
  },
  [DUE.diagnosis]: async () => {
    const incident = await desk.open()
    return {
      kind: diagnosisDue,
      row: rowOf(incident.id, {}),
      moveOn: async () => {
        await desk.store.db
          .updateTable('incidents')
          .set({ diagnosis: 'done' })
          .where('id', '=', incident.id)
          .execute()
      },
      leadsTo: ['timeline', 'outbox'],
    }
  },
  [DUE.lookAgain]: async () => {
    const incident = await diagnosed()
    return {
      kind: lookAgainDue,
      row: rowOf(incident.id, {}),
      moveOn: () => resolve(incident),
      leadsTo: ['jobs', 'outbox'],
    }
  },
  [DUE.changes]: async () => {
    const incident = await diagnosed()
    return {
      kind: changesDue,
      row: rowOf(incident.id, {}),
      moveOn: () => resolve(incident),
      leadsTo: ['jobs'],
    }
  },
  [DUE.recovery]: async () => {
    const incident = await desk.open()
    const readers = new Map([['batch', readerOf({})]])
    return {
      kind: recoveryDue({ ...desk.deps, readers }),
      row: rowOf(incident.id, {}),
      moveOn: () => resolve(incident),
      leadsTo: ['jobs', 'due'],
    }
  },
  [DUE.twinCheck]: async () => {
    const incident = await desk.open()
    return {
      kind: slackKinds().find(({ kind }) => kind === DUE.twinCheck)!,
      row: rowOf(incident.id, { externalId: 'C0DATA/1.000001', since: desk.clock.now().toISOString() }),
      moveOn: () => resolve(incident),
      leadsTo: ['jobs'],
    }
  },
}

describe('every due kind', () => {
  it('has a sample', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(Object.values(DUE).sort())
  })

  it('of Slack is among them', () => {
    expect(Object.values(DUE)).toEqual(expect.arrayContaining(slackKinds().map(({ kind }) => kind)))
  })
})

for (const [kind, sample] of Object.entries(SAMPLES)) dueKindContract(kind, () => desk, sample)

// P13: a refusal says what may come of another press, and no button is left that does nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAction } from '../../src/flow/act.ts'
import { type CardView, readCard } from '../../src/flow/card.ts'
import type { FlowDeps } from '../../src/flow/deps.ts'
import { DUE } from '../../src/flow/destinations.ts'
import { diagnose } from '../../src/flow/diagnose.ts'
import { requestAction } from '../../src/flow/request-action.ts'
import type { Incident } from '../../src/incidents/model.ts'
import type { AfterRefusal, WriteOutcome } from '../../src/ports.ts'
import { type Library, loadRunbooks } from '../../src/runbooks/load.ts'
import { json } from '../../src/store/store.ts'
import { type Desk, openDesk } from '../contract/desk.ts'
import { APP, readerOf } from '../diagnosis/support.ts'

const KILL = `---
id: kill
title: Kill
owner: us
match: ['alertname=~"Spark.*"']
---

# Kill

## Do

### Kill

\`\`\`yaml action
id: kill
use: spark.kill-application
reason: late
\`\`\`
`

let desk: Desk
let library: Library
const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-refusals-'))
beforeAll(async () => {
  writeFileSync(path.join(folder, 'kill.md'), KILL)
  ;[desk, library] = await Promise.all([openDesk(), loadRunbooks([folder])])
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await desk?.close()
})

/** An incident whose kill was pressed and refused, with what may come of another press. */
async function refused(next?: AfterRefusal): Promise<{
  readonly incident: Incident
  readonly deps: FlowDeps
  readonly card: () => Promise<CardView>
  readonly looks: () => Promise<number>
}> {
  const incident = await desk.open()
  const runId = `app-of-${incident.number}`
  await desk.store.db
    .updateTable('incidents')
    .set({ run: json({ ...incident.run, runId }) })
    .where('id', '=', incident.id)
    .execute()
  const outcome: WriteOutcome = { kind: 'refused', detail: 'it is a batch', ...(next && { next }) }
  const act = (): Promise<WriteOutcome> => Promise.resolve(outcome)
  const capabilities = new Set(['application.kill'] as const)
  const deps: FlowDeps = {
    ...desk.deps,
    runbooks: () => library.index,
    library: () => library,
    readers: new Map([['batch', readerOf({ application: { ...APP, state: 'running' } })]]),
    writers: new Map([['batch', { platform: 'batch', capabilities, kill: act, rerun: act }]]),
  }
  await diagnose(deps, incident.id)
  const card = async (): Promise<CardView> =>
    (await desk.store.transaction((tx) => readCard(tx, deps, incident.id)))!
  const [offer] = (await card()).offers
  await requestAction(deps, offer!.id, { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' }, null)
  await runAction(deps, (await card()).runs.at(-1)!.id)
  return {
    incident,
    deps,
    card,
    looks: async () => {
      const due = await desk.store.db
        .selectFrom('due')
        .select('kind')
        .where('subject', '=', incident.id)
        .where('kind', '=', DUE.lookAgain)
        .execute()
      return due.length
    },
  }
}

describe('P13: after a refusal', () => {
  it.each([undefined, 'again'] as const)('that another press may change (%s), the button stands anew', async (next) => {
    const { card, looks } = await refused(next)
    expect((await card()).offers).toHaveLength(1)
    expect([(await card()).withheld, await looks()]).toEqual([[], 0])
  }) // prettier-ignore

  it('for what is out of date, nothing is offered until all was looked at anew', async () => {
    const { card, looks, deps, incident } = await refused('look')
    expect([(await card()).offers, (await card()).withheld, await looks()]).toEqual([[], [], 1])
    await diagnose(deps, incident.id)
    expect((await card()).offers).toHaveLength(1)
  })

  it('that no press changes, it is not offered again, and the card says why', async () => {
    const { card, looks, deps, incident } = await refused('never')
    const why = { title: 'Kill Application', says: 'it is a batch' }
    expect([(await card()).offers, (await card()).withheld, await looks()]).toEqual([[], [why], 1])
    await diagnose(deps, incident.id)
    expect([(await card()).offers, (await card()).withheld]).toEqual([[], [why]])
  })

  it('that no press changes, what differs in what it does is offered', async () => {
    const { card, deps, incident } = await refused('never')
    await desk.store.db
      .updateTable('offers')
      .set({ params: json({ reason: 'early' }) })
      .where('incident_id', '=', incident.id)
      .execute()
    await diagnose(deps, incident.id)
    expect([(await card()).offers.length, (await card()).withheld]).toEqual([1, []])
  })
})

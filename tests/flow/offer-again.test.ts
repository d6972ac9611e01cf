// P8: a button that stands anew says what was read when it was first offered, and is held to that.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { offerAgain } from '../../src/flow/offer-again.ts'
import { resolveLocked } from '../../src/flow/settle.ts'
import { SYSTEM } from '../../src/incidents/model.ts'
import { lockIncident } from '../../src/incidents/repository.ts'
import { type ActionRun, requestRun } from '../../src/remediation/action-runs.ts'
import {
  addOffers,
  findOffer,
  offeredAt,
  standingOffers,
  withdrawOffer,
} from '../../src/remediation/offers.ts'
import { type Desk, openDesk } from '../contract/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

/** One that was used: its run, and when it was first offered and used. */
async function used(name: string): Promise<{ run: ActionRun; offerId: string; first: Date; later: Date }> {
  const { id: incidentId } = await desk.open()
  const first = desk.clock.now()
  const later = new Date(first.getTime() + 60_000)
  const offer = {
    id: `off_${name}`,
    incidentId,
    step: 'back',
    action: 'deploy.roll-back',
    target: `a/${name}`,
    title: 'Roll Back',
    params: {},
    inputs: {},
    requires: 'commander' as const,
    verifyMs: null,
    runbookHash: null,
  }
  return await desk.store.transaction(async (tx) => {
    await addOffers(tx, [offer], first)
    const run = await requestRun(tx, `act_${name}`, (await findOffer(tx, offer.id))!, SYSTEM, later)
    await withdrawOffer(tx, offer.id, 'it was used', later)
    return { run: run!, offerId: offer.id, first, later }
  })
}

it('P8: what is offered again was read when it was offered first', async () => {
  const { run, offerId, first, later } = await used('job')
  await desk.store.transaction(async (tx) => {
    await offerAgain(tx, run, later)
    const [again] = await standingOffers(tx, run.incidentId)
    expect(again!.id).not.toBe(offerId)
    expect(await offeredAt(tx, again!.id)).toEqual(first)
  })
})

it('P8: nothing is offered again where its incident was resolved meanwhile', async () => {
  const { run, later } = await used('over')
  await desk.store.transaction(async (tx) => {
    const incident = await lockIncident(tx, run.incidentId)
    await resolveLocked(tx, desk.deps, incident!, SYSTEM, 'person', later)
    await offerAgain(tx, run, later)
    expect(await standingOffers(tx, run.incidentId)).toEqual([])
  })
})

// P8: a button that stands anew says what was read when it was first offered, and is held to that.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { offerAgain } from '../../src/flow/offer-again.ts'
import { SYSTEM } from '../../src/incidents/model.ts'
import { requestRun } from '../../src/remediation/action-runs.ts'
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

it('P8: what is offered again was read when it was offered first', async () => {
  const { id: incidentId } = await desk.open()
  const first = desk.clock.now()
  const later = new Date(first.getTime() + 60_000)
  const offer = {
    id: 'off_first',
    incidentId,
    step: 'back',
    action: 'deploy.roll-back',
    target: 'a/job',
    title: 'Roll Back',
    params: {},
    inputs: {},
    requires: 'commander' as const,
    verifyMs: null,
    runbookHash: null,
  }
  await desk.store.transaction(async (tx) => {
    await addOffers(tx, [offer], first)
    const run = await requestRun(tx, 'act_1', (await findOffer(tx, offer.id))!, SYSTEM, later)
    await withdrawOffer(tx, offer.id, 'it was used', later)
    await offerAgain(tx, run!, later)
    const [again] = await standingOffers(tx, incidentId)
    expect(again!.id).not.toBe(offer.id)
    expect(await offeredAt(tx, again!.id)).toEqual(first)
  })
})

// P7: two presses that pass one another: what was accepted meanwhile holds its target until it is verified.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runAction } from '../../src/flow/act.ts'
import { requestRun } from '../../src/remediation/action-runs.ts'
import { addOffers, findOffer, standingOffers } from '../../src/remediation/offers.ts'
import { type Desk, openDesk } from '../contract/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

it('P7: a rollback that begins after another was accepted sends nothing, and is offered again', async () => {
  const by = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' } as const
  const incidents = [await desk.open(), await desk.open()]
  const sent: string[] = []
  const webhook = {
    name: 'pipeline',
    teams: null,
    send: ({ id }: { id: string }) => {
      sent.push(id)
      return Promise.resolve({ kind: 'accepted' as const, detail: 'taken' })
    },
    check: () => Promise.resolve('there'),
  }
  const press = async (number: number): Promise<void> => {
    const incidentId = incidents[number]!.id
    const now = desk.clock.now()
    const id = `off_${number}`
    await desk.store.transaction(async (tx) => {
      const params = { webhook: 'pipeline' }
      const about = { id, incidentId, step: 'back', action: 'deploy.roll-back', target: 'a/one-job', params }
      const rest = { title: 'Roll Back', inputs: {}, requires: 'commander' as const, verifyMs: null }
      await addOffers(tx, [{ ...about, ...rest, runbookHash: null }], now)
      expect(await requestRun(tx, `act_${number}`, (await findOffer(tx, id))!, by, now)).not.toBeNull()
    })
    await runAction({ ...desk.deps, webhooks: [webhook] }, `act_${number}`)
  }
  await press(0)
  await press(1)
  expect(sent).toEqual(['act_0'])
  const runs = await desk.store.db.selectFrom('action_runs').selectAll().orderBy('id').execute()
  expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'failed'])
  expect(runs[1]!.detail).toContain('was accepted (requested by bob) and is still being verified')
  const standing = await desk.store.transaction((tx) => standingOffers(tx, incidents[1]!.id))
  expect(standing.map(({ action }) => action)).toEqual(['deploy.roll-back'])
})

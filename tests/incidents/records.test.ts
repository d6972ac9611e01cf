// P11: timelines and decisions: everything has its reason, repeats are counted and not copied, nothing foreign breaks them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Decision, decideAll, listDecisions } from '../../src/incidents/decisions.ts'
import { type Actor, SYSTEM } from '../../src/incidents/model.ts'
import { type NewEntry, readTimeline, record, recordAll } from '../../src/incidents/timeline.ts'
import { type TestStore, storeKinds } from '../support/stores.ts'

const T1 = new Date('2026-11-02T03:00:00Z')
const T2 = new Date('2026-11-02T03:05:00Z')
const ALICE: Actor = { kind: 'person', id: 'U0ALICE', name: 'alice', via: 'slack' }
const BOB: Actor = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' }

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(
    `on ${kind.name}${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
    () => {
      let test: TestStore
      let serial = 0
      beforeAll(async () => {
        test = await kind.open()
      })
      afterAll(async () => {
        await test?.store.close()
        await kind.close()
      })

      /** The row a timeline hangs on. */
      const incident = async (): Promise<string> => {
        serial += 1
        const id = `inc_${serial}`
        await test.store.db
          .insertInto('incidents')
          .values({
            id,
            team: 't',
            key: id,
            key_version: 1,
            state: 'triggered',
            title: 't',
            severity: 'low',
            source: 's',
            run: '{}',
            match: '{}',
            policy_name: 'p',
            policy_snapshot: '{}',
            opened_at: T1,
            version: 1,
            alerts_total: 0,
            alerts_firing: 0,
          }) // prettier-ignore
          .execute()
        return id
      }
      const refusal = (actor: Actor, reason: string, data?: Record<string, unknown>): NewEntry => ({
        kind: 'press_refused',
        actor,
        reason,
        ...(data === undefined ? {} : { data }),
      })
      const write = async (id: string, entry: NewEntry, now = T1): Promise<void> =>
        await test.store.transaction((tx) => record(tx, id, entry, now))
      const read = async (id: string, limit = 100) =>
        await test.store.transaction((tx) => readTimeline(tx, id, limit))

      describe('timelines', () => {
        it('P11: the same again raises the count and the last time, and keeps the first', async () => {
          const id = await incident()
          await write(id, refusal(ALICE, 'no', { press: 'first' }))
          await write(id, refusal(ALICE, 'no', { press: 'second' }), T2)
          expect(await read(id)).toEqual([
            {
              seq: 1,
              at: T1,
              kind: 'press_refused',
              actor: ALICE,
              reason: 'no',
              data: { press: 'second' },
              count: 2,
              lastAt: T2,
            },
          ])
        })

        it('another actor, reason or kind is another line; and so is the same after something else', async () => {
          const id = await incident()
          const entries = [
            refusal(ALICE, 'no'),
            refusal(BOB, 'no'),
            refusal(BOB, 'still no'),
            { kind: 'resolved', actor: BOB, reason: 'still no' } as const,
            refusal(ALICE, 'no'),
          ]
          for (const entry of entries) await write(id, entry)
          expect((await read(id)).map(({ seq, count }) => [seq, count])).toEqual(
            [1, 2, 3, 4, 5].map((seq) => [seq, 1]),
          )
        })

        it('an actor is the same in whatever order its fields are written', async () => {
          const id = await incident()
          await write(id, refusal(ALICE, 'no'))
          await write(id, refusal({ via: 'slack', name: 'alice', id: 'U0ALICE', kind: 'person' }, 'no'))
          expect(await read(id)).toMatchObject([{ count: 2 }])
        })

        it('many at once are as many one after the other', async () => {
          const [together, single] = [await incident(), await incident()]
          const entries: NewEntry[] = [
            { kind: 'alerts_joined', actor: SYSTEM, reason: 'same_key', count: 7 },
            { kind: 'alerts_joined', actor: SYSTEM, reason: 'same_key', count: 2 },
            refusal(ALICE, 'no'),
            { kind: 'alerts_joined', actor: SYSTEM, reason: 'same_key' },
            { kind: 'alerts_joined', actor: SYSTEM, reason: 'same_key', count: 3 },
          ]
          for (let round = 0; round < 2; round += 1) {
            await test.store.transaction((tx) =>
              recordAll(
                tx,
                entries.map((entry) => ({ incidentId: together, entry })),
                T1,
              ),
            )
            for (const entry of entries) await write(single, entry)
          }
          expect(await read(together)).toEqual(await read(single))
          expect((await read(together)).map(({ count }) => count)).toEqual([9, 1, 13, 1, 4])
        })

        it('the newest are read, oldest of them first', async () => {
          const id = await incident()
          for (let n = 1; n <= 5; n += 1) await write(id, refusal(ALICE, `reason ${n}`))
          expect((await read(id, 2)).map(({ reason }) => reason)).toEqual(['reason 4', 'reason 5'])
        })
      })

      describe('decisions', () => {
        const decide = async (decisions: readonly Decision[], now = T1): Promise<void> =>
          await test.store.transaction((tx) => decideAll(tx, decisions, now))
        const of = (subject: string, reason = 'because'): Decision => ({
          kind: 'alert_ignored',
          subject,
          reason,
          team: 'mine',
        })
        const list = async (teams: readonly string[] | null = null) =>
          await test.store.transaction((tx) => listDecisions(tx, 200, teams))

        it('P11: the same again is counted, within a batch and across batches', async () => {
          await decide([of('counted'), of('counted'), of('counted', 'else')])
          await decide([of('counted')], T2)
          const mine = (await list()).filter(({ subject }) => subject === 'counted')
          expect(mine).toMatchObject([
            { reason: 'because', count: 3, firstAt: T1, lastAt: T2 },
            { reason: 'else', count: 1 },
          ])
        })

        it('whatever a stranger wrote, it can be written down', async () => {
          await decide([
            of('\u0000\uD800', 'a\u0000b\uD800'),
            of('😀'.repeat(5_000), '日本'.repeat(5_000)),
            of('x'.repeat(299) + '😀', 'y'.repeat(499) + '😀'),
          ])
          const written = await list()
          expect(written).toContainEqual(
            expect.objectContaining({ subject: '\uFFFD\uFFFD', reason: 'a\uFFFDb\uFFFD' }),
          )
          for (const { subject, reason } of written) {
            expect(subject.length).toBeLessThanOrEqual(300)
            expect(reason.length).toBeLessThanOrEqual(500)
          }
        })

        it('are shown to their team', async () => {
          await decide([
            { ...of('theirs'), team: 'theirs' },
            { ...of('nobody’s'), team: null },
          ])
          expect((await list(['theirs'])).map(({ subject }) => subject)).toEqual(['theirs'])
          expect((await list()).length).toBeGreaterThan(2)
        })

        it('of many writers at once add up, in whatever order they come', async () => {
          const subjects = ['p', 'q', 'r', 's'].map((name) => `race-${name}`)
          await Promise.all(
            Array.from({ length: 20 }, (_, i) =>
              decide((i % 2 === 0 ? subjects : subjects.toReversed()).map((subject) => of(subject))),
            ),
          )
          const counts = (await list())
            .filter(({ subject }) => subject.startsWith('race-'))
            .map(({ count }) => count)
          expect(counts).toEqual([20, 20, 20, 20])
        })

        it('nothing decided writes nothing', async () => {
          const before = await list()
          await decide([])
          expect(await list()).toEqual(before)
        })
      })
    },
  )

// The audit is a chain: whoever changes, removes or inserts a row breaks it at that row.
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SYSTEM } from '../../src/incidents/model.ts'
import { audit, hashOf, verifyAudit } from '../../src/remediation/audit.ts'
import { type TestStore, storeKinds } from '../support/stores.ts'

const BOB = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' } as const

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(
    `the audit, on ${kind.name}${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
    () => {
      let test: TestStore
      beforeAll(async () => {
        test = await kind.open()
      })
      afterAll(async () => {
        await test?.store.close()
        await kind.close()
      })
      const write = async (action: string, data: Record<string, unknown> = {}): Promise<void> =>
        await test.store.transaction((tx) =>
          audit(tx, { actor: BOB, action, subject: 'act_1', data }, test.clock.now()),
        )
      const verify = async () => await test.store.transaction((tx) => verifyAudit(tx))
      beforeEach(async () => {
        await test.store.db.deleteFrom('audit').execute()
      })

      it('is intact when empty, and after every kind of content', async () => {
        expect(await verify()).toEqual({ intact: true, rows: 0, head: '' })
        await write('plain')
        await write('nested', {
          z: [1, { b: 'é😀', a: null }],
          a: { y: 1.5, x: true },
          at: new Date(0),
          gone: undefined,
        })
        await test.store.transaction((tx) =>
          audit(tx, { actor: SYSTEM, action: 'machine', subject: '', data: {} }, test.clock.now()),
        )
        expect(await verify()).toMatchObject({
          intact: true,
          rows: 3,
          head: expect.stringMatching(/^[0-9a-f]{64}$/),
        })
      })

      it.each([
        ['the action', sql`update audit set action = 'else' where seq = 2`, 2, 'changed'],
        [
          'who did it',
          sql`update audit set actor = '{"kind":"system","name":"nobody"}' where seq = 2`,
          2,
          'changed',
        ],
        ['when', sql`update audit set at = at + interval '1 ms' where seq = 2`, 2, 'changed'],
        ['the details', sql`update audit set data = '{"n":7}' where seq = 1`, 1, 'changed'],
        ['a row taken out', sql`delete from audit where seq = 2`, 2, 'missing'],
        ['the first row taken out', sql`delete from audit where seq = 1`, 1, 'missing'],
        ['a hash of its own', sql`update audit set hash = repeat('0', 64) where seq = 3`, 3, 'changed'],
        ['another row before it', sql`update audit set previous_hash = '' where seq = 3`, 3, 'follow'],
      ])('shows %s', async (_what, tampering, seq, why) => {
        for (let n = 1; n <= 4; n += 1) await write('step', { n })
        await tampering.execute(test.store.db)
        expect(await verify()).toMatchObject({ intact: false, seq, why: expect.stringContaining(why) })
      })

      it('shows a change whose own hash was made to fit: the next row does not follow it', async () => {
        for (let n = 1; n <= 3; n += 1) await write('step', { n })
        const row = await test.store.db
          .selectFrom('audit')
          .selectAll()
          .where('seq', '=', 2)
          .executeTakeFirstOrThrow()
        const forged = { actor: BOB, action: 'forged', subject: row.subject, data: {} }
        const hash = hashOf(2, row.at, forged, row.previous_hash)
        await test.store.db
          .updateTable('audit')
          .set({ action: 'forged', data: '{}', hash })
          .where('seq', '=', 2)
          .execute()
        expect(await verify()).toMatchObject({
          intact: false,
          seq: 3,
          why: expect.stringContaining('follow'),
        })
      })

      it('rows cut off at the end show in the head alone', async () => {
        for (let n = 1; n <= 3; n += 1) await write('step', { n })
        const before = await verify()
        await sql`delete from audit where seq = 3`.execute(test.store.db)
        const after = await verify()
        expect(after.intact).toBe(true)
        expect(after).not.toEqual(before)
      })

      it('many writers at once make one chain without forks', async () => {
        await Promise.all(Array.from({ length: 25 }, (_, n) => write('at-once', { n })))
        expect(await verify()).toMatchObject({ intact: true, rows: 25 })
      })

      it('what was rolled back leaves no gap', async () => {
        await write('kept')
        await expect(
          test.store.transaction(async (tx) => {
            await audit(tx, { actor: BOB, action: 'undone', subject: '', data: {} }, test.clock.now())
            throw new Error('undo')
          }),
        ).rejects.toThrow('undo')
        await write('kept too')
        expect(await verify()).toMatchObject({ intact: true, rows: 2 })
      })
    },
  )

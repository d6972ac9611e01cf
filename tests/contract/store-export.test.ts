// Moving house: what one database held the other one holds, from each to each.
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { schedule } from '../../src/store/due.ts'
import { TABLES_IN_ORDER, exportStore, importStore } from '../../src/store/export.ts'
import { append } from '../../src/store/outbox.ts'
import { type Store, json } from '../../src/store/store.ts'
import { storeKinds } from '../support/stores.ts'

const AT = new Date('2026-11-02T03:00:00.123Z')

async function fill(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    await tx
      .insertInto('incidents')
      .values({
        id: 'i1',
        team: 't',
        key: 'k',
        key_version: 1,
        version: 3,
        state: 'triggered',
        title: 'Ü "quoted" \\ text\nwith lines',
        severity: 'high',
        source: 's',
        run: json({ job: 'j' }),
        match: json(null),
        policy_name: 'p',
        policy_snapshot: json([1, 2]),
        opened_at: AT,
        alerts_total: 1,
        alerts_firing: 1,
      })
      .execute()
    const body = new Uint8Array([0, 255, 92, 10])
    await tx
      .insertInto('raw_bodies')
      .values({ id: 'b', source: 's', received_at: AT, body, rejected: json([]) })
      .execute()
    for (let index = 0; index < 1200; index++)
      await schedule(tx, { kind: 'k', subject: String(index), dueAt: AT, data: { index } })
    await append(tx, { destination: 'd', subject: 'i1', priority: 1, payload: { a: 1 }, now: AT })
  })
}

async function linesOf(store: Store): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportStore(store)) lines.push(line)
  return lines
}
const stream = async function* (lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

const kinds = storeKinds()
describe('an export', () => {
  afterAll(async () => {
    for (const kind of kinds) if (kind.missing === undefined) await kind.close()
  })

  for (const from of kinds)
    for (const to of kinds) {
      const missing = from.missing ?? to.missing
      const title = `from ${from.name} to ${to.name}${missing === undefined ? '' : ` (${missing})`} carries every row`
      test.skipIf(missing !== undefined)(title, async () => {
        const source = (await from.open()).store
        const target = (await to.open()).store
        await fill(source)
        const lines = await linesOf(source)
        expect(await importStore(target, stream(lines))).toBe(1203)
        expect((await linesOf(target)).toSorted()).toEqual(lines.toSorted())
        // Generated numbers go on where they were.
        await target.transaction(async (tx) => {
          expect(
            await append(tx, { destination: 'd', subject: 'x', priority: 1, payload: {}, now: AT }),
          ).toBe(2)
        })
        await expect(importStore(target, stream(lines))).rejects.toThrow('the store is not empty')
        await source.close()
        await target.close()
      })
    }

  test('names every table, and refuses what is no export, leaving nothing behind', async () => {
    const { store } = await kinds[0]!.open()
    const { rows } = await sql<{ name: string }>`select tablename as name from pg_tables
      where schemaname = 'public' and tablename not like 'kysely%'`.execute(store.db)
    expect([...TABLES_IN_ORDER].toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
    await expect(importStore(store, stream([]))).rejects.toThrow('the export is empty')
    await expect(importStore(store, stream(['{"format":"other"}']))).rejects.toThrow(
      'this is no arrestor-export-1',
    )
    const other = '{"format":"arrestor-export-1","migration":"0000-older"}'
    await expect(importStore(store, stream([other]))).rejects.toThrow(
      'the export is of 0000-older, this Arrestor has',
    )
    const [header = ''] = await linesOf(store)
    const half = [header, '{"table":"runbook_texts","row":"(h,r,f,t)"}']
    await expect(importStore(store, stream([...half, '{"table":"pg_authid","row":"()"}']))).rejects.toThrow(
      'no table',
    )
    expect(await store.db.selectFrom('runbook_texts').selectAll().execute()).toEqual([])
    await store.close()
  })
})

// Tests stay independent though their stores share a thread: whoever takes it next finds nothing of the one before.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { enqueue, registerJobs } from '../../src/store/jobs.ts'
import type { OpenedStore } from '../../src/store/open.ts'
import { schedule } from '../../src/store/due.ts'
import { shapeOf } from '../support/served-threads.ts'
import { openTestStore } from '../support/stores.ts'

/** The row count of every table, and where every sequence stands. */
async function contents(store: OpenedStore): Promise<Record<string, unknown>> {
  const tables = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'pgboss') order by 1`.execute(store.db)
  const counts: Record<string, unknown> = {}
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ rows: string }>`
      select coalesce(json_agg(t order by t::text)::text, '') as rows from ${sql.raw(name)} t`.execute(
      store.db,
    )
    counts[name] = rows[0]?.rows
  }
  const sequences = await sql`select sequencename, last_value from pg_sequences order by 1`.execute(store.db)
  return { ...counts, sequences: sequences.rows }
}

/** What tells one thread from another: when its database was started, of which nothing is emptied. */
async function threadOf(store: OpenedStore): Promise<string> {
  const { rows } = await sql<{ at: string }>`select pg_postmaster_start_time()::text as at`.execute(store.db)
  return rows[0]!.at
}

async function used(): Promise<{ before: Record<string, unknown>; thread: string }> {
  const { store } = await openTestStore()
  const before = await contents(store)
  await registerJobs(store, { work: { handler: async () => {} } })
  await store.transaction(async (tx) => {
    await schedule(tx, { kind: 'k', subject: 's', dueAt: new Date(), data: {} })
    await enqueue(tx, 'work', {})
  })
  await sql`insert into kysely_migration values ('9999-other', 'now')`.execute(store.db)
  await sql`set work_mem = '1MB'`.execute(store.db)
  await sql`create temporary table mine (a integer)`.execute(store.db)
  expect(await contents(store)).not.toEqual(before)
  const thread = await threadOf(store)
  await store.close()
  return { before, thread }
}

test('a thread that has served comes back with the rows, sequences and settings of a new one', async () => {
  const { before, thread } = await used()
  const { store } = await openTestStore()
  expect(await threadOf(store)).toBe(thread)
  expect(await contents(store)).toEqual(before)
  const { rows } = await sql<{ work_mem: string; mine: string | null }>`
    select current_setting('work_mem') as work_mem, to_regclass('mine') as mine`.execute(store.db)
  expect(rows).toEqual([{ work_mem: '4MB', mine: null }])
  await store.close()
})

test('one whose catalogue was changed is not used again', async () => {
  const { store } = await openTestStore()
  const before = await contents(store)
  await sql`alter table audit add column more integer`.execute(store.db)
  const thread = await threadOf(store)
  await store.close()
  const next = await openTestStore()
  expect(await threadOf(next.store)).not.toBe(thread)
  expect(await contents(next.store)).toEqual(before)
  await next.store.close()
})

test('every kind of change of the catalogue is seen, and emptied tables are none', async () => {
  const { store } = await openTestStore()
  const { pool } = store.embedded!
  const shapes = [await shapeOf(pool)]
  await pool.run('truncate due, outbox cascade')
  expect(await shapeOf(pool)).toBe(shapes[0])
  for (const statement of [
    'alter table audit add column more integer',
    'create table more (a integer)',
    'create index more_due on due (due_at)',
    'alter table due alter column attempts set default 7',
    'alter table due add constraint few check (attempts < 9)',
    'create function seven() returns trigger language plpgsql as $$ begin return new; end $$',
    'create or replace function seven() returns trigger language plpgsql as $$ begin return old; end $$',
    'create trigger seven before insert on due for each row execute function seven()',
    'alter table due disable trigger seven',
    'create view less as select kind from due',
    'create schema elsewhere',
    'create role nobody',
    "alter database postgres set work_mem = '1MB'",
    'drop table raw_bodies cascade',
  ]) {
    await pool.run(statement)
    shapes.push(await shapeOf(pool))
  }
  expect(new Set(shapes).size).toBe(shapes.length)
  await store.close()
})

test('a store that is closed is over: its thread belongs to another', async () => {
  const { store } = await openTestStore()
  await store.close()
  await expect(store.embedded!.fsyncs()).rejects.toThrow('given back')
  const next = await openTestStore()
  await expect(store.embedded!.dump()).rejects.toThrow('given back')
  await next.store.close()
})

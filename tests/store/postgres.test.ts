// What only a server does: it conflicts, it deadlocks, it goes away. None of it reaches a caller as something else.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.ts'
import { schedule } from '../../src/store/due.ts'
import {
  HOW_TO_GET_POSTGRES,
  type PostgresCluster,
  findPostgres,
  startPostgres,
} from '../support/postgres-cluster.ts'
import { type TestStore, openTestStore } from '../support/stores.ts'

const bin = findPostgres()
describe.skipIf(bin === null)(`a PostgreSQL server${bin === null ? ` (${HOW_TO_GET_POSTGRES})` : ''}`, () => {
  let cluster: PostgresCluster
  let opened: TestStore
  const lost: object[] = []
  beforeAll(async () => {
    cluster = await startPostgres(bin ?? '', { fsync: false })
    const logger = { info: () => {}, warn: () => {}, error: (fields: object) => void lost.push(fields) }
    opened = await openTestStore({ databaseUrl: await cluster.createDatabase(), logger })
  })
  afterAll(async () => {
    await opened?.store.close()
    await cluster?.stop()
  })
  const put = (subject: string, n = 0) => ({
    kind: 'pg',
    subject,
    dueAt: new Date('2027-01-01'),
    data: { n },
  })

  test('a connection that dies between two queries of a transaction is ARR-201, and the store goes on', async () => {
    const { store } = opened
    const dying = store.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await new Promise<void>((resolve) => {
        const off = setInterval(() => {
          if (lost.length === 0) return
          clearInterval(off)
          resolve()
        }, 5)
        void kill(rows[0]?.pid ?? 0)
      })
      await sql`select 1`.execute(tx)
    })
    await expect(dying).rejects.toMatchObject({ code: 'ARR-201' })
    await store.ping()
  })
  const kill = async (pid: number): Promise<void> => {
    const { Client } = await import('pg')
    const client = new Client({ connectionString: cluster.url })
    await client.connect()
    await client.query('select pg_terminate_backend($1)', [pid])
    await client.end()
  }

  test('two transactions that deadlock both commit in the end', async () => {
    const { store } = opened
    await store.transaction(async (tx) => {
      for (const subject of ['a', 'b']) await schedule(tx, put(subject))
    })
    const met = Promise.withResolvers<undefined>()
    let inside = 0
    let runs = 0
    const touch = (first: string, second: string) =>
      store.transaction(async (tx) => {
        runs += 1
        await schedule(tx, put(first, 1))
        inside += 1
        if (inside === 2) met.resolve(undefined)
        await met.promise
        await schedule(tx, put(second, 1))
      })
    await Promise.all([touch('a', 'b'), touch('b', 'a')])
    expect(runs).toBeGreaterThan(2)
    const rows = await store.db.selectFrom('due').select('data').where('kind', '=', 'pg').execute()
    expect(rows).toEqual([{ data: { n: 1 } }, { data: { n: 1 } }])
  })

  test('a serialisation failure is retried, another error is not', async () => {
    const { store } = opened
    let runs = 0
    const value = await store.transaction(async (tx) => {
      runs += 1
      if (runs === 1) await sql`do $$ begin raise exception 'x' using errcode = '40001'; end $$`.execute(tx)
      return runs
    })
    expect(value).toBe(2)
    runs = 0
    const wrong = store.transaction(async (tx) => {
      runs += 1
      await sql`select 1 / 0`.execute(tx)
    })
    await expect(wrong).rejects.toMatchObject({ code: '22012' })
    expect(runs).toBe(1)
  })

  test('names itself and speaks UTC', async () => {
    const { rows } =
      await sql`select current_setting('application_name') as name, current_setting('TimeZone') as zone,
      current_setting('statement_timeout') as limit`.execute(opened.store.db)
    expect(rows).toEqual([{ name: 'arrestor', zone: 'UTC', limit: '30s' }])
  })

  test('one that does not answer is ARR-201 at the start', async () => {
    await expect(openStore({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'ARR-201',
    })
  })
})

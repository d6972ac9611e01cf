// Migrations: once, under a lock, never backwards, never half.
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { createDb } from '../../src/store/dialect.ts'
import { openEmbedded } from '../../src/store/embedded/open-embedded.ts'
import { MIGRATIONS, migrate } from '../../src/store/migrate.ts'
import { openStore } from '../../src/store/open.ts'
import { preparedCluster, storeKinds } from '../support/stores.ts'
import { HOW_TO_GET_POSTGRES, findPostgres, startPostgres } from '../support/postgres-cluster.ts'

const names = Object.keys(MIGRATIONS)

test('migrations are numbered in order, without gaps or twins', () => {
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1))
})

for (const kind of storeKinds()) {
  const title = kind.missing === undefined ? kind.name : `${kind.name} (${kind.missing})`
  describe.skipIf(kind.missing !== undefined)(`migrating ${title}`, () => {
    afterAll(() => kind.close())

    test('a second start has nothing to do; a database of a newer Arrestor is refused with ARR-205', async () => {
      const { store } = await kind.open()
      expect(await migrate(store.db)).toEqual([])
      await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '')`.execute(
        store.db,
      )
      await expect(migrate(store.db)).rejects.toMatchObject({
        code: 'ARR-205',
        details: { found: '9999-from-the-future', known: names.at(-1) },
      })
      await store.close()
    })
  })
}

test('a migration that fails is ARR-204 and leaves nothing behind', async () => {
  const hooks = { guard: () => {}, onLost: () => {}, onFatal: () => {} }
  const embedded = await openEmbedded({ dataDir: null, prepared: await preparedCluster(), ...hooks })
  const tables = async () =>
    (await embedded.pool.run(`select tablename from pg_tables where schemaname = 'public' order by 1`)).map(
      (row) => row['tablename'],
    )
  // As a database in which somebody else already uses one of our names.
  await embedded.pool.run('drop schema public cascade; create schema public; create table audit (a integer)')
  await expect(migrate(createDb(embedded.pool))).rejects.toMatchObject({
    code: 'ARR-204',
    details: { why: 'relation "audit" already exists' },
  })
  expect((await tables()).filter((name) => !String(name).startsWith('kysely'))).toEqual(['audit'])
  await embedded.close()
})

const bin = findPostgres()
test.skipIf(bin === null)(
  `four replicas that start at once migrate once${bin === null ? ` (${HOW_TO_GET_POSTGRES})` : ''}`,
  async () => {
    const cluster = await startPostgres(bin ?? '', { fsync: false })
    const databaseUrl = await cluster.createDatabase()
    const migrated: object[] = []
    const logger = {
      info: (fields: object) => void migrated.push(fields),
      warn: () => {},
      error: () => {},
    }
    try {
      const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ databaseUrl, logger })))
      await Promise.all(stores.map((store) => store.ping()))
      expect(migrated.filter((fields) => 'migrated' in fields)).toEqual([{ migrated: names }])
      await Promise.all(stores.map((store) => store.close()))
    } finally {
      await cluster.stop()
    }
  },
)

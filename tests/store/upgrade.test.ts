// An upgrade in place: what an earlier version left, as it left it, is opened by this one; nothing is lost and all works.
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { afterAll, describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/store/migrate.ts'
import { type OpenedStore, openStore } from '../../src/store/open.ts'
import { OOM, broken, stateOf, timeline } from '../flow/support.ts'
import { type PostgresCluster, findPostgres, startPostgres } from '../support/postgres-cluster.ts'
import { type StoreKind, preparedCluster, storeKinds } from '../support/stores.ts'
import { type VirtualClock, createVirtualClock } from '../support/virtual-clock.ts'
import { type World, alertBody, startWorld } from '../support/world.ts'
import { type } from '../slack/typing.ts'

const FIRST = '0001-first-tables'

type Rows = Record<string, Record<string, unknown>[]>

/** Every row of these tables, in these columns, as JSON. */
async function rowsOf(store: OpenedStore, columns: Record<string, string[]>): Promise<Rows> {
  const all: Rows = {}
  for (const [table, names] of Object.entries(columns)) {
    const list = sql.join(names.map((name) => sql.ref(name)))
    const { rows } = await sql<{ row: Record<string, unknown> }>`
      select to_jsonb(t) as row from (select ${list} from ${sql.table(table)}) t order by 1`.execute(store.db)
    all[table] = rows.map(({ row }) => row)
  }
  return all
}

/** The tables of the public schema with their columns, without the migrator's own. */
async function columnsOf(store: OpenedStore): Promise<Record<string, string[]>> {
  const { rows } = await sql<{ table: string; columns: string[] }>`
    select table_name as table, array_agg(column_name::text order by ordinal_position) as columns
      from information_schema.columns
     where table_schema = 'public' and table_name not like 'kysely%' group by 1`.execute(store.db)
  return Object.fromEntries(rows.map(({ table, columns }) => [table, columns]))
}

/** Makes the store one that knows the first migration alone. */
async function makeFirst(store: OpenedStore): Promise<void> {
  await sql`drop schema public cascade`.execute(store.db)
  await sql`create schema public`.execute(store.db)
  const first = { [FIRST]: MIGRATIONS[FIRST]! }
  const migrator = new Migrator({
    db: store.db,
    provider: { getMigrations: async () => await Promise.resolve(first) },
  })
  const { error } = await migrator.migrateToLatest()
  expect(error).toBeUndefined()
}

async function fill(store: OpenedStore, rows: Rows): Promise<void> {
  for (const table of Object.keys(rows).toSorted(byReference)) {
    const names = Object.keys(rows[table]?.[0] ?? {})
    if (names.length === 0) continue
    const list = sql.join(names.map((name) => sql.ref(name)))
    await sql`
      insert into ${sql.table(table)} (${list}) overriding system value
      select ${list} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows[table])}::jsonb)`.execute(
      store.db,
    )
  }
  for (const [table, column] of [
    ['incidents', 'number'],
    ['outbox', 'id'],
  ] as const)
    await sql`
      select setval(pg_get_serial_sequence(${table}, ${column}), (select max(${sql.ref(column)}) from ${sql.table(table)}))`.execute(
      store.db,
    )
}

/** Incidents before what refers to them, offers before their runs. */
function byReference(a: string, b: string): number {
  const rank = (table: string): number => ['incidents', 'offers'].indexOf(table) + 1 || 9
  return rank(a) - rank(b)
}

/** A world whose people have acknowledged, noted and pressed: one incident was acted on, one still offers its button. */
async function lived(kind: StoreKind): Promise<World> {
  const world = await startWorld({ kind })
  const { appId } = await broken(world)
  await world.press('U0BOB', 'act:0')
  await world.until(() => stateOf(world, appId) === 'KILLED', 'the kill')
  const second = world.spark.start('executor-oom')
  await world.send(alertBody({ ...OOM, job_name: 'second', app_id: second.appId }))
  await world.until(() => JSON.stringify(world.cards()[1] ?? '').includes('"act:0"'), 'the second button')
  await type(world, 'ack 2')
  await world.until(
    async () => (await timeline(world)).some(({ kind: what }) => what === 'action_verified'),
    'the verification',
    500,
  )
  return world
}

interface Upgrade {
  readonly store: OpenedStore
  readonly clock: VirtualClock
  readonly before: Rows
  readonly columns: Record<string, string[]>
}

/** What somebody has lived through, put into a store of the first version, and that opened by this version. */
async function upgraded(kind: StoreKind, databaseUrl: string | undefined): Promise<Upgrade> {
  const where = databaseUrl === undefined ? { inMemory: true } : { databaseUrl }
  const prepared = databaseUrl === undefined ? { prepared: await preparedCluster() } : {}
  const old = await openStore({ ...where, ...prepared })
  await makeFirst(old)
  const columns = await columnsOf(old)
  const world = await lived(kind)
  await fill(old, await rowsOf(world.store, columns))
  const clock = createVirtualClock()
  await clock.advance(world.clock.now().getTime() - clock.now().getTime())
  await world.close()
  const before = await rowsOf(old, columns)
  const dumped = old.embedded === undefined ? {} : { prepared: await old.embedded.dump() }
  await old.close()
  return { store: await openStore({ ...where, ...dumped, clock }), clock, before, columns }
}

let cluster: PostgresCluster | undefined
afterAll(async () => await cluster?.stop())

/** An empty database of a server; undefined for the embedded kind. */
async function databaseFor(kind: StoreKind): Promise<string | undefined> {
  if (kind.name === 'embedded') return undefined
  cluster ??= await startPostgres(findPostgres() ?? '', { fsync: false })
  return await cluster.createDatabase()
}

for (const kind of storeKinds()) {
  const title = kind.missing === undefined ? kind.name : `${kind.name} (${kind.missing})`
  describe.skipIf(kind.missing !== undefined)(
    `upgrading ${title} from the first tables`,
    { timeout: 120_000 },
    () => {
      afterAll(() => kind.close())

      it('loses no row and no value, and goes on working: pressed, noted, drafted', async () => {
        const { store, clock, before, columns } = await upgraded(kind, await databaseFor(kind))
        expect(before['incidents']).toHaveLength(2)
        expect(before['offers']?.length).toBeGreaterThanOrEqual(2)
        expect(before['action_runs']).toHaveLength(1)
        expect(await rowsOf(store, columns)).toEqual(before)
        const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
          store.db,
        )
        expect(rows.map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS))

        const world = await startWorld({
          kind: { ...kind, open: async () => await Promise.resolve({ store, clock }) },
        })
        expect((await type(world, 'list')).text).toMatch(/\*#2\*.*acknowledged by alice[\s\S]*\*#1\*/)
        expect((await type(world, 'note 1 after the upgrade')).text).toContain('Noted on #1')
        expect((await type(world, 'resolve 2')).text).toContain('Resolved #2')
        const answer = await fetch(`${world.service.http.url}/api/v1/incidents/1/runbook-draft`, {
          headers: { authorization: 'Bearer sandbox' },
        })
        expect(answer.status).toBe(200)
        expect(await answer.text()).toContain('it succeeded, and a probe confirmed it')
        await world.send(alertBody({ ...OOM, job_name: 'third' }))
        await world.settle()
        expect((await type(world, 'list')).text).toContain('*#3*')
      })
    },
  )
}

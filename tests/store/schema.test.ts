// The tables as PostgreSQL has them, checked in: a migration is a readable diff, and both databases have the same.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import type { Db } from '../../src/store/store.ts'
import { storeKinds } from '../support/stores.ts'

const SNAPSHOT = path.join(import.meta.dirname, 'schema.snapshot.sql')
const HEADER =
  '-- Made by tests/store/schema.test.ts; update with: UPDATE_SNAPSHOT=1 npx vitest run --project fast tests/store/schema.test.ts\n'

/** Every table, column, constraint and index of ours, in PostgreSQL's own words. */
async function describeSchema(db: Db): Promise<string> {
  const { rows } = await sql<{ line: string }>`
    with ours as (
      select c.oid, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind = 'r' and c.relname not like 'kysely%'
    ), lines as (
      select relname, 0 as part, 0::int as position, '' as name, format(E'\n-- %s', relname) as line from ours
      union all
      select relname, 1, a.attnum, '', format('%s.%s %s%s%s%s', relname, attname, format_type(atttypid, atttypmod),
        case when attnotnull then ' not null' else '' end,
        case attidentity when 'a' then ' generated always as identity' else '' end,
        coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
      from ours join pg_attribute a on a.attrelid = ours.oid and attnum > 0 and not attisdropped
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      union all
      -- PostgreSQL 18 also lists "not null" as constraints; the columns say it already.
      select relname, 2, 0, conname, format('%s: %s %s', relname, conname, pg_get_constraintdef(con.oid))
      from ours join pg_constraint con on con.conrelid = ours.oid where contype <> 'n'
      union all
      select relname, 3, 0, i.indexname, i.indexdef from ours join pg_indexes i on i.tablename = ours.relname
        and i.schemaname = 'public' and not exists (select 1 from pg_constraint con where con.conname = i.indexname)
    )
    select line from lines order by relname collate "C", part, position, name collate "C"`.execute(db)
  return `${HEADER}${rows.map((row) => row.line).join('\n')}\n`
}

for (const kind of storeKinds()) {
  const title = kind.missing === undefined ? kind.name : `${kind.name} (${kind.missing})`
  describe.skipIf(kind.missing !== undefined)(`the schema on ${title}`, () => {
    afterAll(() => kind.close())

    test('is the checked-in snapshot', async () => {
      const { store } = await kind.open()
      const found = await describeSchema(store.db)
      await store.close()
      if (process.env['UPDATE_SNAPSHOT'] !== undefined) writeFileSync(SNAPSHOT, found)
      expect(found).toBe(readFileSync(SNAPSHOT, 'utf8'))
    })
  })
}

// Brings the tables to this version: a static list, under the migrator's lock, each start, on both databases.
import { type Migration, Migrator } from 'kysely/migration'
import { ArrestorError, reasonOf } from '../errors.ts'
import * as firstTables from './migrations/0001-first-tables.ts'
import * as runbookRecord from './migrations/0002-runbook-record.ts'
import * as deployments from './migrations/0003-deployments.ts'
import * as captures from './migrations/0004-captures.ts'
import * as actionResults from './migrations/0005-action-results.ts'
import { asStoreError } from './pool.ts'
import type { Db } from './store.ts'

/** In order of name. A released migration is never edited: write the next one. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-runbook-record': runbookRecord,
  '0003-deployments': deployments,
  '0004-captures': captures,
  '0005-action-results': actionResults,
}

const KNOWN = Object.keys(MIGRATIONS).sort()
const TABLE = 'kysely_migration'

/** The names of the migrations that the database has had. */
async function executed(db: Db): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === TABLE)) return []
  const rows = await db
    .withTables<{ [TABLE]: { name: string } }>()
    .selectFrom(TABLE)
    .select('name')
    .orderBy('name')
    .execute()
  return rows.map((row) => row.name)
}

/**
 * Migrates up to this version and answers what it ran. Replicas that start together wait for one another.
 * Throws ARR-205 when the database knows a migration that we do not, ARR-204 when one failed (nothing is changed then).
 */
export async function migrate(db: Db): Promise<readonly string[]> {
  const known = KNOWN.at(-1) ?? 'none'
  const found = await executed(db)
  const foreign = found.find((name) => !KNOWN.includes(name))
  if (foreign !== undefined) throw new ArrestorError('ARR-205', { found: foreign, known })
  if (found.length === KNOWN.length) return []
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
  const { error, results } = await migrator.migrateToLatest()
  if (error !== undefined) {
    const known = asStoreError(error)
    throw known instanceof ArrestorError
      ? known
      : new ArrestorError('ARR-204', { why: reasonOf(error) }, error)
  }
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

// For `doctor`: whether the database could be used, without opening an embedded store that may have an owner.
import { access, constants, mkdir } from 'node:fs/promises'
import { ArrestorError, reasonOf } from '../errors.ts'
import { openPostgres } from './postgres/open-postgres.ts'

export interface DatabaseChoice {
  readonly databaseUrl: string | undefined
  readonly dataDir: string
}

/** One sentence about the database, or throws ARR-201 or ARR-203. */
export async function checkDatabase(choice: DatabaseChoice): Promise<string> {
  if (choice.databaseUrl === undefined) {
    try {
      await mkdir(choice.dataDir, { recursive: true })
      await access(choice.dataDir, constants.W_OK)
      return `embedded, in ${choice.dataDir}`
    } catch (error) {
      throw new ArrestorError('ARR-203', { dir: choice.dataDir, why: reasonOf(error) }, error)
    }
  }
  const pool = await openPostgres(choice.databaseUrl)
  await pool.close()
  return 'PostgreSQL answers'
}

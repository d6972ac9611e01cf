// For `doctor`: whether the database could be used, without opening an embedded store that may have an owner.
import { access, constants, mkdir } from 'node:fs/promises'
import { Client } from 'pg'
import { ArrestorError, reasonOf } from '../errors.ts'

export interface DatabaseChoice {
  readonly databaseUrl: string | undefined
  readonly dataDir: string
}

/** The oldest PostgreSQL that the tests run on, as `server_version_num` counts. */
const OLDEST = 150_000
const CONNECT_MS = 5_000

/** One sentence about the database, or throws ARR-201 or ARR-203. */
export async function checkDatabase({ databaseUrl, dataDir }: DatabaseChoice): Promise<string> {
  if (databaseUrl !== undefined) return await checkServer(databaseUrl)
  try {
    await mkdir(dataDir, { recursive: true })
    await access(dataDir, constants.W_OK)
    return `embedded, in ${dataDir}`
  } catch (error) {
    throw new ArrestorError('ARR-203', { dir: dataDir, why: reasonOf(error) }, error)
  }
}

async function checkServer(connectionString: string): Promise<string> {
  const client = new Client({ connectionString, connectionTimeoutMillis: CONNECT_MS })
  try {
    await client.connect()
    const { rows } = await client.query<{ num: string; name: string }>(
      "select current_setting('server_version_num') as num, current_setting('server_version') as name",
    )
    const [version] = rows
    if (version === undefined || Number(version.num) < OLDEST)
      throw new Error(`PostgreSQL ${version?.name ?? '?'} is older than 15`)
    return `PostgreSQL ${version.name}`
  } catch (error) {
    throw new ArrestorError('ARR-201', { why: reasonOf(error) }, error)
  } finally {
    await client.end()
  }
}

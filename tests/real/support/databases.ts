// Both databases as a service process is given them, each with a way to look in while no service runs.
import path from 'node:path'
import { openStore } from '../../../src/store/open.ts'
import type { Store } from '../../../src/store/store.ts'
import {
  HOW_TO_GET_POSTGRES,
  type PostgresCluster,
  findPostgres,
  startPostgres,
} from '../../support/postgres-cluster.ts'

export interface Database {
  /** The environment that makes a service use it. */
  readonly env: Readonly<Record<string, string>>
  /** Opens it beside no service, asks, and closes it again. */
  look<T>(ask: (store: Store) => Promise<T>): Promise<T>
}

export interface DatabaseKind {
  readonly name: string
  /** Why it is not here and how to get it, for the test's name. */
  readonly missing: string | null
  /** An empty one; `dir` is the test's own. */
  create(dir: string): Promise<Database>
  /** Ends what `create` had to start. */
  close(): Promise<void>
}

function embedded(): DatabaseKind {
  return {
    name: 'embedded',
    missing: null,
    create: async (dir) => {
      const dataDir = path.join(dir, 'data')
      return await Promise.resolve({
        env: { ARRESTOR_DATA_DIR: dataDir },
        look: (ask) => looking({ dataDir }, ask),
      })
    },
    close: async () => {},
  }
}

function postgres(): DatabaseKind {
  const bin = findPostgres()
  // One server for all: `fsync` on, since killing is the point.
  let cluster: Promise<PostgresCluster> | undefined
  return {
    name: 'PostgreSQL',
    missing: bin === null ? HOW_TO_GET_POSTGRES : null,
    create: async () => {
      cluster ??= startPostgres(bin ?? '', { fsync: true })
      const databaseUrl = await (await cluster).createDatabase()
      return { env: { DATABASE_URL: databaseUrl }, look: (ask) => looking({ databaseUrl }, ask) }
    },
    close: async () => (await cluster)?.stop(),
  }
}

async function looking<T>(
  where: { dataDir: string } | { databaseUrl: string },
  ask: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(where)
  try {
    return await ask(store)
  } finally {
    await store.close()
  }
}

export function databaseKinds(): readonly DatabaseKind[] {
  return [embedded(), postgres()]
}

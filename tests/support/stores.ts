// A store for a test in a tenth of a second: loaded from a template that is made once per machine and version, or emptied.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type OpenedStore, openStore } from '../../src/store/open.ts'
import type { StoreLogger } from '../../src/store/store.ts'
import { HOW_TO_GET_POSTGRES, type PostgresCluster, findPostgres, startPostgres } from './postgres-cluster.ts'
import { serveThread } from './served-threads.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export interface TestStore {
  readonly store: OpenedStore
  readonly clock: VirtualClock
}

const ROOT = path.join(import.meta.dirname, '../..')

/** Changes with everything that the template is made of. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const migrations = readdirSync(path.join(ROOT, 'src/store/migrations')).sort()
  for (const file of [
    'package-lock.json',
    'src/store/migrate.ts',
    ...migrations.map((name) => `src/store/migrations/${name}`),
  ])
    hash.update(readFileSync(path.join(ROOT, file)))
  return hash.digest('hex').slice(0, 16)
}

let template: Promise<Uint8Array> | undefined

async function makeTemplate(): Promise<Uint8Array> {
  const dir = path.join(tmpdir(), 'arrestor-test-templates')
  const file = path.join(dir, `${fingerprint()}.tar`)
  try {
    return readFileSync(file)
  } catch {
    const store = await openStore({ inMemory: true })
    const tar = await store.embedded!.dump()
    await store.close()
    mkdirSync(dir, { recursive: true })
    // Written beside and renamed: another worker reads the whole file or none.
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, tar)
    renameSync(draft, file)
    return tar
  }
}

export interface TestStoreOptions {
  readonly clock?: VirtualClock
  readonly logger?: StoreLogger
  /** An empty database of a server; without it the store is embedded, in memory. */
  readonly databaseUrl?: string
  readonly transactionTimeoutMs?: number
}

/** The template's tar: a migrated cluster, for tests that open their own directory and not the first start. */
export async function preparedCluster(): Promise<Uint8Array> {
  return await (template ??= makeTemplate())
}

/**
 * A migrated store with a virtual clock: by default embedded and in memory. Close it with `store.close()`.
 * The first of a process takes a second and 160 MB, each further one in turn a tenth of a second (see served-threads).
 */
export async function openTestStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const clock = options.clock ?? createVirtualClock()
  const where =
    options.databaseUrl === undefined
      ? { inMemory: true, prepared: await preparedCluster(), thread: serveThread }
      : { databaseUrl: options.databaseUrl }
  const { logger, transactionTimeoutMs } = options
  const store = await openStore({
    ...where,
    clock,
    ...(logger === undefined ? {} : { logger }),
    ...(transactionTimeoutMs === undefined ? {} : { transactionTimeoutMs }),
  })
  return { store, clock }
}

export interface StoreKind {
  readonly name: string
  /** Why it cannot be opened here, for the test's name. */
  readonly missing?: string
  open(options?: TestStoreOptions): Promise<TestStore>
  /** Ends what `open` had to start. */
  close(): Promise<void>
}

const POSTGRES_BIN = findPostgres()

function postgresKind(): StoreKind {
  let cluster: Promise<PostgresCluster> | undefined
  return {
    name: 'PostgreSQL',
    ...(POSTGRES_BIN === null ? { missing: HOW_TO_GET_POSTGRES } : {}),
    open: async (options = {}) => {
      cluster ??= startPostgres(POSTGRES_BIN ?? '', { fsync: false })
      return await openTestStore({ ...options, databaseUrl: await (await cluster).createDatabase() })
    },
    close: async () => (await cluster)?.stop(),
  }
}

/** Both databases, for suites that must hold on each. */
export function storeKinds(): readonly StoreKind[] {
  return [{ name: 'embedded', open: openTestStore, close: async () => {} }, postgresKind()]
}

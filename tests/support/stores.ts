// A store for a test in a few hundred milliseconds: loaded from a template that is made once per machine and version.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type OpenedStore, openStore } from '../../src/store/open.ts'
import type { StoreLogger } from '../../src/store/store.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export interface TestStore {
  readonly store: OpenedStore
  readonly clock: VirtualClock
}

const ROOT = path.join(import.meta.dirname, '../..')

/** Changes with everything that the template is made of. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const file of [
    'package-lock.json',
    'src/store/migrate.ts',
    'src/store/migrations/0001-first-tables.ts',
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

/** A migrated embedded store in memory with a virtual clock. Close it with `store.close()`. */
export async function openTestStore(
  options: { clock?: VirtualClock; logger?: StoreLogger } = {},
): Promise<TestStore> {
  template ??= makeTemplate()
  const clock = options.clock ?? createVirtualClock()
  const logger = options.logger === undefined ? {} : { logger: options.logger }
  const store = await openStore({ inMemory: true, prepared: await template, clock, ...logger })
  return { store, clock }
}

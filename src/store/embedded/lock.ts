// Guard 3: one process per data directory. SQLite's exclusive lock is the kernel's, so kill -9 releases it at once.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type LockResult =
  | { readonly kind: 'held'; release(): void }
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly why: string }

/** SQLITE_BUSY and SQLITE_LOCKED: somebody else holds it. */
const BUSY = new Set([5, 6])

/**
 * Takes the lock file beside the cluster (never inside it), or says at once that another process has it.
 * Not for NFS, whose locks are not to be trusted.
 */
export function lockDataDir(dir: string): LockResult {
  let db: DatabaseSync | undefined
  try {
    mkdirSync(dir, { recursive: true })
    db = new DatabaseSync(path.join(dir, 'lock.db'))
    db.exec('pragma locking_mode = exclusive; begin exclusive')
    const held = db
    return { kind: 'held', release: () => held.close() }
  } catch (error) {
    db?.close()
    const { errcode, message } = error as { errcode?: number; message: string }
    return errcode !== undefined && BUSY.has(errcode) ? { kind: 'taken' } : { kind: 'failed', why: message }
  }
}

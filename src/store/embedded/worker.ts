// The database's thread: PGlite with its guards, answering PostgreSQL's wire protocol one request at a time.
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { countFsyncs, durableNodeFs, syncTree } from './durable-fs.ts'
import type { BootReport, FromWorker, ToWorker, WorkerOptions } from './protocol.ts'

/** Guard 5: PGlite's default of 128 MB of shared buffers doubles the resident memory for nothing. */
const MEMORY = ['-c', 'shared_buffers=16MB']
/** Guard 1: PGlite starts with fsync off (-F); its fdatasync does nothing, so WAL is synced with fsync. */
const DURABLE = ['-c', 'fsync=on', '-c', 'wal_sync_method=fsync']
/** WAL segments are kept for reuse; without a bound they pile up between checkpoints. */
const WAL = ['-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB']

async function boot(options: WorkerOptions): Promise<{ db: PGlite; report: BootReport }> {
  const phases: Record<string, number> = {}
  let at = performance.now()
  const lap = (phase: string): void => {
    const now = performance.now()
    phases[phase] = Math.round(now - at)
    at = now
  }
  const prepared =
    options.prepared === null ? {} : { loadDataDir: new Blob([options.prepared as Uint8Array<ArrayBuffer>]) }
  if (options.dataDir === null) {
    const db = await PGlite.create({ startParams: [...PGlite.defaultStartParams, ...MEMORY], ...prepared })
    lap('open')
    return { db, report: { created: true, phases } }
  }
  const created = !existsSync(path.join(options.dataDir, 'PG_VERSION'))
  mkdirSync(options.dataDir, { recursive: true })
  const startParams = [
    ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
    ...MEMORY,
    ...DURABLE,
    ...WAL,
  ]
  const db = await PGlite.create({
    fs: durableNodeFs(options.dataDir),
    startParams,
    ...(created ? prepared : {}),
  })
  lap('open')
  if (created) syncTree(options.dataDir)
  lap('sync')
  return { db, report: { created, phases } }
}

async function answer(db: PGlite, message: ToWorker): Promise<Uint8Array> {
  switch (message.kind) {
    case 'wire':
      return db.execProtocolRaw(message.bytes)
    case 'rollback':
      if (db.isInTransaction()) await db.exec('rollback')
      return new Uint8Array(0)
    case 'dump':
      return new Uint8Array(await (await db.dumpDataDir('none')).arrayBuffer())
    case 'fsyncs':
      return new Uint8Array(0)
    case 'close':
      await db.close()
      return new Uint8Array(0)
  }
}

/** PGlite is minified: a stack of it is 20 kB of one line. Only the first line of a message leaves this thread. */
function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? 'unknown'
}

function say(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(message)
}

async function run(): Promise<void> {
  const { db, report } = await boot(workerData as WorkerOptions)
  let last: Promise<void> = Promise.resolve()
  const serve = async (message: ToWorker, before: Promise<void>): Promise<void> => {
    await before
    try {
      say({ kind: 'done', id: message.id, bytes: await answer(db, message), count: countFsyncs() })
    } catch (error) {
      say({ kind: 'refused', id: message.id, why: reason(error) })
      // A wrong statement is an answer, not a throw: this is PGlite itself, and what is in its memory is not to be trusted.
      if (message.kind === 'wire') process.exit(1)
    }
  }
  parentPort?.on('message', (message: ToWorker) => {
    last = serve(message, last)
  })
  say({ kind: 'ready', report })
}

run().catch((error: unknown) => say({ kind: 'failed', why: reason(error) }))

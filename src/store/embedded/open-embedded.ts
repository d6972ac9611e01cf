// The embedded database as a pool of one connection: its thread, its lock, and a guard against waiting for oneself.
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { createPool, type StorePool } from '../pool.ts'
import { lockDataDir } from './lock.ts'
import { portStream } from './port-stream.ts'
import type { BootReport } from './protocol.ts'
import { type DatabaseThread, startThread } from './thread.ts'

export interface EmbeddedOptions {
  /** Null keeps everything in memory. The cluster goes to `<dataDir>/pgdata`, the lock beside it. */
  readonly dataDir: string | null
  readonly prepared?: Uint8Array
  /** Starts the database's thread; by default a new one. Tests hand out one that has served before, emptied. */
  readonly thread?: typeof startThread
  /** Throws where a lease would wait for ever. */
  readonly guard: () => void
  readonly onLost: (why: string) => void
  /** The database's thread has ended by itself: nothing works any more until the process is started again. */
  readonly onFatal: (why: string) => void
}

export interface Embedded {
  readonly pool: StorePool
  readonly report: BootReport
  /** The cluster as an uncompressed tar. */
  dump(): Promise<Uint8Array>
  /** Syncs to disk since the start. */
  fsyncs(): Promise<number>
  close(): Promise<void>
}

function takeLock(dataDir: string): () => void {
  const lock = lockDataDir(dataDir)
  if (lock.kind === 'taken') throw new ArrestorError('ARR-202', { dir: dataDir })
  if (lock.kind === 'failed') throw new ArrestorError('ARR-203', { dir: dataDir, why: lock.why })
  return () => lock.release()
}

async function start(options: EmbeddedOptions): Promise<DatabaseThread> {
  const { dataDir } = options
  try {
    const cluster = dataDir === null ? null : path.join(dataDir, 'pgdata')
    return await (options.thread ?? startThread)({ dataDir: cluster, prepared: options.prepared ?? null })
  } catch (error) {
    throw new ArrestorError('ARR-203', { dir: dataDir ?? '(memory)', why: reasonOf(error) }, error)
  }
}

/** A connection to the one session there is. What an earlier connection left open in it is rolled back first. */
function connect(thread: DatabaseThread): Duplex {
  const fresh = thread.ask({ kind: 'rollback' })
  // Seen by the first exchange; a connection that never writes has nobody to tell.
  fresh.catch(() => undefined)
  return portStream(async (bytes) => {
    await fresh
    return (await thread.ask({ kind: 'wire', bytes })).bytes
  })
}

/** Opens the cluster; throws ARR-202 when another process has it, ARR-203 when it cannot be used. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const unlock = options.dataDir === null ? () => {} : takeLock(options.dataDir)
  let thread: DatabaseThread
  try {
    thread = await start(options)
  } catch (error) {
    unlock()
    throw error
  }
  let closing = false
  const watch = async (): Promise<void> => {
    const why = await thread.ended
    if (!closing) options.onFatal(why)
  }
  void watch()
  const pool = createPool(
    {
      max: 1,
      idleTimeoutMillis: 0,
      // Everything that node-postgres would take from PG* variables is given.
      user: 'postgres',
      database: 'postgres',
      host: 'embedded',
      port: 5432,
      password: '',
      ssl: false,
      stream: () => connect(thread),
    },
    options,
  )
  return {
    pool,
    report: thread.report,
    dump: async () => (await thread.ask({ kind: 'dump' })).bytes,
    fsyncs: async () => (await thread.ask({ kind: 'fsyncs' })).count,
    close: async () => {
      closing = true
      await pool.end()
      // Closing writes a checkpoint; when it cannot, the WAL has everything.
      await thread.ask({ kind: 'close' }).catch(() => undefined)
      await thread.terminate()
      unlock()
    },
  }
}

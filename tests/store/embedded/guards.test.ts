// The embedded store's guards: without them PGlite loses data. Each is pinned here, because each leans on its insides.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { countFsyncs, syncTree } from '../../../src/store/embedded/durable-fs.ts'
import { lockDataDir } from '../../../src/store/embedded/lock.ts'
import { openEmbedded } from '../../../src/store/embedded/open-embedded.ts'
import { startMaintenance } from '../../../src/store/embedded/maintenance.ts'
import { openStore } from '../../../src/store/open.ts'
import { preparedCluster } from '../../support/stores.ts'
import { startWriter } from '../run-writer.ts'

const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

// Each starts a database of its own, some for the first time: on a busy machine that is slow.
describe('the embedded store', { timeout: 60_000 }, () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'arrestor-store-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))
  const hooks = { guard: () => {}, onLost: () => {}, onFatal: () => {} }
  const open = async () => openEmbedded({ dataDir: dir, prepared: await preparedCluster(), ...hooks })

  test('guards 1 and 2: every commit reaches the disk, and a new cluster as a whole', async () => {
    const embedded = await openEmbedded({ dataDir: dir, ...hooks })
    expect(embedded.report.created).toBe(true)
    // The new cluster has about a thousand files.
    expect(await embedded.fsyncs()).toBeGreaterThan(900)
    await embedded.pool.run('create table t (a integer)')
    const before = await embedded.fsyncs()
    for (let index = 0; index < 20; index++) await embedded.pool.run('insert into t values ($1)', [index])
    const commits = (await embedded.fsyncs()) - before
    expect(commits).toBeGreaterThanOrEqual(20)
    const [settings] = await embedded.pool.run(
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('full_page_writes') as pages, current_setting('wal_sync_method') as method`,
    )
    expect(settings).toEqual({ fsync: 'on', commit: 'on', pages: 'on', method: 'fsync' })
    await embedded.close()
  })

  test('guard 2: a tree is synced to its last file and folder', () => {
    rmSync(dir, { recursive: true })
    expect(() => syncTree(dir)).toThrow('ENOENT')
    dir = mkdtempSync(path.join(tmpdir(), 'arrestor-store-'))
    for (const name of ['a', 'b', 'c']) writeFileSync(path.join(dir, name), name)
    const before = countFsyncs()
    syncTree(dir)
    expect(countFsyncs() - before).toBe(4)
  })

  test('guard 3: a second process is refused at once with ARR-202, and let in when the first is killed', async () => {
    await (await open()).close()
    const first = startWriter(dir, 'hold')
    expect(await first.first).toBe(`open ${first.pid}`)
    await expect(openStore({ dataDir: dir })).rejects.toMatchObject({ code: 'ARR-202' })
    await first.kill()
    const store = await openStore({ dataDir: dir })
    await store.ping()
    await store.close()
  })

  test('guard 3: the lock is one per directory, also within a process, and free after release', () => {
    const first = lockDataDir(dir)
    expect(first.kind).toBe('held')
    expect(lockDataDir(dir)).toEqual({ kind: 'taken' })
    if (first.kind === 'held') first.release()
    const second = lockDataDir(dir)
    expect(second.kind).toBe('held')
    if (second.kind === 'held') second.release()
  })

  test('guard 4: checkpoints move the redo point, and tables with dead rows are vacuumed one by one', async () => {
    const embedded = await open()
    const maintenance = startMaintenance(embedded.pool, SILENT)
    await embedded.pool.run('create table worn (a integer); create table fresh (a integer)')
    await embedded.pool.run('insert into worn select generate_series(1, 1000)')
    await embedded.pool.run('delete from worn where a > 10')
    const redo = async () =>
      (await embedded.pool.run('select redo_lsn from pg_control_checkpoint()'))[0]?.['redo_lsn']
    const before = await redo()
    await maintenance.checkpoint()
    expect(await redo()).not.toBe(before)
    expect(await maintenance.vacuum()).toContain('public.worn')
    expect(await maintenance.vacuum()).not.toContain('public.worn')
    await maintenance.stop()
    await embedded.close()
  })

  test('guard 4: both run on schedule, and a failure is logged and no end', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const run: string[] = []
      const log = { ...SILENT, error: (_fields: object, message: string) => void run.push(message) }
      const pool = {
        run: async (text: string) => {
          run.push(text.trim().split(/\s/)[0] ?? '')
          if (text === 'checkpoint' && run.length === 1) throw new Error('disk full')
          return text.includes('pg_stat_user_tables') ? [{ name: 'public.a' }] : []
        },
      } as unknown as Parameters<typeof startMaintenance>[0]
      const maintenance = startMaintenance(pool, log, { checkpointMs: 10, vacuumMs: 25 })
      await vi.advanceTimersByTimeAsync(29)
      await maintenance.stop()
      expect(run).toEqual([
        'checkpoint',
        'store maintenance failed',
        'checkpoint',
        'select',
        'select',
        'vacuum',
      ])
    } finally {
      vi.useRealTimers()
    }
  })

  test('guard 5: shared buffers are small', async () => {
    const embedded = await open()
    expect(await embedded.pool.run('show shared_buffers')).toEqual([{ shared_buffers: '16MB' }])
    await embedded.close()
  })

  test('what was committed is there after a reopening, which makes no new cluster', async () => {
    const first = await openStore({ dataDir: dir, prepared: await preparedCluster() })
    await first.db
      .insertInto('runbook_texts')
      .values({ hash: 'h', runbook_id: 'r', file: 'f', text: 't' })
      .execute()
    await first.close()
    const second = await openStore({ dataDir: dir })
    expect(second.embedded?.report.created).toBe(false)
    expect(await second.db.selectFrom('runbook_texts').select('hash').execute()).toEqual([{ hash: 'h' }])
    await second.close()
  })

  test('a directory that cannot be used is ARR-203 with a reason, and the lock is free again', async () => {
    writeFileSync(path.join(dir, 'pgdata'), 'a file where a folder should be')
    await expect(openStore({ dataDir: dir })).rejects.toMatchObject({ code: 'ARR-203' })
    rmSync(path.join(dir, 'pgdata'))
    const lock = lockDataDir(dir)
    expect(lock.kind).toBe('held')
    if (lock.kind === 'held') lock.release()
    const file = path.join(dir, 'file')
    writeFileSync(file, '')
    await expect(openStore({ dataDir: path.join(file, 'below') })).rejects.toMatchObject({ code: 'ARR-203' })
  })

  test('a broken cluster is one short sentence, never PGlite’s source', async () => {
    const store = await open()
    await store.close()
    rmSync(path.join(dir, 'pgdata/global/pg_control'))
    const error = await openStore({ dataDir: dir }).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'ARR-203' })
    expect((error as Error).message.length).toBeLessThan(700)
    expect(existsSync(path.join(dir, 'pgdata'))).toBe(true)
  })
})

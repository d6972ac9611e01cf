// kill -9 of the writer, or of the server, at random points: every acknowledged row is there afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenedStore, openStore } from '../../src/store/open.ts'
import { startWriter } from '../store/run-writer.ts'
import {
  HOW_TO_GET_POSTGRES,
  type PostgresCluster,
  findPostgres,
  startPostgres,
} from '../support/postgres-cluster.ts'

const ROUNDS = 8

/** Acknowledged numbers that the store does not have. */
async function lost(store: OpenedStore, acknowledged: readonly string[]): Promise<string[]> {
  const rows = await store.db.selectFrom('decisions').select('subject').where('kind', '=', 'writer').execute()
  const kept = new Set(rows.map((row) => row.subject))
  return acknowledged.filter((subject) => !kept.has(subject))
}

describe('the embedded store', () => {
  test(`loses no acknowledged row in ${ROUNDS} kills of its process, and always opens again`, async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-kill-'))
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const writer = startWriter(dir, round % 2 === 0 ? 'write' : 'checkpoints')
      await writer.reached(100)
      await delay(Math.random() * 300)
      await writer.kill()
      acknowledged.push(...writer.acknowledged)
    }
    const store = await openStore({ dataDir: dir })
    expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * 100)
    expect(await lost(store, acknowledged)).toEqual([])
    await store.close()
    rmSync(dir, { recursive: true })
  })

  test('opens after its first start was killed anywhere', async () => {
    for (let at = 100; at <= 2500; at += 300) {
      const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-first-'))
      const writer = startWriter(dir)
      await delay(at)
      await writer.kill()
      const store = await openStore({ dataDir: dir })
      expect(await lost(store, writer.acknowledged), `killed after ${at} ms`).toEqual([])
      await store.close()
      rmSync(dir, { recursive: true })
    }
  })
})

const bin = findPostgres()
describe.skipIf(bin === null)(`PostgreSQL${bin === null ? ` (${HOW_TO_GET_POSTGRES})` : ''}`, () => {
  let cluster: PostgresCluster
  beforeAll(async () => {
    cluster = await startPostgres(bin ?? '', { fsync: true })
  })
  afterAll(() => cluster?.stop())

  test(`loses no acknowledged row in ${ROUNDS} kills of the service`, async () => {
    const url = await cluster.createDatabase()
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const writer = startWriter(url)
      await writer.reached(100)
      await delay(Math.random() * 300)
      await writer.kill()
      acknowledged.push(...writer.acknowledged)
    }
    const store = await openStore({ databaseUrl: url })
    expect(await lost(store, acknowledged)).toEqual([])
    await store.close()
  })

  test('a killed server is ARR-201 while it is away, and the same store goes on when it is back', async () => {
    const url = await cluster.createDatabase()
    const store = await openStore({ databaseUrl: url })
    const writer = startWriter(url)
    await writer.reached(100)
    await cluster.kill()
    await expect(store.ping()).rejects.toMatchObject({ code: 'ARR-201' })
    const write = store.transaction((tx) => tx.selectFrom('due').selectAll().execute())
    await expect(write).rejects.toMatchObject({ code: 'ARR-201' })
    await writer.kill()
    await cluster.restart()
    await store.ping()
    expect(
      await lost(
        store,
        writer.acknowledged.filter((line) => !line.startsWith('failed')),
      ),
    ).toEqual([])
    await store.close()
  })
})

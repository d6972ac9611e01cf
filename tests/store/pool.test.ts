// The pool and the transaction around it: what they refuse, and what they call by which name.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ArrestorError } from '../../src/errors.ts'
import { answerable } from '../../src/store/embedded/port-stream.ts'
import { asStoreError } from '../../src/store/pool.ts'
import type { Tx } from '../../src/store/store.ts'
import { type TestStore, openTestStore } from '../support/stores.ts'

describe('a lost connection', () => {
  const withCode = (code: string): Error => Object.assign(new Error('m'), { code })
  test.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['an administrator’s shutdown', withCode('57P01')],
    ['a failed connection', withCode('08006')],
    ['too many connections', withCode('53300')],
    ['node-postgres’ own words', new Error('Connection terminated unexpectedly')],
    ['no free connection in time', new Error('timeout exceeded when trying to connect')],
    ['several addresses refused', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
    ['a dead thread', new Error("the database's thread ended with code 1")],
  ])('%s is ARR-201', (_name, error) => {
    expect(asStoreError(error)).toMatchObject({ code: 'ARR-201' })
  })
  test.each([
    ['a wrong statement', withCode('42601')],
    ['a taken key', withCode('23505')],
    ['a cancelled statement', withCode('57014')],
    ['one that has its code', new ArrestorError('ARR-205')],
    ['no error at all', 'text'],
  ])('%s stays as it is', (_name, error) => {
    expect(asStoreError(error)).toBe(error)
  })
})

describe('the wire', () => {
  const message = (type: string, body = ''): Buffer => {
    const buffer = Buffer.alloc(5 + body.length)
    buffer.write(type, 0)
    buffer.writeInt32BE(4 + body.length, 1)
    buffer.write(body, 5)
    return buffer
  }
  test('is answered at Query and Sync, not before, and never in the middle of a message', () => {
    const parse = message('P', 'select 1')
    const sync = message('S')
    expect(answerable(Buffer.alloc(0))).toBe(0)
    expect(answerable(parse)).toBe(0)
    expect(answerable(Buffer.concat([parse, sync]))).toBe(parse.length + sync.length)
    expect(answerable(Buffer.concat([parse, sync, parse]))).toBe(parse.length + sync.length)
    expect(answerable(Buffer.concat([parse, sync]).subarray(0, -1))).toBe(0)
    expect(answerable(message('Q', 'select 1'))).toBe(13)
  })
})

describe('a transaction', () => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await openTestStore({ transactionTimeoutMs: 200 })
  })
  afterAll(() => opened.store.close())

  test('that takes too long is rolled back, and the next one has the connection', async () => {
    let late: Tx | undefined
    const endless = opened.store.transaction(async (tx) => {
      late = tx
      await tx
        .insertInto('runbook_texts')
        .values({ hash: 'late', runbook_id: 'r', file: 'f', text: 't' })
        .execute()
      await new Promise(() => {})
    })
    await expect(endless).rejects.toThrow('took longer than 0.2 s and was rolled back')
    expect(await opened.store.db.selectFrom('runbook_texts').selectAll().execute()).toEqual([])
    // What still holds it cannot write into the next one's transaction.
    const stray = late?.selectFrom('due').selectAll().execute()
    await expect(stray).rejects.toThrow('already rolled back')
  })

  test('ends its lease of the connection: what comes later is refused', async () => {
    const pool = opened.store.embedded?.pool
    const lease = await pool?.lease()
    await lease?.query('select 1')
    lease?.release()
    await expect(lease?.query('select 1')).rejects.toThrow('after its transaction or connection had ended')
  })

  test('may be followed by what it started, once it has ended', async () => {
    const over = Promise.withResolvers<undefined>()
    let after: Promise<unknown> | undefined
    await opened.store.transaction(async () => {
      const look = async (): Promise<unknown> => {
        await over.promise
        return await opened.store.db.selectFrom('due').selectAll().execute()
      }
      after = look()
    })
    over.resolve(undefined)
    expect(await after).toEqual([])
  })

  test('carries a body of 8 MB', async () => {
    const body = new Uint8Array(8_000_000).fill(7)
    const at = new Date(0)
    const values = { id: 'big', source: 's', received_at: at, body, rejected: 'null' }
    await opened.store.db.insertInto('raw_bodies').values(values).execute()
    const row = await opened.store.db.selectFrom('raw_bodies').select('body').executeTakeFirstOrThrow()
    expect(row.body.length).toBe(body.length)
    expect(row.body.every((byte) => byte === 7)).toBe(true)
  })
})

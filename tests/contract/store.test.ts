// What every room may rely on, whichever database it is: run over the embedded store and a PostgreSQL server.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DISCREET } from '../../src/alerts/discretion.ts'
import { enqueue, registerJobs } from '../../src/store/jobs.ts'
import { json } from '../../src/store/store.ts'
import { type TestStore, storeKinds } from '../support/stores.ts'

for (const kind of storeKinds()) {
  const title = kind.missing === undefined ? kind.name : `${kind.name} (${kind.missing})`
  describe.skipIf(kind.missing !== undefined)(`the store on ${title}`, () => {
    let opened: TestStore
    beforeAll(async () => {
      opened = await kind.open()
    })
    afterAll(async () => {
      await opened?.store.close()
      await kind.close()
    })
    const decide = (subject: string) => ({
      kind: 'test',
      subject,
      reason: 'because',
      data: json({ a: [1, null, 'ü'] }),
      first_at: new Date('2026-11-02T03:00:00.123Z'),
      last_at: new Date('2026-11-02T03:00:00.123Z'),
    })

    test('reads each type as the same value', async () => {
      const { rows } = await sql`select
        5000000000::int8 as big, array[1, 5000000000]::int8[] as bigs, null::int8 as nothing, 3::int4 as small,
        1.5::float8 as float, 12.340::numeric as exact, true as yes, 'ü'::text as text, array['a', null, 'b"c'] as texts,
        '2026-11-02T04:00:00.123+01'::timestamptz as at, '2026-11-02'::date as day, '1 day 02:00'::interval as span,
        '{"a": [1, null]}'::jsonb as value, 'null'::jsonb as json_null, '"x"'::jsonb as json_text,
        '\\x0001ff'::bytea as bytes, '{}'::text[] as none`.execute(opened.store.db)
      expect(rows).toEqual([
        {
          big: 5_000_000_000,
          bigs: [1, 5_000_000_000],
          nothing: null,
          small: 3,
          float: 1.5,
          exact: '12.340',
          yes: true,
          text: 'ü',
          texts: ['a', null, 'b"c'],
          at: new Date('2026-11-02T03:00:00.123Z'),
          day: '2026-11-02',
          span: '1 day 02:00:00',
          value: { a: [1, null] },
          json_null: null,
          json_text: 'x',
          bytes: new Uint8Array([0, 1, 255]),
          none: [],
        },
      ])
      const { bytes } = rows[0] as { bytes: object }
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
    })

    test('writes each type and gives it back', async () => {
      const body = new Uint8Array(70_000).map((_, index) => index % 251)
      const at = new Date('2026-11-02T03:00:00.001Z')
      await opened.store.transaction(async (tx) => {
        await tx
          .insertInto('raw_bodies')
          .values({ id: 'types', source: 's', received_at: at, body, rejected: json(['x']) })
          .execute()
      })
      const row = await opened.store.db
        .selectFrom('raw_bodies')
        .selectAll()
        .where('id', '=', 'types')
        .executeTakeFirst()
      expect(row).toEqual({ id: 'types', source: 's', received_at: at, body, rejected: ['x'] })
    })

    test('an error is the same, with its SQLSTATE and constraint, and the store goes on', async () => {
      await opened.store.db.insertInto('decisions').values(decide('twice')).execute()
      const error = await opened.store.db
        .insertInto('decisions')
        .values(decide('twice'))
        .execute()
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        code: '23505',
        constraint: 'decisions_pkey',
        table: 'decisions',
        message: 'duplicate key value violates unique constraint "decisions_pkey"',
      })
      await expect(sql`select nope`.execute(opened.store.db)).rejects.toMatchObject({ code: '42703' })
      await opened.store.ping()
    })

    test('a NUL character is refused alone and leaves the connection usable', async () => {
      await expect(
        opened.store.db.insertInto('decisions').values(decide('a\u0000b')).execute(),
      ).rejects.toThrow()
      await opened.store.ping()
    })

    test('a transaction commits all or nothing, its jobs included', async () => {
      await opened.store.jobs.createQueue('atomic')
      const work = (subject: string, fail: boolean) =>
        opened.store.transaction(async (tx) => {
          await tx.insertInto('decisions').values(decide(subject)).execute()
          await enqueue(tx, 'atomic', { subject })
          if (fail) throw new Error('no')
        })
      await work('kept', false)
      await expect(work('undone', true)).rejects.toThrow('no')
      const { rows } = await sql<{
        data: unknown
      }>`select data from pgboss.job where name = 'atomic'`.execute(opened.store.db)
      expect(rows).toEqual([{ data: { subject: 'kept' } }])
      const kept = opened.store.db
        .selectFrom('decisions')
        .select('subject')
        .where('subject', 'in', ['kept', 'undone'])
      expect(await kept.execute()).toEqual([{ subject: 'kept' }])
      await sql`delete from pgboss.job where name = 'atomic'`.execute(opened.store.db)
    })

    test('fifty transactions at once, ten of them failing, with fifty reads beside them, all keep their word', async () => {
      const works = Array.from({ length: 50 }, (_, index) =>
        opened.store.transaction(async (tx) => {
          await tx
            .insertInto('decisions')
            .values(decide(`many-${index}`))
            .execute()
          if (index % 5 === 0) throw new Error('no')
        }),
      )
      const reads = works.map(() => opened.store.db.selectFrom('decisions').select('subject').execute())
      const results = await Promise.allSettled(works)
      await Promise.all(reads)
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
      const { count } = await opened.store.db
        .selectFrom('decisions')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('subject', 'like', 'many-%')
        .executeTakeFirstOrThrow()
      expect(count).toBe(40)
    })

    test('a query beside the open transaction is refused at once instead of waiting for ever', async () => {
      await expect(
        opened.store.transaction(async () => {
          await opened.store.db.selectFrom('due').selectAll().execute()
        }),
      ).rejects.toThrow('beside the open transaction')
      await expect(opened.store.transaction(() => opened.store.transaction(async () => 1))).rejects.toThrow(
        'beside',
      )
      await opened.store.ping()
    })

    test('after commit the loops are woken, after a rollback they are not', async () => {
      const { ring } = await import('../../src/store/bell.ts')
      let woken = 0
      const off = opened.store.onRing('topic', () => woken++)
      await opened.store.transaction(async (tx) => ring(tx, 'topic'))
      expect(woken).toBe(1)
      const failing = opened.store.transaction(async (tx) => {
        ring(tx, 'topic')
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(woken).toBe(1)
      off()
    })

    test('a job runs with its data, is retried when it throws, and can be delayed on the virtual clock', async () => {
      const seen: unknown[] = []
      await registerJobs(opened.store, {
        contract: {
          handler: async (data, { retries }) => {
            seen.push([data, retries])
            if (retries === 0 && 'fail' in data) throw new Error('once')
          },
          options: { queue: { retryDelay: 2, retryBackoff: false } },
        },
      })
      await opened.store.transaction(async (tx) => {
        await enqueue(tx, 'contract', { fail: true })
        await enqueue(tx, 'contract', { later: true }, { startAfter: 60 })
      })
      await opened.clock.advance(10_000)
      expect(seen).toEqual([
        [{ fail: true }, 0],
        [{ fail: true }, 1],
      ])
      await opened.clock.advance(55_000)
      expect(seen.at(-1)).toEqual([{ later: true }, 0])
    })

    test('P12: what a handler throws is kept and logged without what must not be', async () => {
      const thrown = Object.assign(
        new Error('jdbc:postgresql://u:hunter2@db/x refused CUST-1\nrow of CUST-2'),
        {
          response: { body: 'CUST-3' },
          cause: new Error('CUST-4'),
        },
      )
      const ours = (text: string): string => DISCREET.text(text).replaceAll(/CUST-\d/g, '[redacted:customer]')
      const queue = { retryLimit: 0 }
      const job = { handler: () => Promise.reject(thrown), options: { queue } }
      await registerJobs(opened.store, { spoiled: job }, [], ours)
      await opened.store.transaction((tx) => enqueue(tx, 'spoiled', {}))
      await opened.clock.advance(3_000)
      const { rows } = await sql<{ output: unknown }>`
        select output::text as output from pgboss.job where name = 'spoiled' and state = 'failed'`.execute(
        opened.store.db,
      )
      expect(rows).toHaveLength(1)
      expect(String(rows[0]?.output)).toContain('refused [redacted:customer]')
      expect(String(rows[0]?.output)).not.toMatch(/CUST|hunter2/)
    })

    test('a job that nobody handles fails the start', async () => {
      await expect(registerJobs(opened.store, {}, ['nobody'])).rejects.toThrow(
        'no handler for the jobs of: nobody',
      )
      await opened.store.jobs.createQueue('left')
      await opened.store.jobs.send('left', {})
      await expect(registerJobs(opened.store, {})).rejects.toThrow(/no handler for the jobs of: .*left/)
      await sql`delete from pgboss.job where name = 'left'`.execute(opened.store.db)
    })

    test('a job for a queue without handler is refused where it is enqueued', async () => {
      await registerJobs(opened.store, { contract: { handler: async () => {} } })
      await expect(opened.store.transaction((tx) => enqueue(tx, 'nobody', {}))).rejects.toThrow('no handler')
    })
  })
}

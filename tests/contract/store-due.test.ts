// P4: the due table is the truth for every timer, on both databases.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type DueKind,
  type DueRow,
  cancel,
  createDueLoop,
  schedule,
  scheduleEarliest,
} from '../../src/store/due.ts'
import type { Loop } from '../../src/store/loop.ts'
import { json } from '../../src/store/store.ts'
import { type TestStore, storeKinds } from '../support/stores.ts'

for (const kind of storeKinds()) {
  const title = kind.missing === undefined ? kind.name : `${kind.name} (${kind.missing})`
  describe.skipIf(kind.missing !== undefined)(`due rows on ${title}`, () => {
    let opened: TestStore
    const logged: object[] = []
    const loops: Loop[] = []
    beforeAll(async () => {
      const keep = (fields: object): void => void logged.push(fields)
      opened = await kind.open({
        logger: { info: () => {}, warn: keep, error: keep },
        transactionTimeoutMs: 1500,
      })
    })
    afterEach(async () => {
      await Promise.all(loops.splice(0).map((loop) => loop.stop()))
      await opened.store.db.deleteFrom('due').execute()
      logged.length = 0
    })
    afterAll(async () => {
      await opened?.store.close()
      await kind.close()
    })

    const start = (kinds: readonly DueKind[], batch?: number): Loop => {
      const loop = createDueLoop(opened.store, kinds, batch === undefined ? {} : { batch })
      loops.push(loop)
      return loop
    }
    const inMs = (ms: number): Date => new Date(opened.clock.now().getTime() + ms)
    const put = (subject: string, ms: number, data = {}, name = 'k') =>
      opened.store.transaction((tx) => schedule(tx, { kind: name, subject, dueAt: inMs(ms), data }))
    const rows = () => opened.store.db.selectFrom('due').selectAll().orderBy('subject').execute()

    test('each is handled at its time, earliest first, and is gone then', async () => {
      const seen: [string, number][] = []
      const began = opened.clock.now().getTime()
      start([
        { kind: 'k', handle: async (_tx, row, now) => void seen.push([row.subject, now.getTime() - began]) },
      ])
      await put('later', 5000)
      await put('sooner', 2000)
      await opened.clock.advance(1500)
      expect(seen).toEqual([])
      await opened.clock.advance(10_000)
      expect(seen.map(([subject]) => subject)).toEqual(['sooner', 'later'])
      expect(seen[0]?.[1]).toBeGreaterThanOrEqual(2000)
      expect(seen[0]?.[1]).toBeLessThanOrEqual(3000)
      expect(await rows()).toEqual([])
    })

    test('one that is due now is handled after its commit, without a poll', async () => {
      const handled = Promise.withResolvers<DueRow>()
      start([{ kind: 'k', handle: async (_tx, row) => handled.resolve(row) }])
      await opened.clock.settle()
      await put('now', 0, { a: 1 })
      expect(await handled.promise).toMatchObject({ subject: 'now', data: { a: 1 }, attempts: 0 })
    })

    test('a handler may schedule its own subject anew, so a ladder climbs by itself', async () => {
      const steps: unknown[] = []
      start([
        {
          kind: 'ladder',
          handle: async (tx, row, now) => {
            const step = Number(row.data['step'])
            steps.push(step)
            const dueAt = new Date(now.getTime() + 60_000)
            if (step < 3)
              await schedule(tx, { kind: 'ladder', subject: row.subject, dueAt, data: { step: step + 1 } })
          },
        },
      ])
      await put('i', 0, { step: 1 }, 'ladder')
      await opened.clock.advance(65_000)
      expect(steps).toEqual([1, 2])
      await opened.clock.advance(60_000)
      expect(steps).toEqual([1, 2, 3])
      expect(await rows()).toEqual([])
    })

    test('scheduling replaces, scheduleEarliest keeps the earlier one, cancel removes', async () => {
      await put('a', 5000, { first: true })
      await put('a', 9000, { second: true })
      const later = { kind: 'k', subject: 'a', dueAt: inMs(20_000), data: { third: true } }
      await opened.store.transaction((tx) => scheduleEarliest(tx, later))
      expect(await rows()).toMatchObject([{ subject: 'a', due_at: inMs(9000), data: { second: true } }])
      await opened.store.transaction((tx) => scheduleEarliest(tx, { ...later, dueAt: inMs(1000) }))
      expect(await rows()).toMatchObject([{ due_at: inMs(1000), data: { third: true } }])
      expect(await opened.store.transaction((tx) => cancel(tx, 'k', 'a'))).toBe(true)
      expect(await opened.store.transaction((tx) => cancel(tx, 'k', 'a'))).toBe(false)
    })

    test('a handler that throws undoes its own writes, not its neighbours’, and is tried again later', async () => {
      const handle: DueKind['handle'] = async (tx, row, now) => {
        const at = { first_at: now, last_at: now }
        await tx
          .insertInto('decisions')
          .values({ kind: 'due', subject: row.subject, reason: 'r', data: json({}), ...at })
          .execute()
        if (row.subject === 'bad' && row.attempts < 2) throw new Error('broken\nwith a second line')
      }
      for (const subject of ['a', 'bad', 'c']) await put(subject, 0)
      start([{ kind: 'k', handle }])
      await opened.clock.settle()
      const done = () =>
        opened.store.db.selectFrom('decisions').select('subject').orderBy('subject').execute()
      expect(await done()).toEqual([{ subject: 'a' }, { subject: 'c' }])
      expect(await rows()).toMatchObject([
        { subject: 'bad', attempts: 1, last_error: 'broken', due_at: inMs(1000) },
      ])
      await opened.clock.advance(5000)
      expect(await done()).toHaveLength(3)
      expect(await rows()).toEqual([])
      expect(logged.filter((fields) => 'subject' in fields)).toEqual([
        { kind: 'k', subject: 'bad', why: 'broken' },
      ])
    })

    test('a handler that never ends is put off, and its neighbours are handled', async () => {
      const seen: string[] = []
      const handle: DueKind['handle'] = async (_tx, row) => {
        if (row.subject === 'stuck') await new Promise(() => {})
        seen.push(row.subject)
      }
      for (const subject of ['a', 'stuck', 'z']) await put(subject, 0)
      const loop = start([{ kind: 'k', handle }])
      loop.wake()
      await opened.clock.settle()
      expect(seen).toContain('z')
      expect(await rows()).toMatchObject([{ subject: 'stuck', attempts: 1 }])
    })

    test('a kind that nobody handles is kept, and said once', async () => {
      await put('x', 0, {}, 'from-the-future')
      start([{ kind: 'k', handle: async () => {} }])
      await opened.clock.advance(130_000)
      expect(await rows()).toMatchObject([{ kind: 'from-the-future', subject: 'x' }])
      expect(logged).toEqual([{ kind: 'from-the-future' }])
    })

    test('two loops share the work and do none of it twice', async () => {
      const seen: string[] = []
      await opened.store.transaction(async (tx) => {
        for (let index = 0; index < 100; index++)
          await schedule(tx, { kind: 'k', subject: String(index), dueAt: inMs(0), data: {} })
      })
      const kinds = [{ kind: 'k', handle: async (_tx: unknown, row: DueRow) => void seen.push(row.subject) }]
      start(kinds, 7)
      start(kinds, 7)
      await opened.clock.settle()
      expect(seen.toSorted()).toEqual(Array.from({ length: 100 }, (_, index) => String(index)).toSorted())
    })

    test('stop waits for the batch under way and takes no more', async () => {
      const gate = Promise.withResolvers<undefined>()
      const started = Promise.withResolvers<undefined>()
      let ended = false
      const handle = async (): Promise<void> => {
        started.resolve(undefined)
        await gate.promise
        ended = true
      }
      await put('a', 0)
      const loop = start([{ kind: 'k', handle }])
      await started.promise
      const stopped = loop.stop()
      gate.resolve(undefined)
      await stopped
      expect(ended).toBe(true)
      await put('b', 0)
      await opened.clock.advance(2000)
      expect(await rows()).toMatchObject([{ subject: 'b' }])
    })
  })
}

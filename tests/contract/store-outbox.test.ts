// Effects on their way out, on both databases: levels and order, retries, lost replies, lost processes, fences.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type OutboxLoop, type OutboxOptions, createOutboxLoop } from '../../src/store/outbox-loop.ts'
import {
  type Notifier,
  type OutboxRow,
  type SendResult,
  append,
  requestLevel,
  requestLevels,
  withdraw,
} from '../../src/store/outbox.ts'
import { type TestStore, storeKinds } from '../support/stores.ts'

const DELIVERED: SendResult = { kind: 'delivered' }

for (const kind of storeKinds()) {
  const title = kind.missing === undefined ? kind.name : `${kind.name} (${kind.missing})`
  describe.skipIf(kind.missing !== undefined)(`the outbox on ${title}`, () => {
    let opened: TestStore
    const loops: OutboxLoop[] = []
    const logged: [object, string][] = []
    beforeAll(async () => {
      const keep = (fields: object, message: string): void => void logged.push([fields, message])
      opened = await kind.open({ logger: { info: () => {}, warn: keep, error: keep } })
    })
    afterEach(async () => {
      await Promise.all(loops.splice(0).map((loop) => loop.stop()))
      await opened.store.db.deleteFrom('outbox').execute()
      logged.length = 0
    })
    afterAll(async () => {
      await opened?.store.close()
      await kind.close()
    })

    const now = (): Date => opened.clock.now()
    const start = (notifiers: readonly Partial<Notifier>[], options: OutboxOptions = {}): OutboxLoop => {
      const whole = notifiers.map((part) => ({
        destination: 'd',
        mode: 'ordered' as const,
        concurrency: 4,
        leaseMs: 10_000,
        send: async () => DELIVERED,
        ...part,
      }))
      const loop = createOutboxLoop(opened.store, whole, { random: () => 0, ...options })
      loops.push(loop)
      return loop
    }
    const add = (subject: string, payload = {}, priority = 5, destination = 'd') =>
      opened.store.transaction((tx) => append(tx, { destination, subject, priority, payload, now: now() }))
    const want = (subject: string, version: number, priority = 5) =>
      opened.store.transaction((tx) =>
        requestLevel(tx, { destination: 'd', subject, version, priority, now: now() }),
      )
    const rows = () => opened.store.db.selectFrom('outbox').selectAll().orderBy('id').execute()

    describe('ordered rows', () => {
      test('go out once each, in order within their subject', async () => {
        const sent: string[] = []
        const send: Notifier['send'] = async (_prepared, row) => {
          sent.push(`${row.subject}${String(row.payload['n'])}`)
          return DELIVERED
        }
        for (const n of [1, 2, 3]) for (const subject of ['a', 'b']) await add(subject, { n })
        start([{ send }])
        await opened.clock.settle()
        expect(sent.filter((item) => item.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
        expect(sent.filter((item) => item.startsWith('b'))).toEqual(['b1', 'b2', 'b3'])
        expect(sent).toHaveLength(6)
        expect((await rows()).map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'done'))
      })

      test('P5: what is appended after a claim is sent after it, also when the first must be repeated', async () => {
        const sent: unknown[] = []
        const send: Notifier['send'] = async (_prepared, row) => {
          sent.push([row.payload['n'], row.attempts])
          return row.payload['n'] === 1 && row.attempts < 2 ? { kind: 'retry', reason: 'busy' } : DELIVERED
        }
        start([{ send }])
        await add('a', { n: 1 })
        await opened.clock.settle()
        await add('a', { n: 2 })
        await opened.clock.advance(10_000)
        expect(sent).toEqual([
          [1, 0],
          [1, 1],
          [1, 2],
          [2, 0],
        ])
      })

      test('a more urgent row of another subject overtakes', async () => {
        const sent: string[] = []
        for (const subject of ['x', 'y']) await add(subject, {}, 9)
        await add('page', {}, 0)
        start([
          {
            concurrency: 1,
            send: async (_prepared, row) => {
              sent.push(row.subject)
              return DELIVERED
            },
          },
        ])
        await opened.clock.settle()
        expect(sent).toEqual(['page', 'x', 'y'])
      })

      test('withdraw takes back what has not been claimed, with its reason', async () => {
        await add('a')
        await add('other')
        const taken = await opened.store.transaction((tx) =>
          withdraw(tx, { destination: 'd', subject: 'a', reason: 'resolved', now: now() }),
        )
        expect(taken).toBe(1)
        expect(await rows()).toMatchObject([
          { subject: 'a', state: 'withdrawn', last_error: 'resolved' },
          { subject: 'other', state: 'waiting' },
        ])
      })
    })

    describe('levels', () => {
      test('many requests are one delivery of the newest version', async () => {
        const sent: number[] = []
        const send: Notifier['send'] = async (_prepared, row) => {
          sent.push(row.desiredVersion)
          return { kind: 'delivered', externalId: 'ts1' }
        }
        for (const version of [1, 2, 3]) await want('card', version)
        start([{ mode: 'level', send }])
        await opened.clock.settle()
        expect(sent).toEqual([3])
        await want('card', 3)
        await want('card', 2)
        await opened.clock.advance(1000)
        expect(sent).toEqual([3])
        await want('card', 4)
        await opened.clock.settle()
        expect(sent).toEqual([3, 4])
        expect(await rows()).toMatchObject([{ state: 'done', delivered_version: 4, external_id: 'ts1' }])
      })

      test('a version asked for while one is being sent goes out afterwards', async () => {
        const gate = Promise.withResolvers<undefined>()
        const sent: number[] = []
        const began = Promise.withResolvers<undefined>()
        const send: Notifier['send'] = async (_prepared, row) => {
          sent.push(row.desiredVersion)
          began.resolve(undefined)
          if (sent.length === 1) await gate.promise
          return DELIVERED
        }
        start([{ mode: 'level', send }])
        await want('card', 1)
        await began.promise
        await want('card', 2)
        gate.resolve(undefined)
        await opened.clock.settle()
        expect(sent).toEqual([1, 2])
        expect(await rows()).toMatchObject([{ state: 'done', delivered_version: 2 }])
      })

      test('a new version does not shorten the backoff of an outage', async () => {
        const at: number[] = []
        const began = now().getTime()
        const send: Notifier['send'] = async () => {
          at.push(now().getTime() - began)
          return { kind: 'retry', reason: 'down', afterMs: 30_000 }
        }
        start([{ mode: 'level', send }])
        await want('card', 1)
        await opened.clock.settle()
        await want('card', 2)
        await opened.clock.advance(20_000)
        expect(at).toEqual([0])
        await opened.clock.advance(11_000)
        expect(at).toHaveLength(2)
      })

      test('a first card is more urgent than an edit, whatever is asked later', async () => {
        const request = { destination: 'd', priority: 2, editPriority: 7 }
        await opened.store.transaction((tx) =>
          requestLevels(tx, [
            { ...request, subject: 'b', version: 1, now: now() },
            { ...request, subject: 'a', version: 1, now: now() },
            { ...request, subject: 'a', version: 4, now: now() },
          ]),
        )
        expect(await rows()).toMatchObject([
          { subject: 'a', priority: 2, desired_version: 4 },
          { subject: 'b', priority: 2, desired_version: 1 },
        ])
        start([{ mode: 'level' }])
        await opened.clock.settle()
        await Promise.all(loops.splice(0).map((loop) => loop.stop()))
        await opened.store.transaction((tx) =>
          requestLevels(tx, [{ ...request, subject: 'a', version: 5, now: now() }]),
        )
        expect(await rows()).toMatchObject([
          { subject: 'a', state: 'waiting', priority: 7 },
          { subject: 'b' },
        ])
      })

      test('a dead one lives again with the next version', async () => {
        let result: SendResult = { kind: 'dead', reason: 'channel_not_found' }
        start([{ mode: 'level', send: async () => result }])
        await want('card', 1)
        await opened.clock.settle()
        expect(await rows()).toMatchObject([{ state: 'dead', last_error: 'channel_not_found' }])
        result = DELIVERED
        await want('card', 2)
        await opened.clock.settle()
        expect(await rows()).toMatchObject([
          { state: 'done', delivered_version: 2, attempts: 0, last_error: null },
        ])
      })
    })

    describe('the claim', () => {
      test('P5: is where state is re-checked; it may prepare the send or withdraw it', async () => {
        const sent: unknown[] = []
        start([
          {
            claim: async (_tx, row) =>
              row.subject === 'resolved'
                ? { withdraw: 'resolved meanwhile' }
                : { send: `text for ${row.subject}` },
            send: async (prepared) => {
              sent.push(prepared)
              return DELIVERED
            },
          },
        ])
        await add('open')
        await add('resolved')
        await opened.clock.settle()
        expect(sent).toEqual(['text for open'])
        expect((await rows()).map(({ state, last_error }) => [state, last_error])).toEqual([
          ['done', null],
          ['withdrawn', 'resolved meanwhile'],
        ])
      })

      test('one that throws is tried again and is no attempt that may have happened', async () => {
        const seen: boolean[] = []
        let broken = true
        start([
          {
            claim: async (_tx, row) => {
              if (broken) throw new Error('cannot render')
              seen.push(row.mayHaveHappened)
              return { send: null }
            },
          },
        ])
        await add('a')
        await opened.clock.settle()
        expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1, last_error: 'cannot render' }])
        broken = false
        await opened.clock.advance(5000)
        expect(seen).toEqual([false])
        expect(await rows()).toMatchObject([{ state: 'done' }])
      })
    })

    describe('what becomes of a send', () => {
      test('its result is recorded together with what the notifier writes, or neither is', async () => {
        let broken = true
        const settled: string[] = []
        start([
          {
            settled: async (tx, row, result) => {
              await append(tx, {
                destination: 'thread',
                subject: row.subject,
                priority: 1,
                payload: {},
                now: now(),
              })
              settled.push(result.kind)
              if (broken) {
                broken = false
                throw new Error('lost the connection')
              }
            },
          },
        ])
        await add('a')
        await opened.clock.settle()
        expect(settled).toEqual(['delivered', 'delivered'])
        expect(await rows()).toMatchObject([{ state: 'done' }, { destination: 'thread' }])
      })

      test('a lost reply is remembered: the next attempt knows that it may have happened', async () => {
        const seen: boolean[] = []
        const send: Notifier['send'] = async (_prepared, row) => {
          seen.push(row.mayHaveHappened)
          if (seen.length === 1) throw new Error('socket hang up')
          if (seen.length === 2) return { kind: 'retry', reason: 'rate limited' }
          return DELIVERED
        }
        start([{ send }])
        await add('a')
        await opened.clock.advance(10_000)
        expect(seen).toEqual([false, true, true])
        expect(await rows()).toMatchObject([{ state: 'done', may_have_happened: false }])
      })

      test('retries back off, doubling to a minute, and never give up by themselves', async () => {
        const at: number[] = []
        const began = now().getTime()
        const send: Notifier['send'] = async () => {
          at.push(Math.round((now().getTime() - began) / 1000))
          return { kind: 'retry', reason: 'down' }
        }
        start([{ send }])
        await add('a')
        await opened.clock.advance(190_000)
        expect(at).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183])
      })

      test('one destination that is down holds up no other', async () => {
        const sent: string[] = []
        start(
          [
            { destination: 'down', concurrency: 1, send: () => new Promise(() => {}) },
            {
              destination: 'up',
              send: async (_prepared, row) => {
                sent.push(row.subject)
                return DELIVERED
              },
            },
          ],
          { drainMs: 0 },
        )
        await add('x', {}, 0, 'down')
        await add('y', {}, 9, 'up')
        await opened.clock.settle()
        expect(sent).toEqual(['y'])
      })
    })

    describe('when a process is lost', () => {
      /** Another process: claims the row and dies before it records anything. */
      const claimAndDie = async (): Promise<OutboxRow> => {
        const { reserve, markSending } = await import('../../src/store/outbox-rows.ts')
        const [row] = await reserve(opened.store.db, 'd', 1, 10_000, now())
        const claimed = await opened.store.transaction((tx) => markSending(tx, row as OutboxRow, now()))
        return claimed as OutboxRow
      }

      test('its row waits for the lease, then comes back as possibly happened', async () => {
        await add('a')
        await claimAndDie()
        const seen: boolean[] = []
        start([
          {
            send: async (_prepared, row) => {
              seen.push(row.mayHaveHappened)
              return DELIVERED
            },
          },
        ])
        await opened.clock.advance(8000)
        expect(seen).toEqual([])
        await opened.clock.advance(4000)
        expect(seen).toEqual([true])
      })

      test('a row that it had only reserved comes back as never sent', async () => {
        const { reserve } = await import('../../src/store/outbox-rows.ts')
        await add('a')
        await reserve(opened.store.db, 'd', 1, 10_000, now())
        const seen: boolean[] = []
        start([
          {
            send: async (_prepared, row) => {
              seen.push(row.mayHaveHappened)
              return DELIVERED
            },
          },
        ])
        await opened.clock.advance(12_000)
        expect(seen).toEqual([false])
      })

      test('its late result is refused by the fence and changes nothing', async () => {
        const { record } = await import('../../src/store/outbox-rows.ts')
        await add('a')
        const dead = await claimAndDie()
        await opened.clock.advance(11_000)
        start([{ send: async () => ({ kind: 'delivered', externalId: 'second' }) }])
        await opened.clock.settle()
        const late = await opened.store.transaction((tx) =>
          record(tx, dead, { kind: 'delivered', externalId: 'first' }, now(), now()),
        )
        expect(late).toBe(false)
        expect(await rows()).toMatchObject([{ state: 'done', external_id: 'second', fence: 2 }])
      })

      test('its late result is refused also while another process is sending', async () => {
        const { record } = await import('../../src/store/outbox-rows.ts')
        await add('a')
        const dead = await claimAndDie()
        await opened.clock.advance(11_000)
        await claimAndDie()
        const late = await opened.store.transaction((tx) => record(tx, dead, DELIVERED, now(), now()))
        expect(late).toBe(false)
        expect(await rows()).toMatchObject([{ state: 'sending', fence: 2 }])
      })

      test('a send slower than its lease is given up as unknown, and what it answers later is not recorded', async () => {
        const answer = Promise.withResolvers<SendResult>()
        let sends = 0
        const send: Notifier['send'] = async () => {
          sends += 1
          return sends === 1 ? await answer.promise : { kind: 'delivered', externalId: 'second' }
        }
        start([{ send, leaseMs: 100 }])
        await add('a')
        await opened.clock.settle()
        answer.resolve({ kind: 'delivered', externalId: 'first' })
        await opened.clock.advance(2000)
        expect(await rows()).toMatchObject([{ state: 'done', external_id: 'second' }])
      })

      test('stop lets a send end and records it', async () => {
        const gate = Promise.withResolvers<undefined>()
        const began = Promise.withResolvers<undefined>()
        const loop = start([
          {
            send: async () => {
              began.resolve(undefined)
              await gate.promise
              return DELIVERED
            },
          },
        ])
        await add('a')
        await began.promise
        const stopped = loop.stop()
        gate.resolve(undefined)
        await stopped
        expect(await rows()).toMatchObject([{ state: 'done' }])
      })
    })
  })
}

// Schedules: a slot is taken once, whoever ticks; retention sweeps what served delivery alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FlowDeps } from '../../src/flow/deps.ts'
import { RETENTION } from '../../src/flow/retention.ts'
import { type Schedule, takeSlot } from '../../src/flow/schedules.ts'
import { append } from '../../src/store/outbox.ts'
import { json } from '../../src/store/store.ts'
import { type TestStore, openTestStore } from '../support/stores.ts'

let test: TestStore
const deps = (): FlowDeps => ({ store: test.store, clock: test.clock }) as unknown as FlowDeps
const DAY = 86_400_000

beforeAll(async () => {
  test = await openTestStore()
})
afterAll(async () => {
  await test.store.close()
})

describe('a schedule', () => {
  it('P15: is taken once a slot, however many replicas tick at once', async () => {
    let runs = 0
    const what: Schedule = {
      name: 'count',
      cron: '0 * * * *',
      slotMs: 3_600_000,
      run: () => {
        runs += 1
        return Promise.resolve()
      },
    }
    const taken = await Promise.all(Array.from({ length: 5 }, () => takeSlot(deps(), what)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(runs).toBe(1)
  })

  it('whose work fails leaves its slot to be taken again', async () => {
    const broken: Schedule = {
      name: 'broken',
      cron: '0 * * * *',
      slotMs: 3_600_000,
      run: () => Promise.reject(new Error('no')),
    }
    await expect(takeSlot(deps(), broken)).rejects.toThrow('no')
    await expect(takeSlot(deps(), { ...broken, run: () => Promise.resolve() })).resolves.toBe(true)
  })
})

describe('retention', () => {
  it('sweeps what was delivered long ago and keeps what waits', async () => {
    const now = test.clock.now()
    const old = new Date(now.getTime() - 15 * DAY)
    const { store } = test
    await store.transaction(async (tx) => {
      for (const state of ['done', 'waiting'] as const) {
        const id = await append(tx, { destination: 'x', subject: state, priority: 1, payload: {}, now: old })
        if (state === 'done')
          await tx.updateTable('outbox').set({ state, done_at: old }).where('id', '=', id).execute()
      }
      await tx
        .insertInto('raw_bodies')
        .values({
          id: 'raw_1',
          source: 'alertmanager',
          received_at: new Date(now.getTime() - 31 * DAY),
          body: new Uint8Array([1]),
          rejected: json([]),
        })
        .execute()
    })
    await takeSlot(deps(), RETENTION)
    expect(
      await store.db.selectFrom('outbox').select('subject').where('destination', '=', 'x').execute(),
    ).toEqual([{ subject: 'waiting' }])
    expect(await store.db.selectFrom('raw_bodies').select('id').execute()).toEqual([])
  })
})

// Time: replicas agree on the database's, it never runs backwards, and in tests it stands still until it is moved.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDatabaseClock, withTimers } from '../../src/store/clock.ts'
import { backoffMs } from '../../src/store/outbox-loop.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

describe('the clock of production', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }))
  afterEach(() => void vi.useRealTimers())
  const failures: unknown[] = []

  test('is the database’s time, however wrong this machine’s is', async () => {
    const database = Date.parse('2030-01-01T00:00:00Z')
    const clock = await createDatabaseClock(
      async () => database,
      () => {},
    )
    expect(clock.now()).toEqual(new Date(database))
    vi.advanceTimersByTime(1500)
    expect(clock.now()).toEqual(new Date(database + 1500))
    clock.stop()
  })

  test('is taken at the middle of the round trip', async () => {
    const clock = await createDatabaseClock(
      async () => {
        await vi.advanceTimersByTimeAsync(100)
        return 1_000_000
      },
      () => {},
    )
    expect(clock.now().getTime()).toBe(1_000_050)
    clock.stop()
  })

  test('is set again every minute, and never runs backwards', async () => {
    let skew = 5000
    const clock = await createDatabaseClock(
      async () => performance.now() + skew,
      () => {},
    )
    const before = clock.now().getTime()
    skew = 1000
    await vi.advanceTimersByTimeAsync(60_000)
    const after = clock.now().getTime()
    expect(after).toBeGreaterThanOrEqual(before)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(clock.now().getTime()).toBe(Math.floor(performance.now()) + 1000)
    clock.stop()
  })

  test('keeps its offset when the database is away, and says so', async () => {
    let away = false
    const ask = async (): Promise<number> => {
      if (away) throw new Error('away')
      return 7000
    }
    const clock = await createDatabaseClock(ask, (error) => failures.push(error))
    away = true
    await vi.advanceTimersByTimeAsync(61_000)
    expect(failures).toHaveLength(1)
    expect(clock.now().getTime()).toBe(68_000)
    clock.stop()
  })

  test('polls one pass after another until it is told to stop', async () => {
    let passes = 0
    const stop = withTimers({ now: () => new Date() }).poll(250, async () => {
      passes += 1
      return true
    })
    await vi.advanceTimersByTimeAsync(1100)
    expect(passes).toBe(4)
    stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(passes).toBe(4)
  })
})

describe('the virtual clock', () => {
  test('stands still, and moves by exactly what it is told', async () => {
    const clock = createVirtualClock(new Date('2026-11-02T03:00:00Z'))
    expect(clock.now()).toEqual(new Date('2026-11-02T03:00:00Z'))
    await clock.advance(1234)
    expect(clock.now()).toEqual(new Date('2026-11-02T03:00:01.234Z'))
    await clock.advanceTo(new Date('2026-11-02T03:01:00Z'))
    expect(clock.now()).toEqual(new Date('2026-11-02T03:01:00Z'))
  })

  test('polls on the way, and settles only when nobody found anything', async () => {
    const clock = createVirtualClock()
    let left = 3
    let passes = 0
    clock.poll(250, async () => {
      passes += 1
      return left-- > 0
    })
    await clock.settle()
    expect(passes).toBe(4)
  })
})

test('the backoff doubles from one second to a minute, jittered downwards by up to a quarter', () => {
  expect([0, 1, 2, 5, 6, 50].map((attempts) => backoffMs(attempts, () => 0))).toEqual([
    1000, 2000, 4000, 32_000, 60_000, 60_000,
  ])
  expect(backoffMs(0, () => 1)).toBe(750)
})

// Loops: no wake is lost, a pass that throws does not end them.
import { describe, expect, it } from 'vitest'
import { createLoop } from '../../src/store/loop.ts'
import type { Store } from '../../src/store/store.ts'

function bare(errors: unknown[] = []): Store {
  const log = { info: () => {}, warn: () => {}, error: (what: unknown) => void errors.push(what) }
  return {
    log,
    clock: { now: () => new Date(0), poll: () => () => {} },
    onRing: () => () => {},
  } as unknown as Store
}

/** Lets `count` microtasks go by. */
async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await Promise.resolve()
}

describe('a loop', () => {
  it('looks again for a wake at any moment around the end of a pass', async () => {
    for (let wait = 0; wait < 40; wait += 1) {
      let passes = 0
      const loop = createLoop(bare(), {
        name: 'test',
        topics: [],
        pollMs: 1_000,
        pass: () => {
          passes += 1
          return Promise.resolve(false)
        },
      })
      await ticks(wait)
      const before = passes
      loop.wake()
      await ticks(100)
      expect(passes, `woken after ${wait} microtasks`).toBeGreaterThan(before)
      await loop.stop()
    }
  })

  it('goes on after a pass that throws, and says so once until one succeeds', async () => {
    const errors: unknown[] = []
    const outcomes = [true, true, false, true]
    const loop = createLoop(bare(errors), {
      name: 'test',
      topics: [],
      pollMs: 1_000,
      pass: () => (outcomes.shift() === true ? Promise.reject(new Error('broken')) : Promise.resolve(false)),
    })
    for (let i = 0; i < 4; i += 1) {
      await ticks(50)
      loop.wake()
    }
    await ticks(50)
    expect(errors).toHaveLength(2)
    await loop.stop()
  })
})

// A platform is asked no more than it may be, in fair turns, and who runs out of time takes no place.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBudget } from '../../../src/platforms/http/budget.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const NEVER = new AbortController().signal
/** All that can happen without time passing. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('places', () => {
  it('are as many as allowed, and given on', async () => {
    const budget = createBudget({ concurrency: 2, perSecond: 1000 })
    const granted: (() => void)[] = []
    for (let i = 0; i < 5; i += 1) void budget.take({}, NEVER).then((release) => granted.push(release))
    await settled()
    expect(granted).toHaveLength(2)
    granted[0]!()
    // Giving back twice gives one place.
    granted[0]!()
    await settled()
    expect(granted).toHaveLength(3)
    granted[1]!()
    granted[2]!()
    await settled()
    expect(granted).toHaveLength(5)
  })

  it('go round: who asks a hundred times does not hold up who asks twice', async () => {
    const budget = createBudget({ concurrency: 1, perSecond: 1000 })
    const order: string[] = []
    const ask = async (who: string, asker: object): Promise<void> => {
      const release = await budget.take(asker, NEVER)
      order.push(who)
      release()
    }
    const [many, few] = [{}, {}]
    const hold = await budget.take({}, NEVER)
    const all = [
      ...Array.from({ length: 100 }, () => ask('many', many)),
      ...Array.from({ length: 2 }, () => ask('few', few)),
    ]
    hold()
    await Promise.all(all)
    expect(order.slice(0, 5)).toEqual(['many', 'few', 'many', 'few', 'many'])
  })
})

describe('the rate', () => {
  it('lets a burst go and then so many a second', async () => {
    const budget = createBudget({ concurrency: 100, perSecond: 10 })
    let granted = 0
    const ask = async (): Promise<void> => {
      const release = await budget.take({}, NEVER)
      granted += 1
      release()
    }
    for (let i = 0; i < 30; i += 1) void ask()
    await settled()
    expect(granted).toBe(10)
    await vi.advanceTimersByTimeAsync(1000)
    expect(granted).toBe(20)
    await vi.advanceTimersByTimeAsync(500)
    expect(granted).toBe(25)
  })

  it('saves up no more than one second', async () => {
    const budget = createBudget({ concurrency: 100, perSecond: 10 })
    await vi.advanceTimersByTimeAsync(60_000)
    let granted = 0
    for (let i = 0; i < 30; i += 1) void budget.take({}, NEVER).then(() => (granted += 1))
    await settled()
    expect(granted).toBe(10)
  })
})

describe('who runs out of time while waiting', () => {
  it('is told so, and the place goes to the next', async () => {
    const waits: number[] = []
    const budget = createBudget({ concurrency: 1, perSecond: 1000 }, (ms) => waits.push(ms))
    const hold = await budget.take({}, NEVER)
    const impatient = new AbortController()
    const asker = {}
    const left = budget.take(asker, impatient.signal)
    const next = budget.take(asker, NEVER)
    await vi.advanceTimersByTimeAsync(40)
    impatient.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    hold()
    expect(await next).toBeTypeOf('function')
    // Both waited; who had a place at once did not.
    expect(waits).toEqual([40, 40])
  })

  it('before asking, takes none', async () => {
    const budget = createBudget({ concurrency: 1, perSecond: 1000 })
    await expect(budget.take({}, AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
    expect(await budget.take({}, NEVER)).toBeTypeOf('function')
  })
})

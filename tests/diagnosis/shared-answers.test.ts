// Who asks the same at the same time, or soon after, costs nothing; nobody's failure or impatience is anybody else's.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type SharingLimits, createSharedAnswers } from '../../src/diagnosis/shared-answers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const NEVER = new AbortController().signal

interface Asked<T> {
  readonly signal: AbortSignal
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

/** Work that answers when it is told to, and ends when it is called off. */
function works(): { work: (signal: AbortSignal) => Promise<string>; asked: Asked<string>[] } {
  const asked: Asked<string>[] = []
  return {
    asked,
    work: (signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      signal.addEventListener('abort', () => reject(new Error('called off')))
      asked.push({ signal, resolve, reject })
      return promise
    },
  }
}

const answersOf = (more: Partial<SharingLimits> = {}): ReturnType<typeof createSharedAnswers> =>
  createSharedAnswers({ ttlMs: 1000, ...more })

describe('an answer is given to', () => {
  it('all who ask while it is under way, and counts those who cost nothing', async () => {
    const onShared = vi.fn()
    const answers = answersOf({ onShared })
    const { work, asked } = works()
    const all = Array.from({ length: 40 }, () => answers.ask('k', NEVER, work))
    expect(asked).toHaveLength(1)
    asked[0]!.resolve('a')
    expect(await Promise.all(all)).toEqual(Array.from({ length: 40 }, () => 'a'))
    expect(onShared).toHaveBeenCalledTimes(39)
  })

  it('those who ask soon after, and to nobody later', async () => {
    const answers = answersOf()
    const ask = vi.fn(() => Promise.resolve('a'))
    await answers.ask('k', NEVER, ask)
    vi.advanceTimersByTime(999)
    await answers.ask('k', NEVER, ask)
    expect(ask).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1)
    await answers.ask('k', NEVER, ask)
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('those alone who ask for the same', async () => {
    const answers = answersOf()
    expect(await answers.ask('a', NEVER, () => Promise.resolve(1))).toBe(1)
    expect(await answers.ask('b', NEVER, () => Promise.resolve(2))).toBe(2)
  })

  it('as long as it lives, where no time is set', async () => {
    const answers = answersOf({ ttlMs: Number.POSITIVE_INFINITY })
    const ask = vi.fn(() => Promise.resolve('a'))
    await answers.ask('k', NEVER, ask)
    vi.advanceTimersByTime(1e9)
    await answers.ask('k', NEVER, ask)
    expect(ask).toHaveBeenCalledTimes(1)
  })
})

describe('a failure', () => {
  it('is told to those who wait for it and to nobody after them', async () => {
    const answers = answersOf()
    const { work, asked } = works()
    const both = [answers.ask('k', NEVER, work), answers.ask('k', NEVER, work)]
    asked[0]!.reject(new Error('down'))
    for (const one of both) await expect(one).rejects.toThrow('down')
    expect(await answers.ask('k', NEVER, () => Promise.resolve('up'))).toBe('up')
  })
})

describe('who wants an answer begun since an instant', () => {
  /** Long enough for what was set off by a promise that is kept. */
  const settled = async (): Promise<unknown> => await vi.advanceTimersByTimeAsync(0)

  it('is given none that was begun before, under way or kept, and shares the next with all who want one', async () => {
    const answers = answersOf()
    const { work, asked } = works()
    const old = answers.ask('k', NEVER, work)
    vi.advanceTimersByTime(10)
    const since = performance.now()
    const anew = Array.from({ length: 40 }, () => answers.ask('k', NEVER, work, since))
    await settled()
    expect(asked).toHaveLength(2)
    asked[1]!.resolve('new')
    expect(await Promise.all(anew)).toEqual(Array.from({ length: 40 }, () => 'new'))
    asked[0]!.resolve('old')
    expect(await old).toBe('old')
    expect(await answers.ask('k', NEVER, work)).toBe('new')
  })

  it('is given one that was begun since, at no cost', async () => {
    const onShared = vi.fn()
    const answers = answersOf({ onShared })
    const since = performance.now()
    vi.advanceTimersByTime(10)
    await answers.ask('k', NEVER, () => Promise.resolve('a'))
    expect(await answers.ask('k', NEVER, () => Promise.resolve('b'), since)).toBe('a')
    expect(onShared).toHaveBeenCalledTimes(1)
  })

  it('waits until the last beginning is far enough back, while others are given what is there', async () => {
    const answers = answersOf({ renewMs: 500 })
    let asked = 0
    const count = (): Promise<number> => Promise.resolve((asked += 1))
    await answers.ask('k', NEVER, count)
    vi.advanceTimersByTime(100)
    const first = answers.ask('k', NEVER, count, performance.now())
    vi.advanceTimersByTime(300)
    const second = answers.ask('k', NEVER, count, performance.now())
    expect(await answers.ask('k', NEVER, count)).toBe(1)
    await vi.advanceTimersByTimeAsync(99)
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await Promise.all([first, second])).toEqual([2, 2])
  })

  it('leaves when it is called off while it waits', async () => {
    const answers = answersOf({ renewMs: 500 })
    const { work, asked } = works()
    void answers.ask('k', NEVER, work)
    vi.advanceTimersByTime(100)
    const control = new AbortController()
    const left = answers.ask('k', control.signal, work, performance.now())
    control.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    expect(asked).toHaveLength(1)
  })
})

describe('who leaves', () => {
  it('does not take the answer from those who stay', async () => {
    const answers = answersOf()
    const { work, asked } = works()
    const first = new AbortController()
    const left = answers.ask('k', first.signal, work)
    const stayed = answers.ask('k', NEVER, work)
    first.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    expect(asked[0]!.signal.aborted).toBe(false)
    asked[0]!.resolve('a')
    expect(await stayed).toBe('a')
  })

  it('last calls the work off, and hears what it says to that; the next asks anew at once', async () => {
    const answers = answersOf()
    const { work, asked } = works()
    const [one, two] = [new AbortController(), new AbortController()]
    const first = answers.ask('k', one.signal, work)
    const second = answers.ask('k', two.signal, work)
    one.abort(new Error('enough'))
    two.abort()
    const anew = answers.ask('k', NEVER, work)
    await expect(first).rejects.toThrow('called off')
    await expect(second).rejects.toThrow('called off')
    expect(asked).toHaveLength(2)
    asked[1]!.resolve('a')
    expect(await anew).toBe('a')
    // What was called off took nothing from what came after it.
    expect(await answers.ask('k', NEVER, () => Promise.resolve('b'))).toBe('a')
  })

  it('before asking, asks nothing', async () => {
    const { work, asked } = works()
    await expect(answersOf().ask('k', AbortSignal.abort(new Error('late')), work)).rejects.toThrow('late')
    expect(asked).toEqual([])
  })
})

describe('memory', () => {
  it('holds no more than allowed: the oldest go first, and what is heavy is not kept', async () => {
    const answers = answersOf({ weigh: (answer) => String(answer).length, maxWeight: 20 })
    const counts: Record<string, number> = {}
    const ask = (key: string, answer: string): Promise<string> =>
      answers.ask(key, NEVER, () => {
        counts[key] = (counts[key] ?? 0) + 1
        return Promise.resolve(answer)
      })
    for (const key of ['a', 'b', 'c', 'd', 'e']) await ask(key, '12345')
    await ask('e', '12345')
    await ask('b', '12345')
    await ask('a', '12345')
    expect(counts).toEqual({ a: 2, b: 1, c: 1, d: 1, e: 1 })
    await ask('heavy', '123456')
    await ask('heavy', '123456')
    expect(counts['heavy']).toBe(2)
  })
})

// P14: what may wait is paced; what is more urgent passes beside it.
import { describe, expect, it } from 'vitest'
import { createPacer } from '../../src/store/outbox-pace.ts'

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 2, 3, 0, 0) + seconds * 1_000)
const EDIT = { priority: 5 }
const PRESS = { priority: 1 }

describe('the pacer', () => {
  const pace = { priority: 5, perMinute: 30, burst: 3 }

  it('lets a burst through, then so many a minute', () => {
    const pacer = createPacer(pace)
    expect(pacer.allow(10, at(0))).toEqual({ limit: 3, below: 32_767 })
    pacer.spend([EDIT, EDIT, EDIT], at(0))
    expect(pacer.allow(10, at(0))).toEqual({ limit: 10, below: 5 })
    expect(pacer.allow(10, at(1.9)).below).toBe(5)
    expect(pacer.allow(10, at(2))).toEqual({ limit: 1, below: 32_767 })
  })

  it('never saves up more than a burst, and charges nothing for what is urgent', () => {
    const pacer = createPacer(pace)
    pacer.spend([PRESS, PRESS, PRESS, PRESS], at(0))
    expect(pacer.allow(10, at(3_600)).limit).toBe(3)
  })

  it('a notifier without a pace is not held back', () => {
    const pacer = createPacer(undefined)
    pacer.spend(
      Array.from({ length: 1_000 }, () => EDIT),
      at(0),
    )
    expect(pacer.allow(7, at(0))).toEqual({ limit: 7, below: 32_767 })
  })
})

// One clock for a test: it moves JavaScript (our Clock), the due table, the outbox and pg-boss together.
import { type AttachableClock, TestClock } from 'pg-boss'
import type { StoreClock } from '../../src/store/clock.ts'

/** The longest virtual step: what a step makes due is looked at before the next, so nothing is later than this. */
const STEP_MS = 1000

/** How long, in real time, settling waits for one thing under way. */
const PATIENCE_MS = 2000

export interface VirtualClock extends StoreClock {
  /** Lets time pass: everything that falls due on the way happens at its time, in order. */
  advance(ms: number): Promise<void>
  advanceTo(at: Date): Promise<void>
  /** Lets the loops, deliveries and jobs finish what is due now, without letting time pass. */
  settle(): Promise<void>
}

/** Starts at `start` and stands still until a test moves it. */
export function createVirtualClock(start: Date = new Date('2026-11-02T03:00:00Z')): VirtualClock {
  const time = new TestClock(start)
  const passes = new Set<() => Promise<boolean>>()
  const watched = new Set<() => Promise<boolean>>()
  /** A send whose other end never answers must not hold up the test's time for ever. Real time. */
  const patiently = async (busy: () => Promise<boolean>): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined
    const enough = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), PATIENCE_MS)
    })
    return await Promise.race([busy(), enough]).finally(() => clearTimeout(timer))
  }
  const settle = async (): Promise<void> => {
    for (;;) {
      // Waits for pg-boss's statements; no time passes.
      await time.tick(0)
      const found = await Promise.all([...[...passes].map((pass) => pass()), ...[...watched].map(patiently)])
      if (!found.includes(true)) return
    }
  }
  const advance = async (ms: number): Promise<void> => {
    await settle()
    for (let left = ms; left > 0;) {
      const step = Math.min(left, STEP_MS)
      await time.tick(step)
      await settle()
      left -= step
    }
  }
  const jobs: AttachableClock = {
    now: () => time.now(),
    setTimeout: (fn, ms) => time.setTimeout(fn, ms),
    clearTimeout: (handle) => time.clearTimeout(handle),
    setInterval: (fn, ms) => time.setInterval(fn, ms),
    clearInterval: (handle) => time.clearInterval(handle),
    attach: (target) => time.attach(target),
  }
  return {
    now: () => new Date(time.now()),
    jobs,
    poll: (_ms, pass) => {
      passes.add(pass)
      return () => passes.delete(pass)
    },
    watch: (busy) => void watched.add(busy),
    settle,
    advance,
    advanceTo: (at) => advance(at.getTime() - time.now()),
  }
}

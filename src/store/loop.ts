// The shape of every loop over a table: a pass now, at each wake and at each poll, never two at once.
import { reasonOf } from '../errors.ts'
import { outsideTransaction } from './dialect.ts'
import type { Store } from './store.ts'

export interface Loop {
  /** Looks at once; also when a pass is under way, there is one more after it. */
  readonly wake: () => void
  /** Takes no more work and waits for what is under way. */
  readonly stop: () => Promise<void>
}

export interface LoopOptions {
  readonly name: string
  /** Rung topics that wake it. */
  readonly topics: readonly string[]
  readonly pollMs: number
  /** Does some work and answers whether it found any; then it is called again at once. */
  readonly pass: () => Promise<boolean>
  /** For a test's clock: waits for work that passes left running; true when there was any. */
  readonly settled?: () => Promise<boolean>
}

/** Starts the loop. A pass that throws is logged (once until one succeeds) and tried again at the next poll. */
export function createLoop(store: Store, options: LoopOptions): Loop {
  let stopped = false
  let again = false
  let failing = false
  let busy = false
  let running: Promise<boolean> = Promise.resolve(false)

  const work = async (): Promise<boolean> => {
    let found = false
    const more = (): boolean => again && !stopped
    for (again = true; more();) {
      again = false
      try {
        if (await options.pass()) again = found = true
        failing = false
      } catch (error) {
        if (!failing)
          store.log.error({ loop: options.name, why: reasonOf(error) }, 'a loop failed and goes on')
        failing = true
      }
    }
    // In the same breath as the last look at `again`: a wake in a gap between the two would be lost.
    busy = false
    return found
  }
  const run = (): Promise<boolean> => {
    if (stopped) return Promise.resolve(false)
    if (busy) again = true
    else {
      busy = true
      running = outsideTransaction(work)
    }
    return running
  }
  const wake = (): void => void run()
  const unpoll = store.clock.poll(options.pollMs, run)
  if (options.settled !== undefined) store.clock.watch?.(options.settled)
  const unring = options.topics.map((topic) => store.onRing(topic, wake))
  wake()

  return {
    wake,
    stop: async () => {
      stopped = true
      unpoll()
      for (const off of unring) off()
      await running
    },
  }
}

// The shape of every loop over a table: a pass now, at each wake and at each poll, never two at once.
import { reasonOf } from '../errors.ts'
import { outsideTransaction } from './dialect.ts'
import type { Store } from './store.ts'

export interface Loop {
  /** Looks at once; also when a pass is under way, there is one more after it. */
  wake(): void
  /** Takes no more work and waits for what is under way. */
  stop(): Promise<void>
}

export interface LoopOptions {
  readonly name: string
  /** Rung topics that wake it. */
  readonly topics: readonly string[]
  readonly pollMs: number
  /** Does some work; true when there may be more right now. */
  pass(): Promise<boolean>
  /** Waits for work that passes left running. */
  drain?(): Promise<void>
}

/** Starts the loop. A pass that throws is logged (once until one succeeds) and tried again at the next poll. */
export function createLoop(store: Store, options: LoopOptions): Loop {
  let stopped = false
  let again = false
  let failing = false
  let running: Promise<void> | undefined

  const work = async (): Promise<void> => {
    do {
      again = false
      try {
        again = (await options.pass()) || again
        failing = false
      } catch (error) {
        if (!failing) store.log.error({ loop: options.name, why: reasonOf(error) }, 'a loop failed and goes on')
        failing = true
      }
    } while (again && !stopped)
  }
  const run = (): Promise<void> => {
    if (stopped) return Promise.resolve()
    if (running === undefined)
      running = outsideTransaction(work).finally(() => {
        running = undefined
      })
    else again = true
    return running
  }
  const wake = (): void => void run()
  const unpoll = store.clock.poll(options.pollMs, async () => {
    await run()
    await options.drain?.()
  })
  const unring = options.topics.map((topic) => store.onRing(topic, wake))
  wake()

  return {
    wake,
    stop: async () => {
      stopped = true
      unpoll()
      for (const off of unring) off()
      await running
      await options.drain?.()
    },
  }
}

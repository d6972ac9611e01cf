// How much one platform may be asked: so many requests at a time and a second, those who wait in fair turns.

export interface BudgetLimits {
  /** Requests under way at a time. */
  readonly concurrency: number
  /** Requests begun in a second, averaged; so many may begin at once after a rest. */
  readonly perSecond: number
}

export interface Budget {
  /**
   * Waits for a place and answers how to give it back. `asker` is whoever takes turns with others: an incident with a
   * hundred questions does not hold up one that has two. Rejects with the reason of `signal` when that is aborted first.
   */
  take(asker: object, signal: AbortSignal): Promise<() => void>
}

interface Waiting {
  readonly go: () => void
}

/** `onWait` hears of every request that had to wait, in milliseconds. */
export function createBudget(limits: BudgetLimits, onWait: (ms: number) => void = () => {}): Budget {
  // In the order of their turns: who had one goes to the end.
  const queues = new Map<object, Waiting[]>()
  let free = limits.concurrency
  let allowance = limits.perSecond
  let countedAt = performance.now()
  let timer: NodeJS.Timeout | null = null

  function count(): void {
    const now = performance.now()
    allowance = Math.min(limits.perSecond, allowance + ((now - countedAt) / 1000) * limits.perSecond)
    countedAt = now
  }

  function next(): Waiting | null {
    const [turn] = queues
    if (turn === undefined) return null
    const [asker, queue] = turn
    queues.delete(asker)
    const waiting = queue.shift() ?? null
    if (queue.length > 0) queues.set(asker, queue)
    return waiting
  }

  /** Lets go whoever may; where only the rate forbids it, looks again when the rate allows the next. */
  function serve(): void {
    count()
    while (free > 0 && queues.size > 0) {
      if (allowance < 1) {
        timer ??= setTimeout(
          () => {
            timer = null
            serve()
          },
          Math.ceil(((1 - allowance) / limits.perSecond) * 1000),
        )
        return
      }
      free -= 1
      allowance -= 1
      next()?.go()
    }
  }

  function released(): () => void {
    let given = false
    return () => {
      if (given) return
      given = true
      free += 1
      serve()
    }
  }

  return {
    take(asker, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason)
          return
        }
        const since = performance.now()
        let waited = false
        const waiting: Waiting = {
          go() {
            signal.removeEventListener('abort', leave)
            if (waited) onWait(performance.now() - since)
            resolve(released())
          },
        }
        const leave = (): void => {
          const queue = queues.get(asker)?.filter((one) => one !== waiting) ?? []
          if (queue.length > 0) queues.set(asker, queue)
          else queues.delete(asker)
          onWait(performance.now() - since)
          reject(signal.reason)
        }
        signal.addEventListener('abort', leave, { once: true })
        const queue = queues.get(asker)
        if (queue === undefined) queues.set(asker, [waiting])
        else queue.push(waiting)
        serve()
        waited = true
      })
    },
  }
}

// What a piece of work costs in memory beyond what the process had: at its height, and what is left while its result is held.
// Needs --expose-gc.

export interface Cost<T> {
  readonly result: T
  readonly ms: number
  /** Live memory at its height: what a collection could not free, in bytes, JavaScript's heap and buffers together. */
  readonly peakBytes: number
  /** While the result is held. */
  readonly keptBytes: number
  /** The process's own height as the operating system counts, garbage that was not collected yet included. */
  readonly rssBytes: number
}

const EVERY_MS = 100

/** Looks while the work runs; a collection before each look leaves what is really held. Time is measured with that. */
export async function costOf<T>(work: () => Promise<T>): Promise<Cost<T>> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('memory is measured with --expose-gc')
  const live = (): number => {
    gc()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const before = live()
  const rssBefore = process.memoryUsage.rss()
  let [peak, rss] = [before, rssBefore]
  const look = setInterval(() => {
    rss = Math.max(rss, process.memoryUsage.rss())
    peak = Math.max(peak, live())
  }, EVERY_MS)
  const began = performance.now()
  try {
    const result = await work()
    const ms = performance.now() - began
    rss = Math.max(rss, process.memoryUsage.rss())
    const kept = live()
    return {
      result,
      ms,
      peakBytes: Math.max(peak, kept) - before,
      keptBytes: kept - before,
      rssBytes: rss - rssBefore,
    }
  } finally {
    clearInterval(look)
  }
}

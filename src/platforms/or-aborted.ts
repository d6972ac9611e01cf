// Waits for something no longer than a signal allows, whatever it does itself.
import { reasonOf } from '../errors.ts'

/** What `shared` comes to; rejects with the signal's reason where that is earlier. */
export async function orAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error(reasonOf(signal.reason)))
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([shared, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
    // Who lost the race has nobody left to tell.
    shared.catch(() => {})
  }
}

// From when on an answer must have been asked for, for all requests that one question to a reader leads to.
import { AsyncLocalStorage } from 'node:async_hooks'

// What lies between a reader's method and its requests differs from kind to kind; none of it decides this.
const instants = new AsyncLocalStorage<number>()

/** Does `work` with no shared answer but those begun after `instant`, of `performance.now()`. */
export function answeredSince<T>(instant: number, work: () => Promise<T>): Promise<T> {
  return instants.run(instant, work)
}

/** The instant of the `answeredSince` that this runs in; undefined where any shared answer will do. */
export function wantedSince(): number | undefined {
  return instants.getStore()
}

// Reading a part of a whole: what cannot be read is named, and the rest still comes.
import { reasonOf } from '../errors.ts'

/** Answers what `read` gives; where it fails `otherwise`, and `<what>: <reason>` is among what was not reached. Throws only at the signal. */
export type Attempt = <T>(what: string, read: () => Promise<T>, otherwise: T) => Promise<T>

export function attempting(unreached: string[], signal: AbortSignal): Attempt {
  return async (what, read, otherwise) => {
    try {
      return await read()
    } catch (error) {
      signal.throwIfAborted()
      unreached.push(`${what}: ${reasonOf(error)}`)
      return otherwise
    }
  }
}

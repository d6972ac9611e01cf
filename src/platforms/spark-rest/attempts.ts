// Looking for an application in several places: who was asked in vain, and what to throw when nobody knew it.
import { ArrestorError, reasonOf } from '../../errors.ts'
import { isSilence, onceMore } from '../../diagnosis/silence.ts'

export interface Attempts {
  /** `<place>: <reason>` of every place that did not answer. */
  readonly unreached: readonly string[]
  /** Asks one place; null where it does not know, and where it did not answer. Throws at the signal and ARR-503. */
  readonly attempt: <T>(what: string, ask: () => Promise<T | null>) => Promise<T | null>
  /** Throws the first failure, if any: "not there" is an answer only of all who were asked. */
  readonly throwIfAnyFailed: () => void
}

/** Begins a search. */
export function createAttempts(signal: AbortSignal): Attempts {
  const unreached: string[] = []
  const failures: unknown[] = []
  return {
    unreached,
    async attempt(what, ask) {
      try {
        return await ask()
      } catch (error) {
        // It says where the time went; the signal's own reason does not.
        if (signal.aborted) throw error
        // A refused read is a fault of ours, not an absence at the other end.
        if (error instanceof ArrestorError && error.code === 'ARR-503') throw error
        failures.push(error)
        unreached.push(`${what}: ${reasonOf(error)}`)
        return null
      }
    },
    throwIfAnyFailed() {
      if (failures.length > 0) throw failures[0]
    },
  }
}

/** After a longer silence there is no time left for whoever else may know. */
const LONGEST_SILENCE_MS = 6_000

/**
 * Asks, and once more after a silence: a long collection of garbage is no outage, and a live driver tells more than
 * anybody else. Throws what the last try threw.
 */
export function askingPatiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const began = performance.now()
  const inTime = (): boolean => !signal.aborted && performance.now() - began <= LONGEST_SILENCE_MS
  return onceMore(ask, (error) => isSilence(error) && inTime())
}

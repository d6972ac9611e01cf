// What was written by a run that has just ended is on its way to where it is kept; that is when alerts come.
import { setTimeout as wait } from 'node:timers/promises'

/** How often, and after how many milliseconds each, it is asked for. Ours. */
const TRIES = 3
const PAUSE_MS = 1_500

export type Outcome<T> = { readonly value: T } | { readonly error: unknown }

/** The answer, asked for again while `isMoving` says of it, or of the error in its place, that it is on its way. */
export async function whileItMoves<T>(
  ask: () => Promise<T>,
  isMoving: (outcome: Outcome<T>) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await settled(ask)
    if (tries === TRIES || !isMoving(outcome)) {
      if ('error' in outcome) throw outcome.error
      return outcome.value
    }
    await wait(PAUSE_MS, undefined, { signal })
  }
}

async function settled<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await ask() }
  } catch (error) {
    return { error }
  }
}

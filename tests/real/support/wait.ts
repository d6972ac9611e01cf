// Waiting for real processes: looked at again and again, bounded, and a failure says what was waited for.
import { setTimeout as delay } from 'node:timers/promises'

const LOOK_EVERY_MS = 50

/**
 * Resolves when the condition holds. Throws after `limitMs` naming `what`, with what `seen` says of the state then.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 60_000,
  seen: () => string | Promise<string> = () => '',
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`Waited ${limitMs / 1000} s in vain for ${what}. ${await seen()}`.trim())
    await delay(LOOK_EVERY_MS)
  }
}

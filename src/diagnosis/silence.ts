// Who was asked and said nothing in time: was anybody there, and is it worth asking once more.
import { ArrestorError } from '../errors.ts'

/** How a reason begins where somebody took the connection and then said nothing. Behind a firewall nobody takes it. */
export const SILENT_WORDS = 'it took the connection and'
/** In every reason of an answer that did not come in the time of one request, whether anybody was there or not. */
export const LATE_WORDS = 'did not answer in time'

/** Whether a request failed since somebody took the connection and then said nothing in its time. */
export function isSilence(error: unknown): boolean {
  return whyOf(error).startsWith(SILENT_WORDS)
}

/** Whether a request failed since nothing came in its time: from somebody who was silent, or from nobody at all. */
export function isLate(error: unknown): boolean {
  return whyOf(error).includes(LATE_WORDS)
}

function whyOf(error: unknown): string {
  return error instanceof ArrestorError ? (error.details['why'] ?? '') : ''
}

/** Asks, and once more where `again` says so of why the first try failed. Throws what the last try threw. */
export async function onceMore<T>(ask: () => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!again(error)) throw error
    return await ask()
  }
}

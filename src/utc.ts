// How a moment is written where no reader's zone is known: evidence, logs, checks.

/** `2026-11-21 02:10 UTC`, to the minute. */
export function utcMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** `2026-11-21 02:10:09 UTC`, to the second. */
export function utcSecond(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

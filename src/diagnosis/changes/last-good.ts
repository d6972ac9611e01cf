// Which earlier run of the job was the last good one.
import type { Run } from '../../alerts/model.ts'
import type { PlatformReader, PlatformRun } from '../../ports.ts'

/** Earlier runs that are listed, and those of them whose end is asked for one by one. */
const LISTED = 50
const ASKED = 4

/**
 * The newest run before `current` that succeeded, asked for by its id: lists tell less of how a run was made, and some
 * call a run finished that failed. Null where none is known. Throws as the reader does.
 */
export async function lastGoodRun(
  reader: PlatformReader,
  run: Run,
  current: PlatformRun,
  jobName: string,
  signal: AbortSignal,
): Promise<PlatformRun | null> {
  const all = await reader.runs(jobName, LISTED, signal)
  const place = all.findIndex(({ id }) => id === current.id)
  const began = beginningOf(current)
  const earlier = all
    .filter((one, index) => {
      if (one.id === current.id) return false
      const at = beginningOf(one)
      return at === null || began === null ? place >= 0 && index > place : at < began
    })
    .filter(({ state }) => state === 'succeeded' || state === 'unknown')
  for (const one of earlier.slice(0, ASKED)) {
    const found = await reader.run({ ...run, runId: one.id, attempt: null, retriesLeft: null }, signal)
    if (found?.id === one.id && found.state === 'succeeded') return found
  }
  return null
}

/** When a run was handed in, else when it began; null where the platform keeps no times. */
export function beginningOf({ submittedAt, startedAt }: PlatformRun): Date | null {
  return submittedAt ?? startedAt
}

// The interval at which a stream is to begin its batches: Spark shows it nowhere but in the driver's log.
import { attempting } from '../attempt.ts'
import type { Evidence, ProbeContext } from '../model.ts'
import { evidence } from '../probes/support.ts'

/** How much of the log's end is read, in bytes. */
const LOG_BYTES = 256 * 1024

export interface Trigger {
  readonly ms: number
  /** Who says so. */
  readonly shown: Evidence
}

/** `Current batch is falling behind. The trigger interval is 1000 milliseconds, but spent 2571 milliseconds`. */
const BEHIND = /The trigger interval is (\d+) milliseconds?, but spent[^\n]*/g

/** The interval that the runbook names. */
export function triggerGiven(seconds: number): Trigger {
  return { ms: Math.round(seconds * 1000), shown: evidence(`trigger_s ${seconds}`, 'the runbook') }
}

/**
 * The interval that the driver's log names last. Null where it does not; a log that cannot be read is named in
 * `unreached`. Throws only at the signal.
 */
export async function triggerOf(
  { reader, run, signal }: ProbeContext,
  unreached: string[],
): Promise<Trigger | null> {
  if (reader?.capabilities.has('log') !== true) return null
  const tail = await attempting(unreached, signal)('log', () => reader.log(run, LOG_BYTES, signal), null)
  const said = [...(tail?.text ?? '').matchAll(BEHIND)].at(-1)
  const ms = Number(said?.[1] ?? 0)
  if (tail === null || said === undefined || ms === 0) return null
  return { ms, shown: evidence(said[0], `the log ${tail.from}`, tail.link) }
}

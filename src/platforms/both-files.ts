// What a program wrote to stderr and to stdout, as one log: Log4j writes to the one, programs print to the other.
import { lastBytes } from './last-bytes.ts'

const FILES = ['stderr', 'stdout'] as const
export type LogFile = (typeof FILES)[number]

/** The end of one file, and whether something before it was left out. */
export interface Piece {
  readonly text: string
  readonly cut: boolean
}

/** Both files. One that cannot be had costs only itself, unless the other is empty: then it throws what that one did. */
export async function bothOf(
  ask: (file: LogFile) => Promise<Piece>,
  signal: AbortSignal,
): Promise<readonly Piece[]> {
  const asked = await Promise.allSettled(FILES.map(ask))
  signal.throwIfAborted()
  const pieces = asked.map((one) => (one.status === 'fulfilled' ? one.value : { text: '', cut: true }))
  const failed = asked.find((one) => one.status === 'rejected')
  if (failed !== undefined && pieces.every(({ text }) => text === '')) throw failed.reason
  return pieces
}

/** Both files' ends in so many bytes: where they do not both fit, stdout gets half at most. */
export function joined([stderr, stdout]: readonly Piece[], bytes: number): Piece {
  const [log, printed] = [stderr?.text ?? '', stdout?.text ?? '']
  const both = log !== '' && printed !== ''
  const whole = both ? `${log}\n${printed}` : `${log}${printed}`
  const text =
    Buffer.byteLength(whole) <= bytes
      ? whole
      : both
        ? withinBytes(log, printed, bytes)
        : lastBytes(whole, bytes).text
  return { text, cut: text !== whole || stderr?.cut === true || stdout?.cut === true }
}

function withinBytes(log: string, printed: string, bytes: number): string {
  const last = lastBytes(printed, Math.max(Math.floor(bytes / 2), bytes - 1 - Buffer.byteLength(log))).text
  const first = lastBytes(log, bytes - 1 - Buffer.byteLength(last)).text
  return first === '' ? last : `${first}\n${last}`
}

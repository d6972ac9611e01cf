// The end of the driver's log, read for the failures that we know; the thread must do where nobody has a VPN.
import * as z from 'zod'
import type { LogTail } from '../../ports.ts'
import { readLog, type LogReading } from '../failures/read-log.ts'
import { classOf } from '../failures/settled-class.ts'
import type { Finding, Probe } from '../model.ts'
import { blank, evidence, outputsOf, unseen } from './support.ts'

const KIB = 1024
const DEFAULT_KIB = 512
/** How much of a log's end is read where nobody says otherwise. */
export const LOG_BYTES = DEFAULT_KIB * KIB
const params = z
  .strictObject({
    /** How much of the log's end is read, in KiB. */
    kib: z.int().min(1).max(4096).default(DEFAULT_KIB),
  })
  .prefault({})

export const log: Probe = {
  id: 'spark.log',
  title: "The end of the driver's log",
  needs: ['log'],
  params,
  outputs: {
    signature: 'id of the failure mode that the log names, unknown, or none',
    cause: 'the same in words',
    class: 'transient, deterministic, infrastructure, permission, data or unknown',
    line: 'line of the part that was read',
    lines: 'lines read',
  },
  async run(raw, { reader, run, signal }) {
    const { kib } = params.parse(raw ?? {})
    if (reader === null) throw new Error('no platform')
    const tail = await reader.log(run, kib * KIB, signal)
    if (tail === null)
      return {
        outputs: blank(log),
        findings: [
          unseen(
            log.id,
            `${reader.platform} has no log of this run. Where its driver was started in client mode, its log is there: \`arrestor diagnose --log\` reads it.`,
            [],
          ),
        ],
      }
    const reading = await readTail(tail)
    const [first] = reading.seen
    return {
      outputs: outputsOf(log, {
        signature: first?.mode.id ?? (reading.unexplained === null ? 'none' : 'unknown'),
        cause: first?.cause ?? (reading.unexplained === null ? 'none' : 'unknown'),
        class: first === undefined ? 'unknown' : classOf(first.mode, reading.seen),
        line: first?.line ?? reading.unexplained?.line ?? null,
        lines: reading.lines,
      }),
      findings: [findingOf(reading, tail)],
    }
  },
}

/** What a tail says. */
export function readTail(tail: Pick<LogTail, 'text' | 'cut' | 'whose'>): Promise<LogReading> {
  const lines = tail.text.split('\n')
  // The first line of a part is most likely the end of one.
  return readLog(tail.cut ? lines.slice(1) : lines, tail.whose)
}

function findingOf(
  reading: LogReading,
  tail: { readonly from: string; readonly link: string | null; readonly cut: boolean },
): Finding {
  const [first, ...others] = reading.seen
  const part = tail.cut ? `the last ${reading.lines} lines of ${tail.from}` : tail.from
  if (first === undefined)
    return {
      ...unseen(
        log.id,
        reading.unexplained === null
          ? `Nothing in ${part} names a failure.`
          : `The last error in ${part} is none that we know.`,
        [],
      ),
      severity: reading.unexplained === null ? 'none' : 'low',
      evidence:
        reading.unexplained === null
          ? []
          : [
              evidence(
                reading.unexplained.quote,
                `${tail.from}, line ${reading.unexplained.line} of what was read`,
                tail.link,
              ),
            ],
      link: tail.link,
    }
  return {
    probe: log.id,
    severity: first.mode.kind === 'symptom' || first.certainty === 'low' ? 'medium' : 'high',
    sentence: `${capital(part)} names ${first.cause}: ${first.meaning}${others.length === 0 ? '' : ` (and ${others.map(({ cause }) => cause).join(', ')})`}.`,
    evidence: [
      evidence(
        first.quote,
        `${tail.from}, line ${first.line} of what was read; said ${first.count === 1 ? 'once' : `${first.count} times`}`,
        tail.link,
      ),
    ],
    link: tail.link,
    confidence: first.certainty,
    unreached: [],
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

// The end of the driver's log, read for the failures that we know; the thread must do where nobody has a VPN.
import * as z from 'zod'
import type { LogTail } from '../../ports.ts'
import { readLog, type LogReading, type Seen, whatBroke } from '../failures/read-log.ts'
import { classOf } from '../failures/settled-class.ts'
import type { Evidence, Finding, Probe } from '../model.ts'
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
    signature:
      'id of the failure mode that the log names, unknown, or none; unknown as well where the run went on after all that it names and failed of an error that nobody knows',
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
    const first = whatBroke(reading)
    return {
      outputs: outputsOf(log, {
        signature: first?.mode.id ?? (reading.unexplained === null ? 'none' : 'unknown'),
        cause: first?.cause ?? (reading.unexplained === null ? 'none' : 'unknown'),
        class: first === null ? 'unknown' : classOf(first.mode, reading.seen),
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

/** Beside the error that nobody knows. */
const ASIDES_QUOTED = 3

interface Origin {
  readonly from: string
  readonly link: string | null
  readonly cut: boolean
}

function findingOf(reading: LogReading, tail: Origin): Finding {
  const first = whatBroke(reading)
  const part = tail.cut ? `the last ${reading.lines} lines of ${tail.from}` : tail.from
  if (first === null) return unnamed(reading, tail, part)
  const others = reading.seen.filter((one) => one !== first && one.passed !== true)
  const beside = [
    ...(others.length === 0 ? [] : [`and ${others.map(({ cause }) => cause).join(', ')}`]),
    ...asides(reading),
  ]
  return {
    probe: log.id,
    severity: first.mode.kind === 'symptom' || first.certainty === 'low' ? 'medium' : 'high',
    sentence: `${capital(part)} names ${first.cause}: ${first.meaning}${beside.length === 0 ? '' : ` (${beside.join('; ')})`}.`,
    evidence: [quoted(first, tail)],
    link: tail.link,
    confidence: first.certainty,
    unreached: [],
  }
}

function unnamed(reading: LogReading, tail: Origin, part: string): Finding {
  const { unexplained, seen } = reading
  if (unexplained === null)
    return { ...unseen(log.id, `Nothing in ${part} names a failure.`, []), link: tail.link }
  const aside = asides(reading).join('; ')
  return {
    ...unseen(
      log.id,
      `The last error in ${part} is none that we know${aside === '' ? '' : ` (${aside})`}.`,
      [],
    ),
    severity: 'low',
    evidence: [
      evidence(unexplained.quote, `${tail.from}, line ${unexplained.line} of what was read`, tail.link),
      ...seen.slice(0, ASIDES_QUOTED).map((one) => quoted(one, tail)),
    ],
    link: tail.link,
  }
}

/** What the run went on after, in words; nothing where that is nothing. */
function asides({ seen }: LogReading): readonly string[] {
  const passed = seen.flatMap((one) => (one.passed === true ? [one.cause] : []))
  return passed.length === 0 ? [] : [`the run went on after ${passed.join(', ')}`]
}

function quoted({ quote, line, count }: Seen, { from, link }: Origin): Evidence {
  const times = count === 1 ? 'once' : `${count} times`
  return evidence(quote, `${from}, line ${line} of what was read; said ${times}`, link)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

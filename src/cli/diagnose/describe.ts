// What a log told, for people. Pure.
import type { FailureClass } from '../../diagnosis/failures/model.ts'
import type { LogReading, Seen } from '../../diagnosis/failures/read-log.ts'
import { classOf } from '../../diagnosis/failures/settled-class.ts'
import { forTerminal, linesForTerminal } from '../../runbooks/terminal.ts'

/** What the class means for whoever thinks of running it again. */
export const RERUN: Readonly<Record<FailureClass, string>> = {
  transient: 'passes by itself; running it again is worth a try',
  deterministic: 'the same data and settings will fail again',
  infrastructure: 'somebody has to mend a machine, queue or service first',
  permission: 'somebody has to give or renew access first',
  data: 'the owner of the data or the query has to mend it',
  unknown: 'not known whether it would fail again',
}

export function describeLog(reading: LogReading, file: string): string {
  const [first, ...others] = reading.seen
  const out: string[] = []
  if (first === undefined) {
    out.push(`Nothing in ${reading.lines} lines of ${forTerminal(file)} names a failure that we know.`)
    if (reading.unexplained !== null)
      out.push('', 'The last error it has:', place(file, reading.unexplained.line, reading.unexplained.quote))
  } else {
    out.push(`${first.mode.id} ${first.cause}: ${first.meaning}`, '')
    out.push(place(file, first.line, first.quote), '')
    const told = classOf(first.mode, reading.seen)
    out.push(`Class:     ${told} (${RERUN[told]})`)
    out.push(`Certainty: ${certainty(first)}`)
    if (others.length > 0) out.push('', 'Also said:', ...others.map((one) => also(one, file)))
  }
  if (reading.intended !== null)
    out.push(
      '',
      'Somebody or a shutdown ended it:',
      place(file, reading.intended.line, reading.intended.quote),
    )
  return out.join('\n')
}

function certainty({ certainty: how, count, mode }: Seen): string {
  const times = count === 1 ? 'said once' : `said ${count} times`
  if (how === 'high') return `high, it is named; ${times}`
  if (mode.kind === 'symptom') return `${how}, a symptom whose cause this log does not name; ${times}`
  if (how === 'low') return `low, an exit code that may mean something else; ${times}`
  return `medium, an exit code alone says so; ${times}`
}

function place(file: string, line: number, text: string): string {
  return `  ${forTerminal(file)}:${line}\n  ${linesForTerminal(text)}`
}

function also({ mode, cause, count, line }: Seen, file: string): string {
  return `  ${mode.id} ${cause} (${count === 1 ? 'once' : `${count} times`}, best said in ${forTerminal(file)}:${line})`
}

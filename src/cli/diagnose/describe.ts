// What a log told, for people. Pure.
import type { FailureClass } from '../../diagnosis/failures/model.ts'
import { type LogReading, type Seen, whatBroke } from '../../diagnosis/failures/read-log.ts'
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
  const { seen, intended } = reading
  const first = whatBroke(reading)
  const out = first === null ? unnamed(reading, file) : named(first, seen, file)
  const others = seen.filter((one) => one !== first)
  if (others.length > 0) out.push('', 'Also said:', ...others.map((one) => also(one, file)))
  if (intended !== null)
    out.push('', 'Somebody or a shutdown ended it:', place(file, intended.line, intended.quote))
  return out.join('\n')
}

function named(first: Seen, seen: readonly Seen[], file: string): string[] {
  return [
    `${first.mode.id} ${first.cause}: ${first.meaning}`,
    '',
    place(file, first.line, first.quote),
    '',
    classLine(classOf(first.mode, seen)),
    `Certainty: ${certainty(first)}`,
  ]
}

/** Nothing is named, or nothing that the run did not go on after. */
function unnamed({ seen, unexplained, lines }: LogReading, file: string): string[] {
  const error = unexplained === null ? [] : [place(file, unexplained.line, unexplained.quote)]
  if (seen.length === 0) {
    const nothing = `Nothing in ${lines} lines of ${forTerminal(file)} names a failure that we know.`
    return error.length === 0 ? [nothing] : [nothing, '', 'The last error it has:', ...error]
  }
  const passed = seen.map(({ cause }) => cause).join(', ')
  return [
    `unknown: the last error is none that we know (the run went on after ${passed})`,
    '',
    ...error,
    '',
    classLine('unknown'),
    'Certainty: low, what is named here the run went on after, and nobody knows its last error',
  ]
}

function classLine(told: FailureClass): string {
  return `Class:     ${told} (${RERUN[told]})`
}

function certainty({ certainty: how, count, mode }: Seen): string {
  const times = count === 1 ? 'said once' : `said ${count} times`
  if (how === 'high') return `high, it is named; ${times}`
  if (mode.kind === 'symptom') return `${how}, a symptom whose cause this log does not name; ${times}`
  if (how === 'low') return `low, an exit code or a hint that may mean something else; ${times}`
  return `medium, an exit code alone says so; ${times}`
}

function place(file: string, line: number, text: string): string {
  return `  ${forTerminal(file)}:${line}\n  ${linesForTerminal(text)}`
}

function also({ mode, cause, count, line, passed }: Seen, file: string): string {
  const times = count === 1 ? 'once' : `${count} times`
  const aside = passed === true ? '; the run went on after it' : ''
  return `  ${mode.id} ${cause} (${times}, best said in ${forTerminal(file)}:${line}${aside})`
}

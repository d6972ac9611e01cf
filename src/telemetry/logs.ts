// Logs: JSON lines in production, readable lines on a terminal; our secrets are taken out of every line (P12).
import { type LogFn, type Logger, type LoggerOptions, pino } from 'pino'
import { withoutSecrets } from '../secrets.ts'

/** What takes out of texts, and of all texts in a value, what others must not read. */
export interface LogGate {
  readonly text: (text: string) => string
  readonly record: <T>(value: T) => T
}

export interface LogOptions {
  readonly level: string
  /** Every secret we hold; short ones are left alone, since they would take innocent words out. */
  readonly secrets: readonly string[]
  /** The gate for what others wrote: reasons quote it. */
  readonly discretion?: LogGate
  readonly write: (line: string) => void
  /** For people: time, level and message in one line, with a stack for nobody. */
  readonly pretty: boolean
}

/** A logger whose lines never carry one of `secrets`. */
export function createLogger(options: LogOptions): Logger {
  const { discretion } = options
  const clean = withoutSecrets(options.secrets)
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        ...(discretion === undefined ? {} : { log: (fields) => discretion.record(fields) }),
      },
      ...(discretion === undefined ? {} : { hooks: { logMethod: discreetly(discretion) } }),
    },
    { write: (line: string) => options.write(clean(options.pretty ? readable(line) : line)) },
  )
}

type LogMethod = NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']>

/** The message's own gate; fields have theirs in the formatter. */
function discreetly({ text }: LogGate): LogMethod {
  return function (args, method) {
    const safe = args.map((one: unknown) => (typeof one === 'string' ? text(one) : one))
    method.apply(this, safe as Parameters<LogFn>)
  }
}

/** `12:00:01 error ARR-301: Slack cannot be reached…` from a JSON line. */
export function readable(line: string): string {
  const { time, level, msg, code, ...rest } = JSON.parse(line) as Record<string, unknown>
  const clock = String(time).slice(11, 19)
  const fields = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? inert(value) : JSON.stringify(value)}`)
  // Our own explanations have two lines: what happened, and the mend.
  const message = String(msg).split('\n').map(inert).join('\n')
  const told = typeof code === 'string' && !String(msg).startsWith(code) ? `${code}: ` : ''
  return `${clock} ${String(level).padEnd(5)} ${told}${message}${fields.length === 0 ? '' : `  (${fields.join(' ')})`}\n`
}

/** Text from outside may carry escape sequences or lines that look like ours; a terminal gets neither. */
function inert(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) =>
    char === '\n' ? '\\n' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

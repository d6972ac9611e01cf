// A whole log to what broke: every mode seen, how often, where first, with the line that says so. One pass, bounded memory.
import { quote, redact } from '../../alerts/redact.ts'
import { weightOf } from './asides.ts'
import { type LogEntry, type LogOwner, TRACEBACK, logEntries } from './log-entries.ts'
import { missesExecutors } from './missing.ts'
import type { FailureMode } from './model.ts'
import { FAILURE_MODES } from './modes.ts'
import { type Certainty, isIntended, sightings, signed } from './read.ts'
import { RANK, beginsAnother, createTally, finishedStage } from './tally.ts'

/** A failure mode as a log tells it. */
export interface Seen {
  readonly mode: FailureMode
  readonly cause: string
  readonly meaning: string
  readonly certainty: Certainty
  /** The line that says it best, redacted and bounded. */
  readonly quote: string
  /** Line in the file, from 1, of the entry that is quoted. */
  readonly line: number
  /** Entries that say it. */
  readonly count: number
  /** The run went on after it and failed of something else; told with `low`. */
  readonly passed?: true
}

export interface LogReading {
  /** Lines read. */
  readonly lines: number
  /** The strongest first, what passed last; `whatBroke` is the first unless the run went on after that. */
  readonly seen: readonly Seen[]
  /** Errors that no mode explains: the last of them, redacted. What to read where nothing in `seen` broke it. */
  readonly unexplained: { readonly line: number; readonly quote: string } | null
  /** Somebody or a shutdown ended it; said beside, or instead of, a failure. */
  readonly intended: { readonly line: number; readonly quote: string } | null
}

/** What the run failed of, as its log names it; null where it names nothing, or only what the run went on after. */
export function whatBroke({ seen }: Pick<LogReading, 'seen'>): Seen | null {
  return seen.find(({ passed }) => passed !== true) ?? null
}

/** One look at every line before the many: most lines of a log tell nothing. */
const PATTERNS = FAILURE_MODES.flatMap(({ patterns }) => patterns)
const ANY = anyOf(['exit', ...PATTERNS.map(({ words }) => words.source)])
const ANY_SIGNED = anyOf(
  PATTERNS.flatMap(({ words, behindLogger }) => (behindLogger === true ? words.source : [])),
)
const GRAVE = new Set(['ERROR', 'FATAL'])

/** Reads a log to its end. */
export async function readLog(
  lines: AsyncIterable<string> | Iterable<string>,
  owner: LogOwner | null = null,
): Promise<LogReading> {
  const tally = createTally()
  /** Modes that something says outright; the others are hints. */
  const outright = new Set<string>()
  let count = 0
  let unexplained: LogReading['unexplained'] = null
  let intended: LogReading['intended'] = null
  const counted = (async function* (): AsyncGenerator<string> {
    for await (const line of lines) {
      count += 1
      yield line
    }
  })()
  for await (const entry of logEntries(counted, owner)) {
    if (beginsAnother(entry)) tally.begin()
    const finished = finishedStage(entry)
    if (finished !== null) tally.finished(finished)
    const weight = weightOf(entry)
    if (weight === 'none') continue
    if (isIntended(entry.text)) {
      intended ??= { line: entry.line, quote: quote(entry.text) }
      continue
    }
    const found = mayTell(entry) ? sightings([entry]) : []
    for (const { mode, cause, meaning, certainty, line } of found) {
      if (weight === 'whole') outright.add(mode.id)
      tally.add(
        {
          mode,
          cause,
          meaning,
          certainty: weight === 'hint' ? 'low' : certainty,
          line: entry.line,
          quote: () => quote(line),
        },
        entry,
      )
    }
    if (found.length === 0 && (GRAVE.has(entry.level ?? '') || isUncaught(entry))) {
      unexplained = { line: entry.line, quote: quote(saying(entry.text)) }
      if (missesExecutors(entry.text)) tally.missed()
    }
  }
  const { standing, passed } = tally.result()
  const counts = ({ mode }: Seen): boolean => unexplained === null || outright.has(mode.id)
  const told = standing.filter(counts)
  // What the run went on after is what broke only where nothing else did, or where what stands is a symptom of it.
  const others = told.length === 0 ? unexplained !== null : told.some(({ mode }) => mode.kind === 'cause')
  const guesses = passed.filter(counts)
  const seen = others
    ? [...told.sort(byStrength), ...guesses.map(doubted).sort(byStrength)]
    : [...told, ...guesses].sort(byStrength)
  return { lines: count, seen, unexplained, intended }
}

function byStrength(a: Seen, b: Seen): number {
  const order = (one: Seen): number => RANK[one.certainty] * 1000 + FAILURE_MODES.indexOf(one.mode)
  return order(a) - order(b)
}

function doubted(one: Seen): Seen {
  return { ...one, certainty: 'low', passed: true }
}

function anyOf(sources: readonly string[]): RegExp {
  return new RegExp(sources.map((source) => `(?:${source})`).join('|'), 'im')
}

function mayTell({ text, logger }: LogEntry): boolean {
  return ANY.test(text) || (logger !== null && ANY_SIGNED.test(signed(logger, text)))
}

/** So much of a first line is quoted beside the root cause, in characters: both fit into one quotation. */
const MAX_FIRST = 250
/** So much of it is looked at for secrets. */
const MAX_HEADLINE = 8000

/** Python says last what it raised. Java says first what failed and last why (`Caused by:`); all else says first what there is to say. */
function saying(text: string): string {
  const lines = text.split('\n')
  if (text.startsWith(TRACEBACK)) return lines.findLast((line) => line !== '' && !/^\s/.test(line)) ?? text
  const root = lines.findLast((line) => line.startsWith('Caused by: '))
  const first = lines.find((line) => line.trim() !== '')?.trim() ?? ''
  if (root === undefined || first === root) return text
  // Redacted before it is shortened: half a secret looks like none.
  const headline = first.length > MAX_FIRST ? redact(first.slice(0, MAX_HEADLINE)).slice(0, MAX_FIRST).toWellFormed() : first // prettier-ignore
  return `${headline} … ${root}`
}

/** A program that ended by an exception of its own: Java's and Python's last words. */
function isUncaught({ text }: LogEntry): boolean {
  return /^(?:Exception in thread "|Traceback \(most recent call last\)|(?:[\w$]{1,60}\.){1,10}[\w$]{1,80}(?:Error|Exception)(?::|$))/.test(
    text,
  )
}

// From what was said to the failure behind it: the first mode that fits, with the line that says so.
import { entriesOf, simpleName } from './log-entries.ts'
import type { FailureMode, Pattern, Place, Said } from './model.ts'
import { FAILURE_MODES } from './modes.ts'

export type Certainty = 'high' | 'medium' | 'low'

/** One mode, seen in what was said. */
export interface Sighting<S extends Said = Said> {
  readonly mode: FailureMode
  /** The mode's name, or the finer one of the pattern that fitted. */
  readonly cause: string
  readonly meaning: string
  readonly said: S
  /** The line that says it; the first line where only a code does. */
  readonly line: string
  /** High: a cause named in words. Medium: a cause that only an exit code tells, or a symptom in words. Low: a symptom by its code, or a code that may mean something else. */
  readonly certainty: Certainty
}

/** Longer lines are looked at so far: what tells a failure stands at the beginning. */
const MAX_LINE = 8_000
/** Lines of one text; a stack trace with its causes is far shorter. */
const MAX_LINES = 2_000

const CLAIMING = FAILURE_MODES.filter(({ codesOf }) => codesOf !== undefined)

const INTENDED =
  /Master removed our application: KILLED|Executor killed by driver|killed via Web UI|SparkContext (?:was|is) (?:shut|stopp)|was idle for|cancelled as part of cancellation of all jobs|Stage cancelled|killed intentionally/i

/** Whether a text tells of an ending that somebody or a shutdown wanted: no failure of its own. */
export function isIntended(text: string): boolean {
  return INTENDED.test(text)
}

/** Something that was said, with who is told of in it. */
interface Heard<S extends Said = Said> {
  readonly said: S
  readonly parts: readonly Part[]
}

interface Part {
  readonly place: Place
  readonly lines: readonly string[]
  /** Its first line behind the name of its logger; null where none is known. */
  readonly signed: string | null
}

/**
 * What a driver says is a piece of its log, wherever it comes from: it tells of tasks, stages and containers as well, and
 * whose failure a line is must be the same for who reads the log and who reads words out of it.
 */
function hear<S extends Said>(said: S): Heard<S> {
  const parts = said.place === 'driver' ? entriesOf(said.text.split('\n', MAX_LINES), 'driver') : [said]
  return {
    said,
    parts: parts.map(({ text, place, logger }, at) => {
      const lines = linesOf(text)
      const by = logger ?? (at === 0 ? said.logger : null)
      return { place, lines, signed: by == null ? null : signed(by, lines[0] ?? '') }
    }),
  }
}

/** A message behind the simple name of its logger, as Spark's own layout prints it. */
export function signed(logger: string, message: string): string {
  return `${simpleName(logger)}: ${message}`
}

/** The lines of a text that can tell something. */
function linesOf(text: string): string[] {
  return text
    .split('\n', MAX_LINES)
    .map((line) => line.slice(0, MAX_LINE).trim())
    .filter((line) => line !== '' && !line.startsWith('at '))
}

const CODE = /\bexit(?:ed)?(?: with)?(?: exit)?[ _]?(?:code|status)?\s{0,4}[:=]?\s{0,4}\(?(-?\d{1,4})\b/gi

/** The exit codes that a text names, as Spark, YARN and Kubernetes write them. */
export function exitCodesIn(text: string): readonly number[] {
  return [...text.slice(0, MAX_LINE).matchAll(CODE)].map((match) => Number(match[1]))
}

/** The pattern of a mode that fits a line of a part, or null. */
function fitting(mode: FailureMode, at: number, { place, lines, signed: first }: Part): Pattern | null {
  return (
    mode.patterns.find(
      ({ words, places, behindLogger }) =>
        (places === undefined || places.includes(place)) &&
        (words.test(lines[at] ?? '') ||
          (behindLogger === true && at === 0 && first !== null && words.test(first))),
    ) ?? null
  )
}

/** Whether what was said names the mode in words. */
export function names(mode: FailureMode, said: Said): boolean {
  return byWords(mode, hear(said)) !== null
}

/** Whether what was said bears the mode, by its words or by an exit code. */
export function bears(mode: FailureMode, said: Said): boolean {
  const heard = hear(said)
  return [byWords, byCode, byHint].some((look) => look(mode, heard) !== null)
}

function byWords<S extends Said>(mode: FailureMode, { said, parts }: Heard<S>): Sighting<S> | null {
  for (const part of parts)
    for (const [at, line] of part.lines.entries()) {
      const pattern = fitting(mode, at, part)
      if (pattern === null) continue
      return {
        mode,
        cause: pattern.variant ?? mode.name,
        meaning: pattern.meaning ?? mode.meaning,
        said,
        line,
        certainty: mode.kind === 'symptom' ? 'medium' : 'high',
      }
    }
  return null
}

function byCode<S extends Said>(mode: FailureMode, { said }: Heard<S>): Sighting<S> | null {
  const { codes, codesOf, codesUnless } = mode
  if (codes === undefined || !exitCodesIn(said.text).some((code) => codes.includes(code))) return null
  const lines = linesOf(said.text)
  const line = codesOf === undefined ? lines[0] : lines.find((one) => tellsCodeOf(mode, one))
  if (line === undefined || (codesOf === undefined && isClaimed(codes, lines))) return null
  // Whose line it is says why as well; what is nobody's may have its reason in a line of its own, as Spark writes it.
  const reasons = codesOf === undefined ? lines : [line]
  if (codesUnless !== undefined && reasons.some((one) => codesUnless.test(one))) return null
  const certainty = mode.kind === 'symptom' ? 'low' : 'medium'
  return { mode, cause: mode.name, meaning: mode.meaning, said, line, certainty }
}

/** Whether a line tells an exit code of a mode, and that it is of those whose codes the mode has to itself. */
function tellsCodeOf({ codes, codesOf }: FailureMode, line: string): boolean {
  return codesOf?.test(line) === true && exitCodesIn(line).some((code) => codes?.includes(code))
}

/** Whether the lines say of one of these codes whose it was, and there is a mode of its own for that. */
function isClaimed(codes: readonly number[], lines: readonly string[]): boolean {
  return CLAIMING.some(
    (mode) =>
      mode.codes?.some((code) => codes.includes(code)) === true &&
      lines.some((line) => tellsCodeOf(mode, line)),
  )
}

function byHint<S extends Said>(mode: FailureMode, { said }: Heard<S>): Sighting<S> | null {
  const { hint } = mode
  if (hint === undefined || !exitCodesIn(said.text).includes(hint.code)) return null
  const line = linesOf(said.text)[0] ?? ''
  const certainty = hint.doubtful.test(said.text) ? 'low' : 'medium'
  return { mode, cause: hint.variant, meaning: hint.meaning, said, line, certainty }
}

/**
 * Every mode that is told, the strongest first: causes named in words, causes told by an exit code, hints, then symptoms.
 * Each mode once, with what names it best. Intended endings are passed over.
 */
export function sightings<S extends Said>(said: readonly S[]): readonly Sighting<S>[] {
  const failures = said.filter(({ text }) => !isIntended(text)).map(hear)
  const found: Sighting<S>[] = []
  for (const kind of ['cause', 'symptom'] as const)
    for (const look of [byWords, byCode, byHint])
      for (const mode of FAILURE_MODES) {
        if (mode.kind !== kind || found.some((one) => one.mode.id === mode.id)) continue
        for (const one of failures) {
          const seen = look(mode, one)
          if (seen === null) continue
          found.push(seen)
          break
        }
      }
  return found
}

/** The strongest of all sightings, or null where nothing known is said. */
export function strongest<S extends Said>(said: readonly S[]): Sighting<S> | null {
  return sightings(said)[0] ?? null
}

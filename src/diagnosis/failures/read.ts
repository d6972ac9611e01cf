// From what was said to the failure behind it: the first mode that fits, with the line that says so.
import { entriesOf } from './log-entries.ts'
import type { FailureMode, Place, Said } from './model.ts'
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

const INTENDED =
  /Master removed our application: KILLED|Executor killed by driver|killed via Web UI|SparkContext (?:was|is) (?:shut|stopp)|was idle for|cancelled as part of cancellation of all jobs|Stage cancelled|killed intentionally/i

/** Whether a text tells of an ending that somebody or a shutdown wanted: no failure of its own. */
export function isIntended(text: string): boolean {
  return INTENDED.test(text)
}

/** Something that was said, with who is told of in it. */
interface Heard<S extends Said = Said> {
  readonly said: S
  readonly parts: readonly { readonly place: Place; readonly lines: readonly string[] }[]
}

/**
 * What a driver says is a piece of its log, wherever it comes from: it tells of tasks, stages and containers as well, and
 * whose failure a line is must be the same for who reads the log and who reads words out of it.
 */
function hear<S extends Said>(said: S): Heard<S> {
  const parts = said.place === 'driver' ? entriesOf(said.text.split('\n', MAX_LINES), 'driver') : [said]
  return { said, parts: parts.map(({ text, place }) => ({ place, lines: linesOf(text) })) }
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

/** The pattern of a mode that fits a line said at a place, or null. */
function fitting(mode: FailureMode, line: string, place: Place): FailureMode['patterns'][number] | null {
  return (
    mode.patterns.find(
      ({ words, places }) => (places === undefined || places.includes(place)) && words.test(line),
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
  for (const { place, lines } of parts)
    for (const line of lines) {
      const pattern = fitting(mode, line, place)
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
  const { codes } = mode
  if (codes === undefined || !exitCodesIn(said.text).some((code) => codes.includes(code))) return null
  const line = linesOf(said.text)[0] ?? ''
  const certainty = mode.kind === 'symptom' ? 'low' : 'medium'
  return { mode, cause: mode.name, meaning: mode.meaning, said, line, certainty }
}

function byHint<S extends Said>(mode: FailureMode, { said }: Heard<S>): Sighting<S> | null {
  const { hint } = mode
  if (hint === undefined || !exitCodesIn(said.text).includes(hint.code)) return null
  const line = linesOf(said.text)[0] ?? ''
  return { mode, cause: hint.variant, meaning: hint.meaning, said, line, certainty: 'low' }
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

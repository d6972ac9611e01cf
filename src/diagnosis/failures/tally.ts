// How often a log tells each failure mode and how best, and what of it the run went on after.
import { type LogEntry, simpleName } from './log-entries.ts'
import type { Seen } from './read-log.ts'
import type { Certainty } from './read.ts'

export const RANK: Readonly<Record<Certainty, number>> = { high: 0, medium: 1, low: 2 }

/** Stages in trouble that are told apart for each mode; those beyond are never known to have been completed. */
const STAGES_KEPT = 1_000

/** `Lost task 0.3 in stage 1.0 (TID 7)`: whose work it was. */
const OF_STAGE = /\b(?:in|of) stage (\d{1,9})\.\d/
/**
 * The scheduler of the driver, at INFO: `ResultStage 3 (<name>) finished in 1.2 s`, from Spark 4 on in ms. Of one that failed
 * it says `(<name>) failed in 1.2 s due to <words>`, and the words may be anybody's.
 */
const FINISHED =
  /^(?:ShuffleMapStage|ResultStage) (\d{1,9}) \((?:(?!\) failed in ).){0,2000}\) finished in (?:[\d.,]{1,20}|Unknown) m?s(?!\S)/
/** What YARN prints before each file of a container (Hadoop's `LogToolUtils`; Hadoop 2 writes some with a space). */
const HEADER = /^(?:Container: container_\S{1,80} on |LogType: ?\S)/

type Telling = Pick<LogEntry, 'level' | 'logger' | 'text'>

/** The stage that the driver's log tells is completed; null for any other entry. */
export function finishedStage({ logger, text }: Pick<Telling, 'logger' | 'text'>): string | null {
  if (simpleName(logger ?? '') !== 'DAGScheduler') return null
  return FINISHED.exec(text)?.[1] ?? null
}

/** Whether the log of another application, attempt or container begins here: its stages are counted from 0 again. */
export function beginsAnother({ level, logger, text }: Telling): boolean {
  if (level === null) return HEADER.test(text)
  return text.startsWith('Running Spark version ') && simpleName(logger ?? '') === 'SparkContext'
}

/** One entry that tells a mode; its line is quoted only where that is kept. */
export interface Sighted extends Omit<Seen, 'quote' | 'count' | 'passed'> {
  readonly quote: () => string
}

export interface Tally {
  add(told: Sighted, entry: Pick<LogEntry, 'text' | 'place'>): void
  /** What was told of this stage until now has been made good, and the run lives without the executors it has lost. */
  finished(stage: string): void
  /** An error misses what executors held: those that the run lived without until now may be why, unless it lives on. */
  missed(): void
  /** Another log begins: nothing in it makes good what was told until now. */
  begin(): void
  /** Of each mode what stands, with all that say it counted; and the modes that nothing else told. */
  result(): { readonly standing: readonly Seen[]; readonly passed: readonly Seen[] }
}

interface Told {
  standing: Seen | null
  passed: Seen | null
  /** Of executors that the run lived without. */
  lived: Seen | null
  /** By stage, and of lost executors. */
  readonly open: Map<string, Seen>
}

const EXECUTORS = 'executors'

export function createTally(): Tally {
  const modes = new Map<string, Told>()
  return {
    add(told, { text, place }) {
      const of = modes.get(told.mode.id) ?? { standing: null, passed: null, lived: null, open: new Map() }
      modes.set(told.mode.id, of)
      const whose = OF_STAGE.exec(text)?.[1] ?? (place === 'container' ? EXECUTORS : null)
      if (whose === null || (of.open.size >= STAGES_KEPT && !of.open.has(whose)))
        of.standing = counted(of.standing, told)
      else of.open.set(whose, counted(of.open.get(whose) ?? null, told))
    },
    finished(stage) {
      for (const of of modes.values()) {
        of.passed = both(of.passed, taken(of.open, stage))
        of.lived = both(of.lived, taken(of.open, EXECUTORS))
      }
    },
    missed() {
      for (const of of modes.values()) {
        const again = both(taken(of.open, EXECUTORS), of.lived)
        if (again !== null) of.open.set(EXECUTORS, again)
        of.lived = null
      }
    },
    begin() {
      for (const of of modes.values()) {
        of.standing = [...of.open.values()].reduce(merged, of.standing)
        of.open.clear()
        of.passed = both(of.passed, of.lived)
        of.lived = null
      }
    },
    result() {
      const all = [...modes.values()].map(({ standing, passed, lived, open }) => ({
        passed: both(passed, lived),
        standing: [...open.values()].reduce(merged, standing),
      }))
      return {
        standing: all.flatMap(({ standing, passed }) =>
          standing === null ? [] : [{ ...standing, count: standing.count + (passed?.count ?? 0) }],
        ),
        passed: all.flatMap(({ standing, passed }) => (standing === null && passed !== null ? [passed] : [])),
      }
    },
  }
}

function counted(before: Seen | null, { quote, ...told }: Sighted): Seen {
  if (before !== null && !isBetter(told, before)) return { ...before, count: before.count + 1 }
  return { ...told, quote: detached(quote()), count: (before?.count ?? 0) + 1 }
}

function taken(open: Map<string, Seen>, whose: string): Seen | null {
  const told = open.get(whose) ?? null
  open.delete(whose)
  return told
}

function both(one: Seen | null, other: Seen | null): Seen | null {
  return other === null ? one : merged(one, other)
}

/** The better of two; counted together. */
function merged(before: Seen | null, next: Seen): Seen {
  if (before === null) return next
  return { ...(isBetter(next, before) ? next : before), count: before.count + next.count }
}

/** The surer of two, else the one that came first. */
function isBetter(next: Pick<Seen, 'certainty' | 'line'>, before: Pick<Seen, 'certainty' | 'line'>): boolean {
  const order = RANK[next.certainty] - RANK[before.certainty]
  return order < 0 || (order === 0 && next.line < before.line)
}

/** The same, copied: V8 cuts a piece out of a text by pointing into it, and would hold the whole entry for its sake. */
function detached(text: string): string {
  return Buffer.from(text).toString()
}

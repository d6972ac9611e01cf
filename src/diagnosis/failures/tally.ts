// How often a log tells each failure mode and how best, and what of it the run went on after.
import { type LogEntry, simpleName } from './log-entries.ts'
import type { Seen } from './read-log.ts'
import type { Certainty } from './read.ts'

export const RANK: Readonly<Record<Certainty, number>> = { high: 0, medium: 1, low: 2 }

/** Stages in trouble that are told apart for each mode; those beyond are never known to have been completed. */
const STAGES_KEPT = 1_000

/** `Lost task 0.3 in stage 1.0 (TID 7)`: whose work it was. */
const OF_STAGE = /\b(?:in|of) stage (\d{1,9})\.\d/
/** The scheduler of the driver, at INFO; `failed in` where it did not get so far. */
const FINISHED = /^(?:ShuffleMapStage|ResultStage) (\d{1,9}) \(.{0,2000}\) finished in\b/

/** The stage that the driver's log tells is completed; null for any other entry. */
export function finishedStage({ logger, text }: Pick<LogEntry, 'logger' | 'text'>): string | null {
  if (simpleName(logger ?? '') !== 'DAGScheduler') return null
  return FINISHED.exec(text)?.[1] ?? null
}

export interface Tally {
  add(told: Seen, entry: Pick<LogEntry, 'text' | 'place'>): void
  /** What was told of this stage until now has been made good, and the run lives without the executors it has lost. */
  finished(stage: string): void
  /** Of each mode what stands, with all that say it counted; and the modes that nothing else told. */
  result(): { readonly standing: readonly Seen[]; readonly passed: readonly Seen[] }
}

interface Told {
  standing: Seen | null
  passed: Seen | null
  /** By stage, and of lost executors. */
  readonly open: Map<string, Seen>
}

const EXECUTORS = 'executors'

export function createTally(): Tally {
  const modes = new Map<string, Told>()
  return {
    add(told, { text, place }) {
      const of = modes.get(told.mode.id) ?? { standing: null, passed: null, open: new Map<string, Seen>() }
      modes.set(told.mode.id, of)
      const whose = OF_STAGE.exec(text)?.[1] ?? (place === 'container' ? EXECUTORS : null)
      if (whose === null || (of.open.size >= STAGES_KEPT && !of.open.has(whose)))
        of.standing = merged(of.standing, told)
      else of.open.set(whose, merged(of.open.get(whose) ?? null, told))
    },
    finished(stage) {
      for (const of of modes.values())
        for (const whose of [stage, EXECUTORS]) {
          const told = of.open.get(whose)
          if (told === undefined) continue
          of.open.delete(whose)
          of.passed = merged(of.passed, told)
        }
    },
    result() {
      const all = [...modes.values()].map(({ standing, passed, open }) => ({
        passed,
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

/** The surer of two, else the one that came first; counted together. */
function merged(before: Seen | null, next: Seen): Seen {
  if (before === null) return next
  const order = (one: Seen): number => RANK[one.certainty]
  const better =
    order(next) < order(before) || (order(next) === order(before) && next.line < before.line) ? next : before
  return { ...better, count: before.count + next.count }
}

// Which runbook an alert gets, and why: named outright, matched, or caught because nothing else took it.
import {
  factsOf,
  holdEntry,
  holdMatcher,
  probeNamed,
  type AlertFacts,
  type Facts,
  type MatcherResult,
} from './facts.ts'
import type { Candidate, RunbookIndex } from './index-of.ts'
import type { MatchEntry, ProbeOutputs, Runbook } from './model.ts'

export type { RunbookIndex } from './index-of.ts'

export type MatchReason = 'named' | 'matched' | 'catch_all' | 'none'

/** One entry held against an alert, matcher by matcher. `held` null in a matcher: the value is not known yet. */
export interface EntryExplanation {
  readonly runbookId: string
  /** The entry as written; null for a runbook that was named or catches all. */
  readonly entry: string | null
  readonly matchers: readonly MatcherResult[]
  readonly held: boolean
}

/** A runbook that would have served too, and why it lost. */
export interface RunnerUp {
  readonly id: string
  readonly why: string
}

export interface Match {
  readonly runbook: Runbook | null
  readonly reason: MatchReason
  /** The winning entry first; for a named runbook or a catch-all, one line without matchers. */
  readonly explanation: readonly EntryExplanation[]
  readonly runnersUp: readonly RunnerUp[]
  /** The alert named a runbook that nobody knows; it was matched by its labels instead. */
  readonly unknownName: string | null
}

/** Runners-up that are told; a hundred of them would say no more. */
export const MAX_RUNNERS_UP = 5

/** The id in `.../runbooks/executor-oom.md?x#y`, in `executor-oom`, in `#executor-oom`'s last path element. */
function idIn(text: string): string {
  const path = text
    .trim()
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')
  const last = path.slice(path.lastIndexOf('/') + 1)
  return last.replace(/\.(?:md|markdown|html?)$/i, '').toLowerCase()
}

function named(index: RunbookIndex, annotations: Readonly<Record<string, string>>): Runbook | string | null {
  const direct = annotations['runbook']
  if (direct !== undefined && direct.trim() !== '') return index.byId.get(idIn(direct)) ?? direct
  const url = annotations['runbook_url']
  // A runbook_url often points to a wiki: one that we do not know is nobody's mistake.
  return url === undefined ? null : (index.byId.get(idIn(url)) ?? null)
}

/** Every matcher of one entry, held or not. */
export function explainEntry(runbook: Runbook, entry: MatchEntry, facts: Facts): EntryExplanation {
  const matchers = entry.matchers.map((matcher) => holdMatcher(facts, matcher))
  return {
    runbookId: runbook.id,
    entry: entry.text,
    matchers,
    held: matchers.every((matcher) => matcher.held === true),
  }
}

function whyLost(loser: Candidate, winner: Candidate): string {
  const [equal, all] = loser.specificity
  const [winnerEqual, winnerAll] = winner.specificity
  const by = winner.runbook.id
  if (equal !== winnerEqual) return `less specific: ${equal} equalities against ${winnerEqual} of ${by}`
  if (all !== winnerAll) return `less specific: ${all} matchers against ${winnerAll} of ${by}`
  if (loser.runbook.priority !== winner.runbook.priority)
    return `equally specific, priority ${loser.runbook.priority} against ${winner.runbook.priority} of ${by}`
  if (loser.own !== winner.own) return `equally specific, but ${by} is the team’s own`
  return `a tie with ${by}, decided by the order of ids`
}

const plainly = (runbook: Runbook): EntryExplanation => ({
  runbookId: runbook.id,
  entry: null,
  matchers: [],
  held: true,
})

/** Matches by facts alone: the most specific entry that holds, then priority, then id. `among` leaves entries out. */
export function matchFacts(
  index: RunbookIndex,
  facts: Facts,
  among?: (entry: MatchEntry) => boolean,
): Omit<Match, 'unknownName'> {
  const candidates = index.lookup(facts)
  candidates.sort((a, b) => a.rank - b.rank)
  let winner: Candidate | null = null
  const runnersUp: RunnerUp[] = []
  const seen = new Set<string>()
  for (const candidate of candidates) {
    if (seen.has(candidate.runbook.id) || among?.(candidate.entry) === false) continue
    if (holdEntry(facts, candidate.entry) !== true) continue
    seen.add(candidate.runbook.id)
    if (winner === null) winner = candidate
    else if (runnersUp.push({ id: candidate.runbook.id, why: whyLost(candidate, winner) }) >= MAX_RUNNERS_UP)
      break
  }
  if (winner !== null) {
    const explanation = [explainEntry(winner.runbook, winner.entry, facts)]
    return { runbook: winner.runbook, reason: 'matched', explanation, runnersUp }
  }
  const caught = index.catchAlls[0]
  return caught === undefined
    ? { runbook: null, reason: 'none', explanation: [], runnersUp: [] }
    : { runbook: caught, reason: 'catch_all', explanation: [plainly(caught)], runnersUp: [] }
}

/** The match by an entry that speaks of a probe's output, which whoever named a general runbook could not know. */
function bySpecificFinding(
  index: RunbookIndex,
  alert: AlertFacts,
  outputs: ProbeOutputs,
  platformKind: string | undefined,
): Match | null {
  const match = matchFacts(index, factsOf(alert, outputs, platformKind), ({ matchers }) =>
    matchers.some((matcher) => probeNamed(matcher) !== null),
  )
  return match.reason === 'matched' ? { ...match, unknownName: null } : null
}

/**
 * The runbook of an alert. Without `outputs` this is the first pass; with them the second, in which matchers over
 * `<probe id>.<output>` can hold. `reason` `catch_all` and `none` are gaps in coverage.
 */
export function matchAlert(
  index: RunbookIndex,
  alert: AlertFacts,
  outputs?: ProbeOutputs,
  platformKind?: string,
): Match {
  const name = named(index, alert.annotations)
  if (name !== null && typeof name !== 'string')
    return (
      (name.general && outputs !== undefined
        ? bySpecificFinding(index, alert, outputs, platformKind)
        : null) ?? {
        runbook: name,
        reason: 'named',
        explanation: [plainly(name)],
        runnersUp: [],
        unknownName: null,
      }
    )
  return { ...matchFacts(index, factsOf(alert, outputs, platformKind)), unknownName: name }
}

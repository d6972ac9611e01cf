// The long answer to "why this runbook": the winner, the runners-up, and what nearly matched.
import { factsOf, type AlertFacts } from './facts.ts'
import type { RunbookIndex } from './index-of.ts'
import { explainEntry, matchAlert, type EntryExplanation, type Match } from './match.ts'
import type { ProbeOutputs } from './model.ts'

export interface MatchReport {
  readonly match: Match
  /** Entries that did not hold, nearest first: at least one of their matchers did. */
  readonly nearly: readonly EntryExplanation[]
}

/** Near misses that are told. */
const MAX_NEARLY = 10

/** Explains a match for people. Looks at every entry of every runbook, so it is for the command line, not for alerts. */
export function explainMatch(
  index: RunbookIndex,
  alert: AlertFacts,
  outputs?: ProbeOutputs,
  platformKind?: string,
): MatchReport {
  const facts = factsOf(alert, outputs, platformKind)
  const share = (entry: EntryExplanation): number =>
    entry.matchers.filter((matcher) => matcher.held === true).length / entry.matchers.length
  const nearly = index.candidates
    .map(({ runbook, entry }) => explainEntry(runbook, entry, facts))
    .filter((entry) => !entry.held && entry.matchers.some((matcher) => matcher.held === true))
    .map((entry) => ({ entry, share: share(entry) }))
    .sort((a, b) => b.share - a.share)
    .slice(0, MAX_NEARLY)
    .map(({ entry }) => entry)
  return { match: matchAlert(index, alert, outputs, platformKind), nearly }
}

// A team's own runbooks laid over the shared ones: one lookup, one order, without copying what is shared.
import { createHash } from 'node:crypto'
import { type Candidate, type RunbookIndex, indexOf, isMoreSpecific } from './index-of.ts'
import type { Runbook } from './model.ts'

export interface TeamIndex extends RunbookIndex {
  /** The team's own, by id. */
  readonly own: readonly Runbook[]
}

/**
 * The index of a team. Its own runbook hides the shared one with the same id. The order is specificity, priority, own
 * before shared, id; its own catch-alls go before all shared ones.
 */
export function overlay(shared: RunbookIndex, runbooks: Iterable<Runbook>): TeamIndex {
  const own = indexOf(runbooks)
  const placed = new Map(
    own.candidates.map((candidate, i): [Candidate, Candidate] => {
      // Between two neighbours of the shared order, and there in the order of one's own.
      const rank = firstAfter(shared.candidates, candidate) - 1 + (i + 1) / (own.candidates.length + 1)
      return [candidate, { ...candidate, rank, own: true }]
    }),
  )
  const visible = (runbook: Runbook): boolean => !own.byId.has(runbook.id)
  const hash = createHash('sha256').update(`${shared.hash}\n${own.hash}`).digest('hex')
  let byId: ReadonlyMap<string, Runbook> | null = null
  return {
    own: own.runbooks,
    hash,
    // The long lists are for people who ask, a few times a day: made when they are asked for.
    get runbooks() {
      return [...shared.runbooks.filter(visible), ...own.runbooks].sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    get candidates() {
      const mine = [...placed.values()]
      return [...shared.candidates.filter(({ runbook }) => visible(runbook)), ...mine].sort(
        (a, b) => a.rank - b.rank,
      )
    },
    get byId() {
      return (byId ??= new Map([...shared.byId, ...own.byId]))
    },
    catchAlls: [...own.catchAlls, ...shared.catchAlls.filter(visible)],
    lookup: (facts) => [
      ...shared.lookup(facts).filter(({ runbook }) => visible(runbook)),
      ...own.lookup(facts).map((candidate) => placed.get(candidate) ?? candidate),
    ],
  }
}

/** Position of the first shared candidate that goes after this one of a team's own. */
function firstAfter(candidates: readonly Candidate[], mine: Candidate): number {
  let low = 0
  let high = candidates.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = candidates[middle]
    if (other !== undefined && isMoreSpecific(other, mine)) low = middle + 1
    else high = middle
  }
  return low
}

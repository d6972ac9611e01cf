// Which runbooks no alert can reach: entries that contradict themselves, that tie, or that others take first.
import type { Candidate, RunbookIndex } from '../index-of.ts'
import type { Library } from '../load.ts'
import type { Problem, Runbook } from '../model.ts'
import { SEVERITIES } from '../../alerts/model.ts'
import { createCovering } from './covering.ts'
import { contradictionIn, impliesEntry, knowledgeOf, type Knowledge } from './entries.ts'
import { placesIn } from './places.ts'
import { collect, type Say } from './report.ts'

interface Known extends Candidate {
  readonly knowledge: Knowledge
}

/** What became of an entry that will not win. */
interface Shadowed {
  readonly kind: 'shadowed'
  readonly candidate: Known
  readonly by: Candidate
}
type Fate =
  | { readonly kind: 'never'; readonly candidate: Known }
  | { readonly kind: 'tie'; readonly candidate: Known; readonly by: Candidate }
  | Shadowed

/** Ties, shadows and contradictions: among the shared runbooks, and for each team of its own. */
export function checkReach({ served, indexFor }: Pick<Library, 'served' | 'indexFor'>): Problem[] {
  const byTeam = new Map<string | null, Set<Runbook>>([[null, new Set()]])
  for (const { runbook, team } of served) byTeam.set(team, (byTeam.get(team) ?? new Set()).add(runbook))
  // No team is without a name, so this index is the shared one. A shared runbook may well lose to a team's own.
  return [...byTeam].flatMap(([team, subjects]) => checkIndex(indexFor(team ?? ''), subjects))
}

function checkIndex({ candidates, catchAlls }: RunbookIndex, subjects: ReadonlySet<Runbook>): Problem[] {
  const fates = new Map<Runbook, Fate[]>()
  const meet = (fate: Fate): void => {
    const { runbook } = fate.candidate
    fates.set(runbook, [...(fates.get(runbook) ?? []), fate])
  }
  const live: Known[] = []
  for (const candidate of candidates) {
    const known = { ...candidate, knowledge: knowledgeOf(candidate.entry) }
    if (contradictionIn(known.knowledge) === null) live.push(known)
    else if (subjects.has(candidate.runbook)) meet({ kind: 'never', candidate: known })
  }
  const covering = createCovering(live)
  for (const candidate of live) {
    if (!subjects.has(candidate.runbook)) continue
    const by = firstTaker(candidate, covering(candidate.knowledge))
    if (by === undefined) continue
    const even = areEven(candidate, by) && impliesEntry(by.knowledge, candidate.entry)
    meet({ kind: even ? 'tie' : 'shadowed', candidate, by })
  }
  return [
    ...[...fates].flatMap(([runbook, list]) => tell(runbook, list)),
    ...tellCatchAlls(catchAlls.filter((runbook) => subjects.has(runbook))),
  ]
}

/** The first in rank, of another runbook, that holds wherever this one does. */
function firstTaker(candidate: Known, lists: readonly (readonly Known[])[]): Known | undefined {
  let first: Known | undefined
  for (const list of lists)
    for (const other of list) {
      if (other.rank >= (first ?? candidate).rank || other.runbook === candidate.runbook) continue
      if (impliesEntry(candidate.knowledge, other.entry)) first = other
    }
  return first
}

/** Equally specific, of the same priority, as near to the team: only the order of ids decides. */
function areEven(a: Candidate, b: Candidate): boolean {
  return (
    a.specificity[0] === b.specificity[0] &&
    a.specificity[1] === b.specificity[1] &&
    a.runbook.priority === b.runbook.priority &&
    a.own === b.own
  )
}

function tell(runbook: Runbook, fates: readonly Fate[]): Problem[] {
  const places = placesIn(runbook)
  const shadowed = fates.filter((fate) => fate.kind === 'shadowed').sort((a, b) => lineOf(a) - lineOf(b))
  const [first] = shadowed
  const isDead =
    first !== undefined && fates.length === runbook.match.length && fates.every(({ kind }) => kind !== 'tie')
  return collect(runbook.file, (say) => {
    for (const fate of fates) {
      const { entry } = fate.candidate
      if (fate.kind === 'never') tellContradiction(say, fate.candidate, places.entry(entry))
      else if (fate.kind === 'tie')
        say(
          'tie',
          places.entry(entry),
          `matches the same alerts as ${fate.by.runbook.file}:${fate.by.entry.line}, equally specific and with the same priority`,
          'Make one of them more specific, or give it a priority.',
        )
      else if (!isDead)
        say(
          'shadowed',
          places.entry(entry),
          `this entry never wins: ${winner(fate.by)} takes all that it matches`,
          mendOf(fate),
        )
    }
    if (isDead)
      say(
        'unreachable',
        places.entry(first.candidate.entry),
        `no alert gets this runbook unless it names it: ${winner(first.by)} takes all that this matches`,
        mendOf(first),
      )
  })
}

const lineOf = ({ candidate }: Fate): number => candidate.entry.line
const winner = ({ runbook, entry }: Candidate): string => `${runbook.file}:${entry.line} (${entry.text})`

function mendOf({ candidate, by }: Shadowed): string {
  const even = by.specificity.every((part, i) => part === candidate.specificity[i])
  return even
    ? `Remove it, make it more specific, or give this runbook a priority above ${by.runbook.priority}.`
    : 'Remove it, or make it more specific than that: more equalities first, then more matchers.'
}

function tellContradiction(say: Say, { knowledge }: Known, at: { line: number; column: number }): void {
  const against = contradictionIn(knowledge) ?? []
  // A word that severity never is has a message of its own.
  const [only] = against
  if (only?.name === 'severity' && against.some((m) => !SEVERITIES.some((word) => m.holds(word)))) return
  say(
    'never-holds',
    at,
    `no alert can satisfy ${against.map(({ text }) => text).join(' and ')}`,
    'Remove one of them; for "or" write an entry for each.',
  )
}

function tellCatchAlls(catchAlls: readonly Runbook[]): Problem[] {
  const [first, ...others] = catchAlls
  return others.flatMap((runbook) =>
    collect(runbook.file, (say) => {
      const at = placesIn(runbook).front(['catch_all'])
      const by = first?.file ?? ''
      if (runbook.priority === first?.priority)
        say(
          'tie',
          at,
          `catches all as ${by}, with the same priority`,
          'Keep one catch-all, or give one a priority.',
        )
      else
        say(
          'unreachable',
          at,
          `catches all as ${by}, which has the higher priority: this never serves`,
          'Remove one of them.',
        )
    }),
  )
}

// An index over runbooks: an alert meets only those entries that its own label values could satisfy.
import { createHash } from 'node:crypto'
import { type Facts, factName } from './facts.ts'
import type { MatchEntry, Matcher, Runbook } from './model.ts'
import { literalsOf } from './regex-literals.ts'

/** One entry of one runbook with its place in the order of all (0 is the most specific). */
export interface Candidate {
  readonly runbook: Runbook
  readonly entry: MatchEntry
  readonly rank: number
  /** [equalities, matchers]: more of the first, then more of the second, is more specific. */
  readonly specificity: readonly [number, number]
  /** A team's own, which goes before a shared one that is as specific. */
  readonly own: boolean
}

interface LabelIndex {
  readonly equal: Map<string, Candidate[]>
  readonly prefix: Map<string, Candidate[]>
  /** Lengths that occur among the prefixes, ascending. */
  lengths: number[]
}

/** Runbooks as they stood at one moment. Immutable; a reload makes another. */
export interface RunbookIndex {
  /** By id. */
  readonly runbooks: readonly Runbook[]
  readonly byId: ReadonlyMap<string, Runbook>
  /** In the order in which they would take what nothing else takes. */
  readonly catchAlls: readonly Runbook[]
  /** SHA-256 over ids and hashes: equal if and only if the runbooks are. */
  readonly hash: string
  /** Every entry, most specific first. */
  readonly candidates: readonly Candidate[]
  /** Entries that these facts could satisfy, in no order. */
  lookup(facts: Facts): Candidate[]
}

/** A key of the index: the label, and the values or beginnings that an entry demands of it. */
interface Key {
  readonly label: string
  readonly exact: boolean
  readonly values: readonly string[]
}

function keyOf(matcher: Matcher): Key | null {
  if (matcher.op === '=')
    return matcher.value === '' ? null : { label: factName(matcher), exact: true, values: [matcher.value] }
  if (matcher.op !== '=~') return null
  const literals = literalsOf(matcher.value)
  return literals === null ? null : { label: factName(matcher), ...literals }
}

/** More equalities, then more matchers; what holds for any value counts for nothing. */
export function specificityOf(entry: MatchEntry): readonly [number, number] {
  const telling = entry.matchers.filter((m) => !(m.op === '=~' && ['.*', '.+', ''].includes(m.value)))
  return [telling.filter((m) => m.op === '=').length, telling.length]
}

/** Negative when `a` goes before `b`: specificity, then the runbook's priority, then its id, then the line. */
function compare(a: Omit<Candidate, 'rank' | 'own'>, b: Omit<Candidate, 'rank' | 'own'>): number {
  return (
    b.specificity[0] - a.specificity[0] ||
    b.specificity[1] - a.specificity[1] ||
    b.runbook.priority - a.runbook.priority ||
    byText(a.runbook.id, b.runbook.id) ||
    a.entry.line - b.entry.line
  )
}

/** Whether `a` goes before `b` for being more specific or for its priority, and not for its id alone. */
export function isMoreSpecific(a: Candidate, b: Candidate): boolean {
  return (
    (b.specificity[0] - a.specificity[0] ||
      b.specificity[1] - a.specificity[1] ||
      b.runbook.priority - a.runbook.priority) < 0
  )
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const tokenOf = (key: Key, value: string): string =>
  `${key.label.length}:${key.label}${key.exact ? '=' : '^'}${value}`

/** For every candidate the key that fewest others share, so that a common label costs nobody anything. */
function rarestKeys(candidates: readonly Candidate[]): (Key | null)[] {
  const all = candidates.map(({ entry }) =>
    entry.matchers.map(keyOf).filter((key): key is Key => key !== null),
  )
  const uses = new Map<string, number>()
  for (const keys of all)
    for (const key of keys)
      for (const value of key.values) {
        const token = tokenOf(key, value)
        uses.set(token, (uses.get(token) ?? 0) + 1)
      }
  return all.map((keys) => {
    let best: Key | null = null
    let least = Number.POSITIVE_INFINITY
    for (const key of keys) {
      let cost = 0
      for (const value of key.values) cost += uses.get(tokenOf(key, value)) ?? 0
      // A beginning is shared by more values than a whole; alertname tells more than other labels.
      cost = cost * (key.exact ? 2 : 4) - (key.label === 'alertname' ? 1 : 0)
      if (cost < least) [best, least] = [key, cost]
    }
    return best
  })
}

function bucket<K, V>(map: Map<K, V[]>, key: K): V[] {
  let found = map.get(key)
  if (found === undefined) map.set(key, (found = []))
  return found
}

/** Builds the index. Of two runbooks with one id the first counts; the loader says so. */
export function indexOf(runbooks: Iterable<Runbook>): RunbookIndex {
  const byId = new Map<string, Runbook>()
  for (const runbook of runbooks) if (!byId.has(runbook.id)) byId.set(runbook.id, runbook)
  const sorted = [...byId.values()].sort((a, b) => byText(a.id, b.id))
  const candidates = sorted
    .flatMap((runbook) =>
      runbook.match.map((entry) => ({ runbook, entry, specificity: specificityOf(entry) })),
    )
    .sort(compare)
    .map((candidate, rank) => ({ ...candidate, rank, own: false }))
  const labels = new Map<string, LabelIndex>()
  const anywhere: Candidate[] = []
  for (const [i, key] of rarestKeys(candidates).entries()) {
    const candidate = candidates[i]
    if (candidate === undefined) continue
    if (key === null) {
      anywhere.push(candidate)
      continue
    }
    let label = labels.get(key.label)
    if (label === undefined)
      labels.set(key.label, (label = { equal: new Map(), prefix: new Map(), lengths: [] }))
    for (const value of key.values) bucket(key.exact ? label.equal : label.prefix, value).push(candidate)
  }
  for (const label of labels.values())
    label.lengths = [...new Set([...label.prefix.keys()].map((prefix) => prefix.length))].sort(
      (a, b) => a - b,
    )
  const hash = createHash('sha256')
  for (const runbook of sorted) hash.update(`${runbook.id}\0${runbook.hash}\n`)
  return {
    runbooks: sorted,
    byId,
    catchAlls: sorted.filter((r) => r.catchAll).sort((a, b) => b.priority - a.priority),
    hash: hash.digest('hex'),
    candidates,
    lookup(facts) {
      const found = [...anywhere]
      for (const [name, value] of facts) {
        const label = labels.get(name)
        if (label === undefined) continue
        for (const candidate of label.equal.get(value) ?? []) found.push(candidate)
        for (const length of label.lengths) {
          if (length > value.length) break
          for (const candidate of label.prefix.get(value.slice(0, length)) ?? []) found.push(candidate)
        }
      }
      return found
    },
  }
}

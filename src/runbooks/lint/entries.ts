// What entries of matchers say about one another: whether one can hold at all, and whether it holds wherever another does.
import { SEVERITIES } from '../../alerts/model.ts'
import { factName, valueOf } from '../facts.ts'
import type { MatchEntry, Matcher } from '../model.ts'
import { beginningsOf, type Literals } from '../regex-literals.ts'

/** What an entry says of the value of one name. */
export interface Known {
  readonly matchers: readonly Matcher[]
  /** All values that satisfy the entry; null when they cannot be counted. */
  readonly values: readonly string[] | null
  /** For each pattern with a literal beginning, the beginnings that a value may have. */
  readonly beginnings: readonly (readonly string[])[]
}

export type Knowledge = ReadonlyMap<string, Known>

const NOTHING: ReadonlyMap<string, string> = new Map()

/** Literals that a matcher allows, or null where it allows more than can be told. */
export function allowedBy({ op, value }: Pick<Matcher, 'op' | 'value'>): Literals | null {
  if (op === '=') return { exact: true, values: [value] }
  return op === '=~' ? beginningsOf(value) : null
}

/** An absent value of this name is not known, rather than empty: then no matcher of it holds. */
const isKnownLater = (matcher: Matcher): boolean => valueOf(NOTHING, matcher) === null

/** Reads an entry, name by name. */
export function knowledgeOf(entry: MatchEntry): Knowledge {
  const byName = new Map<string, Matcher[]>()
  for (const matcher of entry.matchers) {
    const same = byName.get(factName(matcher))
    if (same === undefined) byName.set(factName(matcher), [matcher])
    else same.push(matcher)
  }
  return new Map([...byName].map(([name, matchers]) => [name, knownOf(name, matchers)]))
}

function knownOf(name: string, matchers: readonly Matcher[]): Known {
  const allowed = matchers.map(allowedBy).filter((literals): literals is Literals => literals !== null)
  const finite = name === 'severity' ? SEVERITIES : allowed.find(({ exact }) => exact)?.values
  return {
    matchers,
    values: finite?.filter((value) => matchers.every((matcher) => matcher.holds(value))) ?? null,
    beginnings: allowed.map(({ values }) => values).filter((values) => !values.includes('')),
  }
}

const shareBeginning = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((a) => others.some((b) => a.startsWith(b) || b.startsWith(a)))

/** The matchers that no value satisfies together; null when the entry may hold as far as can be told. */
export function contradictionIn(knowledge: Knowledge): readonly Matcher[] | null {
  for (const { matchers, values, beginnings } of knowledge.values()) {
    if (values?.length === 0) return matchers
    if (matchers.some(({ op, value }) => op === '!~' && value === '.*')) return matchers
    for (const [i, some] of beginnings.entries())
      if (beginnings.slice(i + 1).some((others) => !shareBeginning(some, others))) return matchers
    for (const { op, value } of matchers)
      if (op === '=~' && matchers.some((other) => other.op === '!~' && other.value === value)) return matchers
  }
  return null
}

/** Whether a matcher holds for every value that its name can have once it is known. */
export function alwaysHolds(matcher: Matcher): boolean {
  if (matcher.op === '=~' && matcher.value === '.*') return true
  return matcher.name === 'severity' && SEVERITIES.every((word) => matcher.holds(word))
}

/** Whether an entry holds wherever the one that `knowledge` was made of does. Sound: true only where that is certain. */
export function impliesEntry(knowledge: Knowledge, entry: MatchEntry): boolean {
  return entry.matchers.every((matcher) => impliesMatcher(knowledge.get(factName(matcher)), matcher))
}

function impliesMatcher(known: Known | undefined, wanted: Matcher): boolean {
  const isKnown = known?.matchers.some((matcher) => isKnownLater(matcher) || !matcher.holds('')) ?? false
  if (isKnownLater(wanted) && !isKnown) return false
  if (alwaysHolds(wanted)) return true
  if (known === undefined) return false
  if (known.values !== null) return known.values.every((value) => wanted.holds(value))
  const { op, value } = wanted
  if (known.matchers.some((matcher) => matcher.op === op && matcher.value === value)) return true
  const excludes = (one: string): boolean => known.matchers.some((matcher) => !matcher.holds(one))
  if (op === '!=') return excludes(value)
  if (op === '!~') {
    const refused = beginningsOf(value)
    if (refused === null) return false
    if (refused.exact) return refused.values.every(excludes)
    return known.beginnings.some((mine) => !shareBeginning(mine, refused.values))
  }
  return op === '=~' && (value === '.+' ? excludes('') : beginsAsWanted(known, value))
}

/** For `Spark.*`: every beginning that the entry allows begins with one that the pattern asks for. */
function beginsAsWanted(known: Known, pattern: string): boolean {
  if (!/(?<!\\)\.\*$/.test(pattern)) return false
  const heads = beginningsOf(pattern.slice(0, -2))
  if (heads === null || !heads.exact) return false
  return known.beginnings.some((mine) =>
    mine.every((value) => heads.values.some((head) => value.startsWith(head))),
  )
}

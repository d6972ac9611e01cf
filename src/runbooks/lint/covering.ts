// Finds the entries that may hold wherever another does, without comparing each with each.
import type { Candidate } from '../index-of.ts'
import type { Matcher } from '../model.ts'
import { allowedBy, alwaysHolds, type Knowledge } from './entries.ts'

/** As many characters as a beginning has at most (see regex-literals). */
const MAX_BEGINNING = 48
const token = (...parts: readonly string[]): string => parts.join('\0')

/**
 * Under which tokens an entry with this matcher is found. Another entry implies it only if it implies this matcher, so it
 * must say something of the same name: one of the values, a longer beginning, or the same pattern.
 */
function tokensOf(matcher: Matcher): string[] {
  const { name, op, value } = matcher
  const allowed = allowedBy(matcher)
  if (allowed !== null && (allowed.exact || !allowed.values.includes('')))
    return allowed.values.map((one) => token(allowed.exact ? '=' : '^', name, one))
  if (op === '!=') return [token('not', name, value), token('any-not', name)]
  return op === '=~' && value !== '.+'
    ? [token('pattern', name, value), token('any-pattern', name)]
    : [token('other', name)]
}

/** The tokens that lead to every entry which this one may imply. */
function tokensFor(knowledge: Knowledge): string[] {
  return [...knowledge].flatMap(([name, { matchers, values, beginnings }]) => {
    // Whatever is implied is implied by each value and each beginning, so one of them finds it.
    const sample = values === null ? (beginnings[0]?.[0] ?? null) : (values[0] ?? null)
    const found = [token('other', name)]
    // Of `!=` alone only the same `!=` follows; anything else may exclude any value.
    if (matchers.every(({ op }) => op === '!='))
      found.push(...matchers.map(({ value }) => token('not', name, value)))
    else found.push(token('any-not', name))
    if (sample !== null) {
      if (values !== null) found.push(token('=', name, sample), token('any-pattern', name))
      for (let length = 1; length <= Math.min(sample.length, MAX_BEGINNING); length += 1)
        found.push(token('^', name, sample.slice(0, length)))
    }
    if (values === null)
      for (const { op, value } of matchers) if (op === '=~') found.push(token('pattern', name, value))
    return found
  })
}

/** Answers for an entry the candidates that it may imply, in lists; all that it does imply are among them. */
export function createCovering<T extends Candidate>(
  candidates: readonly T[],
): (knowledge: Knowledge) => readonly (readonly T[])[] {
  const uses = new Map<string, number>()
  const telling = candidates.map(({ entry }) =>
    entry.matchers.filter((matcher) => !alwaysHolds(matcher)).map(tokensOf),
  )
  for (const tokens of telling.flat(2)) uses.set(tokens, (uses.get(tokens) ?? 0) + 1)
  const anywhere: T[] = []
  const byToken = new Map<string, T[]>()
  for (const [i, candidate] of candidates.entries()) {
    // The lists by name alone are for few who ask.
    const cost = (tokens: readonly string[]): number =>
      tokens.reduce((sum, one) => sum + (one.startsWith('any-') ? 1 : (uses.get(one) ?? 0)), 0)
    // The rarest matcher, so that a common one costs nobody anything.
    const rarest = (telling[i] ?? []).toSorted((a, b) => cost(a) - cost(b))[0]
    if (rarest === undefined) anywhere.push(candidate)
    for (const one of rarest ?? []) {
      const bucket = byToken.get(one)
      if (bucket === undefined) byToken.set(one, [candidate])
      else bucket.push(candidate)
    }
  }
  return (knowledge) => [anywhere, ...tokensFor(knowledge).map((one) => byToken.get(one) ?? [])]
}

// The nearest right word to a wrong one, for messages that say what was probably meant.

/** Levenshtein distance, given up (Infinity) where the lengths alone differ by more than `limit`. */
export function distance(a: string, b: string, limit = 4): number {
  if (Math.abs(a.length - b.length) > limit || a.length > 80 || b.length > 80) return Number.POSITIVE_INFINITY
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}

/** The known word nearest to `word`, or null when none is near (a third of its length, at least 2 edits). */
export function nearest(word: string, known: Iterable<string>): string | null {
  const plain = word.toLowerCase().replaceAll(/[-_ ]/g, '')
  let best: string | null = null
  // Where every letter would change, nothing was meant by it.
  let least = Math.min(Math.max(2, Math.floor(word.length / 3)) + 1, plain.length)
  for (const candidate of known) {
    const d = distance(plain, candidate.toLowerCase().replaceAll(/[-_ ]/g, ''))
    if (d < least) [best, least] = [candidate, d]
  }
  return best
}

/** `Did you mean "x"?`, or the list of what there is. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  if (near !== null) return `Did you mean "${near}"?`
  return known.length === 0 ? 'There is none.' : `There is: ${known.slice(0, 20).join(', ')}.`
}

// Percentiles by nearest rank: each is a value that was really measured, and whoever has it can be shown.

/** The one of several below or at whose number a share of them lies (nearest rank); undefined of nothing. */
export function ranked<T>(all: readonly T[], by: (one: T) => number, share: number): T | undefined {
  const sorted = [...all].sort((a, b) => by(a) - by(b))
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}

/** The value that a share of the others does not exceed (nearest rank); 0 of nothing. */
export function percentile(values: readonly number[], share: number): number {
  return ranked(values, (value) => value, share) ?? 0
}

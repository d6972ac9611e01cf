// In which order probes can run: a template that speaks of another probe's output waits for that probe. Pure.
import type { Params } from '../runbooks/model.ts'
import { namesIn } from '../runbooks/render-params.ts'

interface Step {
  readonly id: string
  readonly params: unknown
}

/** The steps whose outputs the parameters of each step speak of; itself among them if it speaks of itself. */
export function dependenciesOf(steps: readonly Step[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Set(steps.map(({ id }) => id))
  return new Map(
    steps.map(({ id, params }) => {
      const names = namesIn((params ?? {}) as Params).filter((name) => name.includes('.'))
      const others = names.map((name) => name.slice(0, name.indexOf('.')))
      return [id, [...new Set(others)].filter((other) => ids.has(other))]
    }),
  )
}

/** The way back to `id` through what it waits for, `a, b, a`; null when it waits for itself nowhere. */
export function circleOf(
  id: string,
  dependencies: ReadonlyMap<string, readonly string[]>,
): readonly string[] | null {
  const seen = new Set<string>()
  const walk = (at: string, path: readonly string[]): readonly string[] | null => {
    for (const next of dependencies.get(at) ?? []) {
      if (next === id) return [...path, next]
      if (seen.has(next)) continue
      seen.add(next)
      const found = walk(next, [...path, next])
      if (found !== null) return found
    }
    return null
  }
  return walk(id, [id])
}

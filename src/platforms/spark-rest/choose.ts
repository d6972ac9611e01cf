// Which application an alert's run means, out of what a master, a ResourceManager or a History Server lists. Pure.
import type { Run } from '../../alerts/model.ts'

export interface Candidate {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly startedAt: Date | null
}

/**
 * By application id where the run names one; else by job name (both sides normalised, so that
 * `orders-daily-2026-11-22` is `orders-daily`): the newest active one, else the newest of all. An id that nobody
 * lists is not replaced by a namesake: it would be another run.
 */
export function choose<T extends Candidate>(
  candidates: readonly T[],
  run: Run,
  normalise: (name: string) => string,
): T | null {
  if (run.runId !== null && looksLikeApplication(run.runId))
    return candidates.find(({ id }) => id === run.runId) ?? null
  if (run.jobName === null) return null
  const wanted = normalise(run.jobName)
  const namesakes = candidates.filter(({ name }) => normalise(name) === wanted)
  return namesakes.reduce<T | null>((best, one) => (best === null || before(one, best) ? one : best), null)
}

/** Whether a run id is Spark's own; a scheduler's (`scheduled__2026-...`) says nothing to Spark. */
export function looksLikeApplication(id: string): boolean {
  return /^(app|application|local|spark)-?_?[0-9a-f][0-9a-f_-]+$/i.test(id)
}

function before(a: Candidate, b: Candidate): boolean {
  if (a.active !== b.active) return a.active
  return (a.startedAt?.getTime() ?? 0) > (b.startedAt?.getTime() ?? 0)
}

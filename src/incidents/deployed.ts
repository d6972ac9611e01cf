// What of a job is deployed now, and what was before it: read from its deploy markers as a history that may go back. Pure.
import { shortCommit } from '../alerts/deploy-marker.ts'
import type { Deployment } from './deployments.ts'

type Named = Pick<Deployment, 'version' | 'image' | 'commit'>

export interface Deployed {
  readonly current: Deployment | null
  /** What to go back to; null where no other is known. */
  readonly previous: Deployment | null
}

/** A deployment as people call it: its version, else its image, else its commit; null where it names none. */
export function nameOf({ version, image, commit }: Named): string | null {
  return version ?? image ?? (commit === null ? null : shortCommit(commit))
}

/** Whether people mean this deployment by that name. */
export function isCalled({ version, image, commit }: Named, name: string): boolean {
  return [version, image, commit, commit === null ? null : shortCommit(commit)].includes(name)
}

/**
 * From markers in any order; those that name nothing say nothing here. A rollback to what was deployed once takes
 * what came after it out of the history: it must not be what to go back to next.
 */
export function deployedOf(markers: readonly Deployment[]): Deployed {
  // What is for all jobs, such as an image, has versions of its own: they count only where no other are known.
  const named = markers.filter(({ jobNames }) => jobNames.length > 0)
  const history: Deployment[] = []
  for (const marker of (named.length > 0 ? named : markers).toSorted(
    (a, b) => a.at.getTime() - b.at.getTime(),
  )) {
    const name = nameOf(marker)
    if (name === null) continue
    // To what nobody told of: all that is known came after it, as far as can be told.
    if (marker.what === 'rollback')
      history.splice(
        Math.max(
          0,
          history.findLastIndex((one) => isCalled(one, name)),
        ),
      )
    else if (history.slice(-1).some((one) => nameOf(one) === name)) history.pop()
    history.push(marker)
  }
  return { current: history.at(-1) ?? null, previous: history.at(-2) ?? null }
}

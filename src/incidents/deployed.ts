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

/** What was deployed, and from when on: the same again leaves the time as it was. */
interface Stage {
  readonly marker: Deployment
  readonly since: Date
}

/**
 * From markers in any order. What to go back to is what was deployed when the job's last good run began, which nobody may
 * have told of; where no such run is known, or it had what is deployed now, it is what was there before.
 */
export function deployedOf(markers: readonly Deployment[], lastGoodAt: Date | null = null): Deployed {
  const history = historyOf(ofOneSeries(markers))
  const current = history.at(-1)
  const then = lastGoodAt === null ? current : history.findLast(({ since }) => since <= lastGoodAt)
  const previous = then === current ? history.at(-2) : then
  return { current: current?.marker ?? null, previous: previous?.marker ?? null }
}

/**
 * Those that follow upon one another; none where that cannot be told. A change of settings deploys nothing. What is of two
 * platforms is two deployments. What is for all jobs, such as an image, has versions of its own: it counts where the job
 * has none, and where it came after them nobody knows which of the two is to go back.
 */
function ofOneSeries(markers: readonly Deployment[]): readonly Deployment[] {
  const named = markers.filter((one) => one.what !== 'config' && nameOf(one) !== null)
  if (new Set(named.flatMap(({ platform }) => platform ?? [])).size > 1) return []
  const own = named.filter(({ jobNames }) => jobNames.length > 0)
  if (own.length === 0) return named
  const newest = Math.max(...own.map(({ at }) => at.getTime()))
  return named.some(({ jobNames, at }) => jobNames.length === 0 && at.getTime() > newest) ? [] : own
}

/** What came after something that is deployed once more, or gone back to, is out: it must not be gone back to next. */
function historyOf(markers: readonly Deployment[]): readonly Stage[] {
  const history: Stage[] = []
  for (const marker of markers.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    const name = nameOf(marker) ?? ''
    const before = history.findLastIndex((one) => isCalled(one.marker, name))
    const isAgain = before >= 0 && before === history.length - 1
    const since = isAgain ? (history[before]?.since ?? marker.at) : marker.at
    // A rollback to what nobody told of: all that is known came after it, as far as can be told.
    if (before >= 0) history.splice(before)
    else if (marker.what === 'rollback') history.splice(0)
    history.push({ marker, since })
  }
  return history
}

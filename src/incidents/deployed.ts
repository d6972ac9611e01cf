// What of a job is deployed now, and what was before it: read from its deploy markers as a history that may go back. Pure.
import type { Deployment } from './deployments.ts'
import { isName, isNamed, isSame } from './named-deployment.ts'

export interface Deployed {
  readonly current: Deployment | null
  /** What to go back to; null where no other is known. */
  readonly previous: Deployment | null
}

/** One deployment, and from when on it was there: told of again leaves the time as it was. */
interface Stage {
  /** All that tell of it, the newest last; of several deployments where nobody knows which of them came last. */
  readonly markers: readonly Deployment[]
  readonly isKnown: boolean
  readonly since: Date
}

/**
 * From markers in any order. What to go back to is what was deployed when the job's last good run began, which nobody may
 * have told of; where no such run is known, or it had what is deployed now, it is what was there before. Each bears the
 * names that any marker of the same deployment gives.
 */
export function deployedOf(markers: readonly Deployment[], lastGoodAt: Date | null = null): Deployed {
  const history = historyOf(ofOneSeries(markers))
  const current = history.at(-1)
  const then = lastGoodAt === null ? current : history.findLast(({ since }) => since <= lastGoodAt)
  // Of what came before one of several nobody knows how far back it was.
  const before = current?.isKnown === true ? history.at(-2) : undefined
  return { current: toldOf(current), previous: toldOf(then === current ? before : then) }
}

/**
 * Those that follow upon one another; none where that cannot be told. A change of settings deploys nothing. What is of two
 * platforms is two deployments. What is for all jobs, such as an image, has versions of its own: it counts where the job
 * has none, and where it came after them nobody knows which of the two is to go back.
 */
function ofOneSeries(markers: readonly Deployment[]): readonly Deployment[] {
  const named = markers.filter((one) => one.what !== 'config' && isNamed(one))
  if (new Set(named.flatMap(({ platform }) => platform ?? [])).size > 1) return []
  const own = named.filter(({ jobNames }) => jobNames.length > 0)
  if (own.length === 0) return named
  const newest = Math.max(...own.map(({ at }) => at.getTime()))
  return named.some(({ jobNames, at }) => jobNames.length === 0 && at.getTime() > newest) ? [] : own
}

/** What came after something that is deployed once more, or gone back to, is out: it must not be gone back to next. */
function historyOf(markers: readonly Deployment[]): readonly Stage[] {
  const history: Stage[] = []
  for (const { at, together } of byInstant(markers)) {
    const isAny = (stage: Stage): boolean =>
      stage.markers.some((one) => together.some((other) => isSame(one, other)))
    // Of several, only what was before the earliest of them is left for sure.
    const isKnown = together.every((one) => together.every((other) => one === other || isSame(one, other)))
    const found = isKnown ? history.findLastIndex(isAny) : history.findIndex(isAny)
    const before = history[found]
    const since = isKnown && before !== undefined && found === history.length - 1 ? before.since : at
    const markers = isKnown && before?.isKnown === true ? [...before.markers, ...together] : together
    // A rollback to what nobody told of: all that is known came after it, as far as can be told.
    if (before !== undefined) history.splice(found)
    else if (together.some(({ what }) => what === 'rollback')) history.splice(0)
    history.push({ markers, isKnown, since })
  }
  return history
}

/** The oldest first. What was done at one instant has no order. */
function byInstant(
  markers: readonly Deployment[],
): readonly { readonly at: Date; readonly together: readonly Deployment[] }[] {
  const groups = Map.groupBy(
    markers.toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    ({ at }) => at.getTime(),
  )
  return [...groups].map(([at, together]) => ({ at: new Date(at), together }))
}

/** The newest marker of a deployment, with the names that others of the same give; null where it is not known. */
function toldOf(stage: Stage | undefined): Deployment | null {
  const newest = stage?.markers.at(-1)
  if (stage === undefined || newest === undefined || !stage.isKnown) return null
  const last = (field: 'version' | 'image' | 'commit'): string | null =>
    stage.markers.map((one) => one[field]).findLast(isName) ?? newest[field]
  return { ...newest, version: last('version'), image: last('image'), commit: last('commit') }
}

// What a deployment is called, and when two markers tell of one: each sender knows it by a name of its own. Pure.
import { CUT, shortCommit } from '../alerts/deploy-marker.ts'
import type { Deployment } from './deployments.ts'

type Named = Pick<Deployment, 'version' | 'image' | 'commit'>

/** A commit of git, whole or short. */
const HASH = /^[0-9a-f]{7,64}$/i

/** Whether anybody can go by it: what was redacted, or cut, is the name of nothing, or of several. */
export function isName(text: string | null): text is string {
  return text !== null && !text.includes('[redacted') && !text.endsWith(CUT)
}

/** Whether it says what was deployed, readable or not. */
export function isNamed({ version, image, commit }: Named): boolean {
  return version !== null || image !== null || commit !== null
}

/** A deployment as people call it: its version, else its image, else its commit; null where it names none. */
export function nameOf({ version, image, commit }: Named): string | null {
  return [version, image, commit === null ? null : shortCommit(commit)].find(isName) ?? null
}

/** Whether people mean this deployment by that name. */
export function isCalled({ version, image, commit }: Named, name: string): boolean {
  return isName(name) && (version === name || image === name || isSameCommit(commit, name))
}

/**
 * Whether both tell of one deployment: one has the name of the other, or they are of one commit. A commit does not join
 * two versions: who names versions tells deployments apart by them, and a pipeline that goes back may give its own commit.
 */
export function isSame(one: Named, other: Named): boolean {
  const names = [nameOf(one), nameOf(other)] as const
  if (names[1] !== null && isCalled(one, names[1])) return true
  if (names[0] !== null && isCalled(other, names[0])) return true
  return (
    isSameCommit(one.commit, other.commit) &&
    !differ(plain(one.version), plain(other.version)) &&
    !differ(plain(tagOf(one.image)), plain(tagOf(other.image)))
  )
}

/** Which markers tell of the deployment that people call so: those with the name, and others of the same. */
export function tellsOf(markers: readonly Deployment[], name: string): (one: Deployment) => boolean {
  const named = markers.filter((one) => isCalled(one, name))
  return (one) => isCalled(one, name) || named.some((other) => isSame(one, other))
}

function isSameCommit(one: string | null, other: string | null): boolean {
  if (!isName(one) || !isName(other)) return false
  if (one === other) return true
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  return HASH.test(a) && HASH.test(b) && (a.startsWith(b) || b.startsWith(a))
}

const differ = (one: string | null, other: string | null): boolean =>
  isName(one) && isName(other) && one !== other

/** `v1.5.0` is `1.5.0`. */
const plain = (version: string | null): string | null => version?.replace(/^v(?=\d)/, '') ?? null

function tagOf(image: string | null): string | null {
  return /:([\w.-]+)(?:@.*)?$/.exec(image ?? '')?.[1] ?? null
}

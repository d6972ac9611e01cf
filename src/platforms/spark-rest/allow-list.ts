// What a read client may ask for: Spark's kill endpoints answer to GET, so reads are named, never guessed (P10).
import { ArrestorError } from '../../errors.ts'

/** Words that make Spark do something; no read has one in its path. */
const DEEDS: ReadonlySet<string> = new Set([
  'kill',
  'killall',
  'hold',
  'resume',
  'clear',
  'create',
  'decommission',
])

/** One word of a path. Nothing encoded and no dots alone: a path that needs decoding is not one of ours. */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/

const READS: readonly RegExp[] = [
  /^\/api\/v1(\/[^/]+)+$/,
  /^\/json\/?([a-z]+\/?)?$/,
  // A driver's metrics at this instant; without the last slash Spark answers another page.
  /^\/metrics\/json\/$/,
  // The standalone master's page of one application, which alone tells the address of its driver UI.
  /^\/app\/$/,
  // What a standalone worker's driver or executor wrote; without the last slash Spark answers a redirect.
  /^\/log\/$/,
  // YARN's ResourceManager, one setting of it, what a JobHistoryServer is, and logs of containers there or at a NodeManager.
  /^\/ws\/v1\/cluster\/(info|metrics|nodes|scheduler|apps)$/,
  /^\/ws\/v1\/cluster\/apps\/application_\d+_\d+(\/appattempts(\/appattempt_\d+_\d+_\d+)?)?$/,
  /^\/conf$/,
  /^\/ws\/v1\/history\/info$/,
  /^\/ws\/v1\/(node|history)\/containerlogs\/container_[a-z0-9_]+\/std(err|out)$/,
  // Livy's sessions and batches, and the end of their logs.
  /^\/(sessions|batches)(\/\d+(\/log)?)?$/,
]

/** Whether a path may be asked for; a server that is no Spark has a list of its own. */
export type MayRead = (path: string) => boolean

/**
 * The URL of a read below `base` (whose own path is kept as a prefix, for proxies).
 * Throws ARR-503 for whatever is not an allow-listed read: other methods' paths, dots, encoded or doubled slashes.
 */
export function readUrl(
  base: URL,
  path: string,
  query: Readonly<Record<string, string>> = {},
  mayRead: MayRead = isRead,
): URL {
  const prefix = base.pathname.replace(/\/+$/, '')
  if (!mayRead(path) || !isHarmless(prefix)) throw new ArrestorError('ARR-503', { path: printable(path) })
  const url = new URL(base.origin)
  url.pathname = `${prefix}${path}`
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value)
  return url
}

/** Whether a redirect of a read leads to another read of the same server; anything else is not followed. */
export function mayFollow(base: URL, target: URL, mayRead: MayRead = isRead): boolean {
  const prefix = base.pathname.replace(/\/+$/, '')
  return target.origin === base.origin && target.pathname.startsWith(prefix) && isHarmless(prefix) &&
    mayRead(target.pathname.slice(prefix.length)) // prettier-ignore
}

/** Whether an id from outside can stand in a path as one word. */
export function isPathWord(id: string): boolean {
  return SEGMENT.test(id) && !DEEDS.has(id.toLowerCase()) && id.length <= 200
}

/** Whether a path is a read of the list above. */
export function isRead(path: string): boolean {
  return READS.some((read) => read.test(path)) && isHarmless(path)
}

function isHarmless(path: string): boolean {
  if (path === '') return true
  const words = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  return words.every((word) => isPathWord(word))
}

function printable(path: string): string {
  return JSON.stringify(path.slice(0, 200)).slice(1, -1)
}

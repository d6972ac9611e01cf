// Job names without what changes from run to run, so that tonight's run is the same job as last night's.
import { RE2JS } from 're2js'

/** Removed in this order; each with the separator before it. RE2 keeps a user's pattern linear. */
const BUILT_IN: readonly string[] = [
  '[-_./ ]?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  '[-_./ ]?(app|application|local|spark)[-_][0-9]{8,14}[-_][0-9]{4,}',
  '[-_./ ]?(scheduled|manual|backfill)__[0-9T:.+-]+',
  '[-_./ ]?20[0-9]{2}[-_./]?[01][0-9][-_./]?[0-3][0-9]([T_ -]?[0-2][0-9][-_:.]?[0-5][0-9]([-_:.]?[0-5][0-9])?Z?)?',
  '[-_./ ](run|attempt|try)?[-_]?[0-9]{6,}$',
  '[-_./ ]?[0-9a-f]{16,}$',
]

/** Names have a few stamps at most; a bound keeps hostile ones linear. */
const MAX_PASSES = 8

export type NormaliseJobName = (name: string) => string

/** A function that strips the built-in and the given patterns. Throws on a pattern that RE2 refuses. */
export function createNormaliseJobName(strip: readonly string[]): NormaliseJobName {
  const patterns = [...strip, ...BUILT_IN].map((pattern) => RE2JS.compile(pattern))
  const pass = (name: string): string =>
    tidy(patterns.reduce((text, pattern) => pattern.matcher(text).replaceAll(''), name))
  return (name) => {
    let before = tidy(name)
    let after = pass(before)
    // What one pattern took away may uncover another's match at the end of the name.
    for (let n = 1; n < MAX_PASSES && after !== before; n += 1) {
      before = after
      after = pass(before)
    }
    // A name that was nothing but a run id stays as it is: an empty identity would fold strangers together.
    return after === '' ? name.trim() : after
  }
}

/** Without the separators that are left at either end; a loop, since a regular expression would be quadratic here. */
function tidy(name: string): string {
  const isSeparator = (at: number): boolean => /[-_./\s]/.test(name[at] ?? '')
  let from = 0
  let to = name.length
  while (from < to && isSeparator(from)) from += 1
  while (to > from && isSeparator(to - 1)) to -= 1
  return name.slice(from, to)
}

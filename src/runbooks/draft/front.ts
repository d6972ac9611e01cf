// The front matter of a draft: an id and matchers that nothing else has yet.
import type { MatchEntry, Matcher, Scalar } from '../model.ts'
import { parseMatchers } from '../matchers.ts'
import type { Inert } from './inert.ts'
import type { DraftProbe, DraftSource, DraftSurroundings } from './source.ts'

/** What a probe recognised: its `signature`, where it says one. */
export interface Decisive {
  /** `death.signature`. */
  readonly name: string
  readonly value: string
  /** The same in words, for the title; null where the probe has none. */
  readonly cause: string | null
}

const NOTHING: ReadonlySet<Scalar> = new Set(['', 'none', 'unknown', null])

/** The first signature that a probe recognised. */
export function decisiveOf(probes: readonly DraftProbe[]): Decisive | null {
  for (const { step, outputs } of probes) {
    const { signature, cause } = outputs
    if (typeof signature !== 'string' || NOTHING.has(signature) || !/^[\w.-]{1,60}$/.test(signature)) continue
    const said = typeof cause === 'string' && /^[\w -]{1,60}$/.test(cause) && !NOTHING.has(cause)
    return { name: `${step.id}.signature`, value: signature, cause: said ? cause : null }
  }
  return null
}

export interface Front {
  readonly id: string
  readonly title: string
  readonly match: readonly string[]
  /** Above the runbook that has the same matchers already; null where none has. */
  readonly priority: number | null
  /** Name of the alert as the draft writes it. */
  readonly alertname: string
}

/** Id, title and matchers. */
export function frontOf(source: DraftSource, around: DraftSurroundings, inert: Inert): Front {
  const named = inert.plain(source.alert.name, 120)
  const alertname = named === '' ? 'unnamed' : named
  const decisive = decisiveOf(source.probes)
  const job = jobOf(source, inert)
  const priorities = new Map<string, number>()
  for (const { match, priority } of around.library)
    for (const entry of match) {
      const key = canonical(entry.matchers)
      priorities.set(key, Math.max(priority, priorities.get(key) ?? -1_000))
    }
  const isFree = (entry: string): boolean => !priorities.has(canonicalOf(entry))
  const alone = entryOf([['alertname', alertname]])
  const wished = [
    [['alertname', alertname]],
    ...(decisive === null
      ? []
      : [
          [
            ['alertname', alertname],
            [decisive.name, decisive.value],
          ],
        ]),
  ] as [string, string][][]
  const match = wished.flatMap((pairs) => {
    const entry = entryOf(pairs)
    if (isFree(entry)) return [entry]
    // Somebody's already: the same for this job alone is more specific, and ties with nobody.
    const narrower = job === null ? null : entryOf([...pairs, ['job_name', job]])
    return narrower !== null && isFree(narrower) ? [narrower] : []
  })
  const words = humanWords(alertname)
  const title = decisive?.cause == null ? words : `${words}: ${decisive.cause.replaceAll('-', ' ')}`
  return {
    id: freeId(
      `${alertname}${decisive === null ? '' : ` ${decisive.value}`}`,
      new Set(around.library.map(({ id }) => id)),
    ),
    title: title.slice(0, 150),
    match: match.length > 0 ? match : [alone],
    priority: match.length > 0 ? null : Math.min(1_000, (priorities.get(canonicalOf(alone)) ?? 0) + 1),
    alertname,
  }
}

/** The normalised name of the job, where it is one that may be told. */
export function jobOf(source: DraftSource, inert: Inert): string | null {
  const { jobName } = source.alert.run
  if (jobName === null) return null
  const plain = inert.plain(jobName, 200)
  // What had to be changed is no name that any alert has.
  return plain === jobName ? plain : null
}

/** Matchers as Alertmanager writes them; what cannot stand in quotes there becomes a blank. */
function entryOf(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(', ')
}

function canonical(
  matchers: MatchEntry['matchers'] | readonly Pick<Matcher, 'name' | 'op' | 'value'>[],
): string {
  return matchers
    .map(({ name, op, value }) => JSON.stringify([name, op, value]))
    .toSorted()
    .join()
}

function canonicalOf(entry: string): string {
  const parsed = parseMatchers(entry)
  return parsed.ok ? canonical(parsed.value) : entry
}

/** `SparkExecutorOOMKilled` becomes `Spark executor OOM killed`. */
function humanWords(name: string): string {
  const parts = name
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[\s_-]+/)
    .filter((part) => part !== '')
  const lower = parts.map((part, i) => (i === 0 || /^\p{Lu}{2,}$/u.test(part) ? part : part.toLowerCase()))
  return lower.length === 0 ? 'Unnamed alert' : lower.join(' ')
}

function freeId(wish: string, taken: ReadonlySet<string>): string {
  const slug = wish
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1-$2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 55)
    .replace(/-+$/, '')
  const base = slug === '' ? 'drafted-runbook' : slug
  let id = base
  for (let n = 2; taken.has(id); n += 1) id = `${base}-${n}`
  return id
}

// The front matter of a draft: an id and matchers that take nothing from other runbooks, and nothing from which they take.
import { specificityOf } from '../index-of.ts'
import { impliesEntry, knowledgeOf } from '../lint/entries.ts'
import { parseMatchers } from '../matchers.ts'
import type { MatchEntry, Scalar } from '../model.ts'
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

/** A label that no alert has, until people say which one it stands for. */
export const PLACEHOLDER = 'TODO'

export interface Front {
  readonly id: string
  readonly title: string
  readonly match: readonly string[]
  /** The runbook that has all these alerts already, so that `match` holds a placeholder; null where it is real. */
  readonly takenBy: string | null
  /** Name of the alert as the draft writes it. */
  readonly alertname: string
}

/** Id, title and matchers. */
export function frontOf(source: DraftSource, around: DraftSurroundings, inert: Inert): Front {
  const named = inert.plain(source.alert.name, 120)
  const alertname = named === '' ? 'unnamed' : named
  const decisive = decisiveOf(source.probes)
  const job = jobOf(source, inert)
  const others = around.library.flatMap(({ id, match }) =>
    match.map((entry) => ({ id, entry, knowledge: knowledgeOf(entry) })),
  )
  const takerOf = (text: string): string | null => {
    const parsed = parseMatchers(text)
    if (!parsed.ok) return null
    const mine: MatchEntry = { text, line: 1, matchers: parsed.value }
    const knowledge = knowledgeOf(mine)
    const taker = others.find(
      (other) =>
        // Ours would take all that the other has, or the other all that is ours.
        (impliesEntry(other.knowledge, mine) && !isBefore(other.entry, mine)) ||
        (impliesEntry(knowledge, other.entry) && !isBefore(mine, other.entry)),
    )
    return taker?.id ?? null
  }
  const isFree = (entry: string): boolean => takerOf(entry) === null
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
  const id = freeId(
    `${alertname}${decisive === null ? '' : ` ${decisive.value}`}`,
    new Set(around.library.map((other) => other.id)),
  )
  const name: [string, string] = ['alertname', alertname]
  return {
    id,
    title: title.slice(0, 150),
    match: match.length > 0 ? match : [entryOf([name, [PLACEHOLDER, id]])],
    takenBy: match.length > 0 ? null : takerOf(entryOf([name])),
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

/** Whether `a` is the more specific one, so that it wins whatever the priorities are. */
function isBefore(a: MatchEntry, b: MatchEntry): boolean {
  const [equal, all] = specificityOf(a)
  const [otherEqual, otherAll] = specificityOf(b)
  return equal === otherEqual ? all > otherAll : equal > otherEqual
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

// What a team lets out of its evidence: the one gate that outside text passes before it is stored or sent (P12).
import { createHash } from 'node:crypto'
import { RE2JS } from 're2js'
import type { Alert, Link } from './model.ts'
import { withoutSecrets } from '../secrets.ts'
import { bounded, redact, redactCredentials } from './redact.ts'

/** A pattern of a team's own, in RE2's syntax; what it matches becomes `[redacted:<name>]`. */
export interface TeamPattern {
  readonly name: string
  readonly pattern: string
}

export interface Discretion {
  /** Whether raw evidence (quoted lines, log tails, captures, plans) may be kept and sent at all. */
  readonly quotes: boolean
  /** Whether there are patterns or secrets beside the patterns that everybody has. */
  readonly own: boolean
  /** What somebody outside wrote: without credentials, personal data, and what the team's patterns match. */
  readonly text: (text: string) => string
  /** What names something: numbers and addresses in it are names and stay, credentials and the team's patterns go. */
  readonly name: (text: string) => string
  /** An address, or null where it cannot be said without what must not be. */
  readonly link: (url: string) => string | null
  /** Every text in a value of JSON, by its name too: `token: x` is a secret, `x` alone is a word. */
  readonly record: <T>(value: T) => T
  /** As `record`, for values whose numbers are measured: those stay numbers. */
  readonly measured: <T>(value: T) => T
}

/** Labels come again and again; so many short names are remembered. */
const REMEMBERED = 5_000
const SHORT = 200

/**
 * The gate for a team with these patterns; `secrets` are what we hold ourselves, since whoever was sent one may repeat
 * it. Throws what RE2 says of a pattern that it does not take.
 */
export function createDiscretion(
  patterns: readonly TeamPattern[],
  quotes: boolean,
  secrets: readonly string[] = [],
): Discretion {
  const ours = withoutSecrets(secrets)
  const compiled = patterns.map(({ name, pattern }) => [RE2JS.compile(pattern), wordFor(name)] as const)
  // Ours and the team's own go first: a shape that everybody has may cut up what they must see whole.
  const own = (text: string): string =>
    compiled.reduce((rest, [pattern, word]) => pattern.matcher(rest).replaceAll(word), bounded(ours(text)))
  const text = (given: string): string => redact(own(given))
  const known = new Map<string, string>()
  const name = (given: string): string => {
    const before = known.get(given)
    if (before !== undefined) return before
    const safe = redactCredentials(own(given))
    if (given.length <= SHORT) {
      if (known.size >= REMEMBERED) known.clear()
      known.set(given, safe)
    }
    return safe
  }
  const record = (value: unknown, numbers = true): unknown => {
    if (typeof value === 'string') return text(value)
    if (numbers && (typeof value === 'number' || typeof value === 'bigint'))
      return text(String(value)) === String(value) ? value : text(String(value))
    if (Array.isArray(value)) return value.map((one: unknown) => record(one, numbers))
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        name(key),
        typeof inner === 'string' && redact(`${key}=${inner}`) === `${key}=[redacted]`
          ? '[redacted]'
          : record(inner, numbers),
      ]),
    )
  }
  return {
    quotes,
    own: compiled.length + secrets.length > 0,
    text,
    name,
    link(url) {
      const safe = name(url)
      // What is encoded in an address is none the less said by it.
      const plain = decoded(url)
      return safe === url && name(plain) !== plain ? null : safe
    },
    // The shape stays: texts become texts, and what was no text was left alone but for numbers that are cards.
    record: <T>(value: T) => record(value) as T,
    measured: <T>(value: T) => record(value, false) as T,
  }
}

/** What everybody has, for what belongs to no team. */
export const DISCREET: Discretion = createDiscretion([], true)

/** The gate of two that both have a say: nothing passes that either keeps out. */
export function stricter(one: Discretion, other: Discretion): Discretion {
  if (one === other) return one
  return {
    quotes: one.quotes && other.quotes,
    own: one.own || other.own,
    text: (given) => other.text(one.text(given)),
    name: (given) => other.name(one.name(given)),
    link(url) {
      const safe = one.link(url)
      return safe === null ? null : other.link(safe)
    },
    record: (value) => other.record(one.record(value)),
    measured: (value) => other.measured(one.measured(value)),
  }
}

/** What takes the place of a match. */
export function wordFor(name: string): string {
  return `[redacted:${name}]`
}

/** A sender's own id for something: where it says what must not be said a hash stands for it, still one for one. */
export function discreetId({ name }: Pick<Discretion, 'name'>, id: string): string {
  return name(id) === id ? id : hashOf(id)
}

/** An alert as its team keeps it. What it is told apart by stays the same text for the same signal. */
export function discreetAlert({ name, text, link }: Discretion, alert: Alert): Alert {
  const { run } = alert
  const maybe = (value: string | null): string | null => (value === null ? null : name(value))
  return {
    ...alert,
    fingerprint: discreetId({ name }, alert.fingerprint),
    name: name(alert.name),
    labels: mapped(alert.labels, name, name),
    annotations: mapped(alert.annotations, name, text),
    links: alert.links.flatMap((one): Link[] => {
      const url = link(one.url)
      return url === null ? [] : [{ title: text(one.title), url }]
    }),
    run: { ...run, cluster: maybe(run.cluster), jobName: maybe(run.jobName), runId: maybe(run.runId) },
  }
}

/** Why a pattern cannot be used, with the mend; null for one that can. */
export function patternProblem({ pattern }: TeamPattern, words: readonly string[]): string | null {
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `RE2 does not take this pattern (${why}); it has no look-around and no back references: https://github.com/google/re2/wiki/Syntax`
  }
  if (compiled.matcher('').find())
    return 'this pattern matches an empty text, and so everywhere; ask for at least one character, as with + in place of *'
  // Evidence passes this gate several times; what stands for a secret must not be one.
  const word = [...OUR_WORDS, ...words].find((one) => compiled.matcher(one).find())
  return word === undefined
    ? null
    : `this pattern matches ${JSON.stringify(word)}, which is what stands in the place of a secret; ask for more of what is yours, such as a prefix`
}

/**
 * Why a pattern that can be used had better not be, with the mend; null for one without harm. What it takes out of
 * sentences of ours, which speak of nobody, a person at night will miss.
 */
export function patternWarning({ name, pattern }: TeamPattern): string | null {
  const compiled = RE2JS.compile(pattern)
  const eaten = OUR_SENTENCES.find((one) => compiled.matcher(one).find())
  if (eaten === undefined) return null
  const left = compiled.matcher(eaten).replaceAll(wordFor(name))
  return `this pattern takes our own words and figures away: ${JSON.stringify(eaten)} becomes ${JSON.stringify(left)}; ask for more of what is yours, such as a prefix or a length`
}

/** As cards and findings say it: words of state and severity, figures, times, ids. */
const OUR_SENTENCES: readonly string[] = [
  'Executor 3 was lost after 12 min: exit code 137.',
  '41 of 200 tasks failed in stage 7, 3 attempts each.',
  'Severity critical, high, medium, low; Triggered, Acknowledged, Resolved.',
  'Heap 7.8 GiB of 8.0 GiB used (97 %), the longest pause took 14.2 s.',
  'Since the last good run (2026-11-21 02:10 UTC): spark.executor.memory 8g -> 4g.',
  'Application app-20261122143000-0001 of job orders runs on platform prod.',
  'No more executors are lost, the job has succeeded.',
]

const OUR_WORDS = ['[redacted]', '[redacted private key]', '[redacted token]', '[redacted address]', '[redacted number]', '[redacted account]'] // prettier-ignore

function mapped(
  values: Readonly<Record<string, string>>,
  key: (text: string) => string,
  value: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, inner]) => [key(name), value(inner)]))
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll('+', ' '))
  } catch {
    return url
  }
}

// What matchers are held against: an alert's labels, what we made of it, and what probes have found.
import type { Alert } from '../alerts/model.ts'
import type { MatchEntry, Matcher, ProbeOutputs, Scalar } from './model.ts'

/** Name to value. A name that is absent is an empty label, or something not known (see `valueOf`). */
export type Facts = ReadonlyMap<string, string>

/** The part of an alert that matching looks at. */
export type AlertFacts = Pick<Alert, 'name' | 'severity' | 'labels' | 'annotations' | 'run'>

/** Names that are not known, rather than empty, where they are absent. */
const KNOWN_LATER: ReadonlySet<string> = new Set(['platform', 'platform_kind'])
const PROBE_OUTPUT = /^([a-z0-9][a-z0-9-]*)\.[a-z0-9_]+$/

/** How a probe's output reads in a matcher or a template; null (not determined) has no text. */
export function textOf(value: Scalar): string | null {
  return value === null ? null : String(value)
}

/**
 * Labels, with `alertname`, `severity` (one of our four words, whatever the label says), `platform`, and where no
 * label says so `job_name` and `app_id` from the run; then `platform_kind` and `<probe id>.<output>` as far as known.
 */
export function factsOf(alert: AlertFacts, outputs: ProbeOutputs = {}, platformKind?: string): Facts {
  const facts = new Map<string, string>()
  for (const name in alert.labels)
    // What kind a platform is, the configuration says, not who sends alerts.
    if (name !== 'platform_kind') facts.set(keyOfLabel(name), alert.labels[name] ?? '')
  facts.set('alertname', alert.name)
  facts.set('severity', alert.severity)
  const { platform, jobName, runId } = alert.run
  if (platform !== null) facts.set('platform', platform)
  if (platformKind !== undefined) facts.set('platform_kind', platformKind)
  if (jobName !== null && !facts.has('job_name')) facts.set('job_name', jobName)
  if (runId !== null && !facts.has('app_id')) facts.set('app_id', runId)
  for (const [probe, values] of Object.entries(outputs))
    for (const [output, value] of Object.entries(values)) {
      const text = textOf(value)
      if (text !== null) facts.set(`${probe}.${output}`, text)
    }
  return facts
}

/** A label that is named like a probe's output is kept apart from it: a sender must not pass for a probe. */
function keyOfLabel(name: string): string {
  return name.includes('.') && PROBE_OUTPUT.test(name) ? JSON.stringify(name) : name
}

/** Under which name the facts hold what a matcher speaks of. */
export function factName(matcher: Pick<Matcher, 'name' | 'quotedName'>): string {
  return matcher.quotedName ? keyOfLabel(matcher.name) : matcher.name
}

/** The probe that a matcher speaks of: `death` in `death.signature="F03"`; null for a label. */
export function probeNamed(matcher: Pick<Matcher, 'name' | 'quotedName'>): string | null {
  return matcher.quotedName ? null : (PROBE_OUTPUT.exec(matcher.name)?.[1] ?? null)
}

/** The value a matcher is held against: absent labels are empty, absent probe outputs and platforms not known. */
export function valueOf(facts: Facts, matcher: Matcher): string | null {
  const value = facts.get(factName(matcher))
  if (value !== undefined) return value
  return KNOWN_LATER.has(factName(matcher)) || probeNamed(matcher) !== null ? null : ''
}

/** One matcher held against the facts; `held` is null where the value is not known (yet). */
export interface MatcherResult {
  readonly text: string
  readonly held: boolean | null
  readonly actual: string | null
}

/** Holds one matcher against the facts. */
export function holdMatcher(facts: Facts, matcher: Matcher): MatcherResult {
  const actual = valueOf(facts, matcher)
  return { text: matcher.text, held: actual === null ? null : matcher.holds(actual), actual }
}

/** Whether all matchers of an entry hold; false wins over not known, not known over true. */
export function holdEntry(facts: Facts, entry: MatchEntry): boolean | null {
  let known = true
  for (const matcher of entry.matchers) {
    const actual = valueOf(facts, matcher)
    if (actual === null) known = false
    else if (!matcher.holds(actual)) return false
  }
  return known ? true : null
}

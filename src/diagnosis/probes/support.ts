// What every probe of an application begins with: find it, or say in a finding that it was not found.
import * as z from 'zod'
import type { PlatformReader, SparkApplication } from '../../ports.ts'
import type { Evidence, Finding, Outputs, Probe, ProbeContext, ProbeResult } from '../model.ts'
import { quote, redact } from '../../alerts/redact.ts'

/** For probes that take no parameters. */
export const NO_PARAMS = z.strictObject({}).nullish()

/** Every declared output, not determined. */
export function blank(probe: Pick<Probe, 'outputs'>): Record<string, string | number | boolean | null> {
  return Object.fromEntries(Object.keys(probe.outputs).map((name) => [name, null]))
}

/** A finding that only says what could not be seen, and why. */
export function unseen(probe: string, sentence: string, unreached: readonly string[]): Finding {
  const reasons = unreached.map(redact)
  return {
    probe,
    severity: 'none',
    sentence: redact(sentence),
    evidence: [],
    link: null,
    confidence: 'low',
    unreached: reasons,
  }
}

/** The finding of a probe that did not find what it was to look at. */
export function blindly(finding: Finding): Finding {
  return { ...finding, blind: true }
}

/** Looks at the run's application, or answers with blank outputs and a finding that says it was not found. */
export async function withApplication(
  probe: Pick<Probe, 'id' | 'outputs'>,
  context: ProbeContext,
  look: (app: SparkApplication, reader: PlatformReader) => Promise<ProbeResult>,
): Promise<ProbeResult> {
  const { reader, run, signal } = context
  if (reader === null)
    return {
      outputs: blank(probe),
      findings: [blindly(unseen(probe.id, 'No platform is configured to look at.', ['platform']))],
    }
  const app = await reader.locate(run, signal)
  if (app !== null) return look(app, reader)
  const what = run.runId ?? run.jobName
  const sentence =
    what === null
      ? 'The alert names neither an application nor a job, so there was nothing to look for.'
      : `${reader.platform} knows no application ${what}.`
  return { outputs: blank(probe), findings: [blindly(unseen(probe.id, sentence, []))] }
}

/** One quoted line, redacted. */
export function evidence(text: string, from: string, link: string | null = null): Evidence {
  return { text: quote(text), from, link }
}

/** Words from outside on one line of at most `max` characters, redacted, whole in its characters. */
export function line(text: string, max: number): string {
  const safe = redact(
    text
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 8 * max)
      .toWellFormed(),
  )
  return safe.length > max ? `${safe.slice(0, max - 1)}…`.toWellFormed() : safe
}

/** Blank outputs with these filled in. */
export function outputsOf(probe: Pick<Probe, 'outputs'>, known: Outputs): Outputs {
  return { ...blank(probe), ...known }
}

/** `3 executors`, `1 executor`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The word that is there most often; null of none. */
export function mostOf(words: readonly string[]): string | null {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}

/** A span of milliseconds for people: `383 ms`, `42 s`, `7 min`, `3.5 h`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return `${(ms / 3_600_000).toFixed(1).replace(/\.0$/, '')} h`
}

/** Bytes for people, in powers of 1024. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1).replace(/\.0$/, '')} ${units[power]}`
}

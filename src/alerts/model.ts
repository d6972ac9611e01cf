// What an alert is after any source has been understood: one normalised signal, and the job run it speaks of.

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface Link {
  readonly title: string
  readonly url: string
}

/** The job run an alert speaks of. The job is identity; the run and its attempt are attributes. */
export interface Run {
  /** Name of the platform in arrestor.yml, or null when the alert does not say. */
  readonly platform: string | null
  /** Cluster, workspace or namespace as the source calls it. */
  readonly cluster: string | null
  /** Normalised: dates and run ids stripped. */
  readonly jobName: string | null
  /** Run or application id, for example `app-20261122143000-0001`. */
  readonly runId: string | null
  readonly attempt: number | null
  readonly retriesLeft: number | null
}

/** One normalised signal from a source. Text is free of NUL; times are instants. */
export interface Alert {
  readonly source: string
  /** Identity of the signal at its source; the same for its firing and its resolution. */
  readonly fingerprint: string
  readonly status: 'firing' | 'resolved'
  readonly name: string
  readonly severity: Severity
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: Date
  readonly endsAt: Date | null
  readonly links: readonly Link[]
  readonly run: Run
}

/** An element of a body that could not become an alert, kept with the reason. */
export interface Rejected {
  /** JSON pointer into the body, for example `/alerts/3`. */
  readonly pointer: string
  readonly reason: string
  readonly raw: unknown
}

/** A map and no object: a label may well say `constructor`. */
const BY_WORD: ReadonlyMap<string, Severity> = new Map(
  (
    [
      ['critical', ['critical', 'page', 'fatal', 'emergency', 'sev1', 'p1']],
      ['high', ['high', 'error', 'major', 'sev2', 'p2']],
      ['medium', ['medium', 'warning', 'warn', 'minor', 'sev3', 'p3']],
      ['low', ['low', 'info', 'information', 'notice', 'none', 'sev4', 'p4']],
    ] as const
  ).flatMap(([severity, words]) => words.map((word) => [word, severity] as const)),
)

/** The severity a source's word stands for; unknown and absent words are `medium`, so that they are seen but wake nobody first. */
export function severityOf(word: string | undefined): Severity {
  return (word === undefined ? undefined : BY_WORD.get(word.trim().toLowerCase())) ?? 'medium'
}

/** The more severe of two. */
export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b
}

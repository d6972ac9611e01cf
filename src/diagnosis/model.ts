// What diagnosis speaks of: probes that look, findings that say what they saw, and what they could not see.
import type * as z from 'zod'
import type { Run, Severity } from '../alerts/model.ts'
import type { Deployment } from '../incidents/deployments.ts'
import type { MetricPoint, PlatformReader, ReadCapability } from '../ports.ts'
import type { Destinations } from '../runbooks/render-params.ts'
import type { Chart, ChartUnit } from './chart/model.ts'
import type { Course } from './chart/values.ts'
import type { Limits } from './thresholds.ts'

export type FindingSeverity = Severity | 'none'
export type Confidence = 'low' | 'medium' | 'high'

/** A line as the platform said it, redacted and bounded, and who said it. */
export interface Evidence {
  readonly text: string
  /** For example `executor 3, removeReason`. */
  readonly from: string
  readonly link: string | null
}

/** What a probe concluded. `unreached` names what could not be seen, so that silence is not taken for health. */
export interface Finding {
  readonly probe: string
  readonly severity: FindingSeverity
  readonly sentence: string
  readonly evidence: readonly Evidence[]
  readonly link: string | null
  readonly confidence: Confidence
  readonly unreached: readonly string[]
  /** What it was to look at was not found: it says nothing of whether all is well. */
  readonly blind?: true
  /** Where a picture says it faster; drawn for the thread when it is delivered. */
  readonly chart?: Chart
}

export interface ProbeContext {
  readonly run: Run
  readonly labels: Readonly<Record<string, string>>
  /** Null where the run's platform is not configured. */
  readonly reader: PlatformReader | null
  readonly signal: AbortSignal
  readonly now: Date
  /** Deploy markers of the run's team, newest first; absent where none are kept, as at a terminal. */
  readonly deployments?: readonly Deployment[]
  /** The runbook wants a chart: a probe that can looks at a span rather than at one instant. */
  readonly chart?: boolean
  /** What the operator has set in place of our thresholds; a runbook's own go before. */
  readonly limits?: Limits
}

export type Outputs = Readonly<Record<string, string | number | boolean | null>>

export interface ProbeResult {
  /** Every declared output; null where it was not determined. */
  readonly outputs: Outputs
  readonly findings: readonly Finding[]
  /** How the value went over time, for `chart: true`; absent where there is no history. */
  readonly history?: readonly MetricPoint[]
  /** The lines of the picture where there is more than one, the one of the value first; without them `history` is drawn. */
  readonly courses?: readonly Course[]
  readonly unit?: ChartUnit
}

/** The extension point for probes: reads only, typed parameters in, declared outputs and findings out. */
export interface Probe {
  /** As `use` in a runbook, for example `spark.executor-deaths`. */
  readonly id: string
  readonly title: string
  readonly needs: readonly ReadCapability[]
  readonly params: z.ZodType
  /** Where parameters with templates go, which decides how values are escaped; plain text unless said. */
  readonly destinations?: Destinations
  /** Name to a one-line meaning; runbooks and their lint read it. A number named `value` can be graded and said. */
  readonly outputs: Readonly<Record<string, string>>
  /** Outputs that are texts of others, which a team that keeps raw evidence out does not get. */
  readonly quoting?: readonly string[]
  run(params: unknown, context: ProbeContext): Promise<ProbeResult>
}

const ORDER: readonly FindingSeverity[] = ['none', 'low', 'medium', 'high', 'critical']

/** The less severe of two: how a finding's ratio is held down by how little it matters. */
export function milder(a: FindingSeverity, b: FindingSeverity): FindingSeverity {
  return ORDER.indexOf(a) <= ORDER.indexOf(b) ? a : b
}

/** Orders by severity, the gravest first. */
export function byGravity(a: FindingSeverity, b: FindingSeverity): number {
  return ORDER.indexOf(b) - ORDER.indexOf(a)
}

/** The gravest of several; `none` of nothing. */
export function gravest(severities: readonly FindingSeverity[]): FindingSeverity {
  return [...severities].sort(byGravity)[0] ?? 'none'
}

/** Grades a number by rising thresholds for low, medium, high and critical; below the first it is `none`. */
export function gradeOf(
  value: number,
  thresholds: readonly [number, number, number, number],
): FindingSeverity {
  const reached = thresholds.filter((threshold) => value >= threshold).length
  return ORDER[reached] ?? 'none'
}

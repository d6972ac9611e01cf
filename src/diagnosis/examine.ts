// Everything that can be asked of one run without a runbook: every probe that needs no instructions, and what follows.
import type { Run } from '../alerts/model.ts'
import type { PlatformReader } from '../ports.ts'
import type { Params } from '../runbooks/model.ts'
import { type Conclusion, conclude } from './conclude.ts'
import type { Probe } from './model.ts'
import { PROBES } from './registry.ts'
import { type StepResult, runProbes } from './run-probes.ts'
import type { Limits } from './thresholds.ts'

export interface Examination {
  /** One a probe, under the probe's own id; those that the platform cannot answer are left out. */
  readonly results: readonly StepResult[]
  readonly conclusion: Conclusion | null
  /** What was asked in vain, each once. */
  readonly unreached: readonly string[]
}

export interface ExamineOptions {
  readonly now: Date
  readonly signal: AbortSignal
  /** For all probes together, in milliseconds. */
  readonly deadlineMs: number
  /** What the operator has set in place of our thresholds. */
  readonly limits?: Limits
  /** Parameters by probe id, as a runbook would write them. */
  readonly params?: Readonly<Record<string, Params>>
}

/** Several at a time: they mostly wait, and share what they read. */
const CONCURRENCY = 4

/** Runs every probe of this kind of platform on a run. What fails says so in its finding; never throws for the platform. */
export async function examine(
  reader: PlatformReader,
  run: Run,
  { now, signal, deadlineMs, limits, params = {} }: ExamineOptions,
  probes: ReadonlyMap<string, Probe> = PROBES,
): Promise<Examination> {
  const steps = [...probes.values()]
    .filter(({ needs }) => needs.every((need) => reader.capabilities.has(need)))
    .filter((probe) => params[probe.id] !== undefined || needsNothing(probe))
    .map(({ id, title }) => ({ id, use: id, heading: title, params: params[id] }))
  const context = { run, labels: {}, reader, signal, now, ...(limits === undefined ? {} : { limits }) }
  const results = await runProbes(steps, context, { deadlineMs, concurrency: CONCURRENCY }, probes)
  const unreached = new Set(results.flatMap(({ findings }) => findings.flatMap((one) => one.unreached)))
  return { results, conclusion: conclude(results), unreached: [...unreached] }
}

/** A query to Prometheus has to be written by somebody; a look at the executors has not. */
function needsNothing({ params }: Probe): boolean {
  return params.safeParse({}).success
}

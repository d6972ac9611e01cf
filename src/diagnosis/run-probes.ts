// Runs a runbook's probes beside one another under one deadline; what fails says so, and the rest still comes.
import { reasonOf } from '../errors.ts'
import type { PlatformReader, SparkApplication } from '../ports.ts'
import type { Finding, Outputs, Probe, ProbeContext, ProbeResult } from './model.ts'
import { blank, unseen } from './probes/support.ts'
import { PROBES } from './registry.ts'

export interface ProbeStep {
  /** Unique within the runbook; outputs are known as `<id>.<output>`. */
  readonly id: string
  readonly use: string
  readonly params: unknown
  /** The heading it stands under, for what is said when it cannot be run. */
  readonly heading: string
}

export interface StepResult {
  readonly step: string
  readonly outputs: Outputs
  readonly findings: readonly Finding[]
}

export interface RunLimits {
  /** For all steps together, in milliseconds. */
  readonly deadlineMs: number
  readonly concurrency: number
}

/**
 * Results in the order of the steps. A step that throws, is not finished at the deadline, names no probe, or needs
 * what the platform cannot tell gives null outputs and one finding that says what could not be seen. Throws only
 * when `context.signal` is aborted.
 */
export async function runProbes(
  steps: readonly ProbeStep[],
  context: ProbeContext,
  { deadlineMs, concurrency }: RunLimits,
  probes: ReadonlyMap<string, Probe> = PROBES,
): Promise<StepResult[]> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), deadlineMs)
  const signal = AbortSignal.any([context.signal, deadline.signal])
  const inner: ProbeContext = {
    ...context,
    signal,
    reader: context.reader === null ? null : remembering(context.reader),
  }
  const results: StepResult[] = []
  const queue = steps.entries()
  const worker = async (): Promise<void> => {
    for (const [index, step] of queue)
      results[index] = await runStep(step, inner, deadline.signal, deadlineMs, probes)
  }
  try {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, steps.length)) }, worker))
  } finally {
    clearTimeout(timer)
  }
  context.signal.throwIfAborted()
  return results
}

async function runStep(
  step: ProbeStep,
  context: ProbeContext,
  deadline: AbortSignal,
  deadlineMs: number,
  probes: ReadonlyMap<string, Probe>,
): Promise<StepResult> {
  const probe = probes.get(step.use)
  const cannot = (why: string, unreached: readonly string[]): StepResult => ({
    step: step.id,
    outputs: probe === undefined ? {} : blank(probe),
    findings: [unseen(step.use, `${step.heading}: not seen, ${why}.`, unreached)],
  })
  if (probe === undefined) return cannot(`there is no probe ${step.use}`, [step.use])
  if (context.reader === null) return cannot('no platform of this alert is configured', ['platform'])
  const { capabilities, platform } = context.reader
  const lacking = probe.needs.filter((need) => !capabilities.has(need))
  if (lacking.length > 0) return cannot(`${platform} cannot tell (${lacking.join(', ')})`, lacking)
  const params = probe.params.safeParse(step.params ?? undefined)
  if (!params.success)
    return cannot(`its parameters are not usable (${params.error.issues[0]?.message ?? 'invalid'})`, [])
  try {
    const result = await orAborted(probe.run(params.data, context), context.signal)
    return { step: step.id, outputs: result.outputs, findings: result.findings }
  } catch (error) {
    if (deadline.aborted) return cannot(`there was no answer within ${deadlineMs / 1000} s`, [platform])
    return cannot(reasonOf(error), [reasonOf(error)])
  }
}

/** A probe that does not heed its signal must not hold up the others' results. */
function orAborted(work: Promise<ProbeResult>, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** The application is looked for once, however many probes ask; a failure is not remembered. */
function remembering(reader: PlatformReader): PlatformReader {
  const found = new Map<string, Promise<SparkApplication | null>>()
  return {
    ...reader,
    locate(run, signal) {
      const key = JSON.stringify([run.runId, run.jobName])
      const known = found.get(key)
      if (known !== undefined) return known
      const asked = reader.locate(run, signal)
      found.set(key, asked)
      asked.catch(() => found.delete(key))
      return asked
    },
  }
}

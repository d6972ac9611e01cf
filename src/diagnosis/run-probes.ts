// Runs a runbook's probes beside one another under one deadline; what fails says so, and the rest still comes.
import { ArrestorError, mendOf, reasonOf } from '../errors.ts'
import type { LogTail, ReadCapability } from '../ports.ts'
import type { Params, ProbeOutputs, Scalar } from '../runbooks/model.ts'
import { clauseOf, holeIn, parseParams, renderParams } from '../runbooks/render-params.ts'
import { outputNames } from '../runbooks/template-names.ts'
import { type Wording, worded } from './grade.ts'
import type { Finding, Outputs, Probe, ProbeContext, ProbeResult } from './model.ts'
import { type Drops, castsDoubt, doubted, lookForDrops } from './listener-drops.ts'
import { circleOf, dependenciesOf } from './order.ts'
import { logOf } from './probes/listener-drops.ts'
import { blank, unseen } from './probes/support.ts'
import { PROBES } from './registry.ts'
import { remembering } from './remembering.ts'

/** A probe of a runbook on the platform at hand; `heading` is for what is said when it cannot be run. */
export interface ProbeStep extends Wording {
  /** Unique within the runbook; outputs are known as `<id>.<output>`. */
  readonly id: string
  readonly use: string
  /** As written, templates and all. */
  readonly params: unknown
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

/** Answers the names of templates from what probes have found so far; `own` are a probe's outputs by their bare names. */
export type Names = (
  outputs: ProbeOutputs,
  own?: Readonly<Record<string, Scalar>>,
) => (name: string) => string | undefined

export interface RunContext extends Omit<ProbeContext, 'chart'> {
  /** Without it only outputs have names. */
  readonly names?: Names
}

/**
 * Results in the order of the steps. A step runs once those are done whose outputs its parameters speak of. A step that
 * throws, is not finished at the deadline, names no probe, needs what the platform cannot tell, has a hole in its
 * parameters, or waits for itself gives null outputs and one finding that says what could not be seen. Throws only when
 * `context.signal` is aborted.
 */
export async function runProbes(
  steps: readonly ProbeStep[],
  context: RunContext,
  { deadlineMs, concurrency }: RunLimits,
  probes: ReadonlyMap<string, Probe> = PROBES,
): Promise<StepResult[]> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), deadlineMs)
  const signal = AbortSignal.any([context.signal, deadline.signal])
  const inner: RunContext = {
    ...context,
    signal,
    reader: context.reader === null ? null : remembering(context.reader),
  }
  const names: Names = context.names ?? outputNames
  const dependencies = dependenciesOf(steps)
  const ended = new Map(steps.map(({ id }) => [id, Promise.withResolvers<void>()]))
  const outputs: Record<string, Outputs> = Object.create(null) as Record<string, Outputs>
  const turn = createTurnstile(concurrency)
  const results: ProbeResult[] = []
  const run = async (step: ProbeStep, index: number): Promise<void> => {
    const circle = circleOf(step.id, dependencies)
    if (circle === null) {
      await Promise.all((dependencies.get(step.id) ?? []).flatMap((id) => ended.get(id)?.promise ?? []))
      results[index] = await turn(() =>
        runStep(step, inner, names(outputs), { deadline: deadline.signal, deadlineMs, probes }),
      )
    } else
      results[index] = cannot(step, probes, `its parameters wait for themselves (${circle.join(', ')})`, [])
    outputs[step.id] = results[index].outputs
    ended.get(step.id)?.resolve()
  }
  let drops: Drops | null = null
  try {
    await Promise.all(steps.map(run))
    drops = await dropsBehind(steps, inner, probes)
  } finally {
    clearTimeout(timer)
  }
  context.signal.throwIfAborted()
  return steps.map((step, index) => {
    const result = results[index] ?? { outputs: {}, findings: [] }
    const probe = probes.get(step.use)
    const told = probe === undefined ? result : worded(step, probe, result, (own) => names(outputs, own))
    const doubts = castsDoubt(drops) && probe !== undefined && readsPages(probe) ? drops : null
    const findings = told.findings.map((one) => (doubts === null ? one : doubted(one, doubts)))
    return { step: step.id, outputs: told.outputs, findings }
  })
}

/** What only Spark's pages or its History Server tell. */
const PAGES: ReadonlySet<ReadCapability> = new Set(['executors', 'stages', 'tasks', 'sql'])

/** Of these any may tell of drops; the last one alone of an application that has ended, where no Prometheus is. */
const TELL_DROPS: readonly ReadCapability[] = ['gauges', 'metrics', 'log']
const READS_LOG: ReadonlySet<string> = new Set(['spark.log', 'spark.listener-drops', 'run.rerun'])

function readsPages({ needs }: Probe): boolean {
  return needs.some((need) => PAGES.has(need))
}

/**
 * Whether Spark dropped events, so that what its pages told these probes is not all that happened. Asked only where a
 * probe has read them, and where that can be told; whoever does not answer leaves the findings as they are.
 */
async function dropsBehind(
  steps: readonly ProbeStep[],
  context: RunContext,
  probes: ReadonlyMap<string, Probe>,
): Promise<Drops | null> {
  const { reader, run, signal, now } = context
  if (reader === null || !TELL_DROPS.some((one) => reader.capabilities.has(one))) return null
  const asked = steps.some(({ use }) => {
    const probe = probes.get(use)
    return probe !== undefined && readsPages(probe)
  })
  if (!asked || signal.aborted) return null
  try {
    const look = async (): Promise<Drops | null> => {
      const app = await reader.locate(run, signal)
      // The log is not read for this alone: a probe has read it, and the reader remembers.
      const logged = steps.some(({ use }) => READS_LOG.has(use))
      const log = (): Promise<LogTail | null> => (logged ? logOf(context) : Promise.resolve(null))
      return app === null ? null : await lookForDrops(reader, app, now, signal, log)
    }
    return await orAborted(look(), signal)
  } catch {
    return null
  }
}

interface StepLimits {
  readonly deadline: AbortSignal
  readonly deadlineMs: number
  readonly probes: ReadonlyMap<string, Probe>
}

async function runStep(
  step: ProbeStep,
  context: RunContext,
  lookup: (name: string) => string | undefined,
  { deadline, deadlineMs, probes }: StepLimits,
): Promise<ProbeResult> {
  const not = (why: string, unreached: readonly string[], mend: string | null = null): ProbeResult =>
    cannot(step, probes, why, unreached, mend)
  const probe = probes.get(step.use)
  if (probe === undefined) return not(`there is no probe ${step.use}`, [step.use])
  if (context.reader === null) return not('no platform of this alert is configured', ['platform'])
  const { capabilities, platform } = context.reader
  const lacking = probe.needs.filter((need) => !capabilities.has(need))
  // It never could: the thread says so, and the card, which tells what failed to be seen, does not.
  if (lacking.length > 0)
    return not(cannotTell(platform, lacking), [], lacking.includes('log') ? HAND_LOG_OVER : null)
  const rendered = renderParams((step.params ?? {}) as Params, probe.destinations ?? {}, lookup)
  const hole = holeIn(rendered)
  if (hole !== null) return not(hole, [...rendered.missing, ...rendered.refused])
  const params = parseParams(probe.params, rendered.params, rendered.sole)
  if (!params.ok) return not(`its parameters are not usable (${clauseOf(params.problems)})`, [])
  if (deadline.aborted) return not(`there was no answer within ${deadlineMs / 1000} s`, [platform])
  try {
    const { names: _names, ...given } = context
    return await orAborted(probe.run(params.data, { ...given, chart: step.chart === true }), context.signal)
  } catch (error) {
    const late = deadline.aborted ? `there was no answer within ${deadlineMs / 1000} s` : null
    if (late !== null && !(error instanceof ArrestorError)) return not(late, [platform])
    const why = reasonOf(error).replace(/\.$/, '')
    return not(late === null ? why : `${late} (${why})`, [reasonOf(error)], mendOf(error))
  }
}

/** A standalone cluster keeps none, others where they are told; what only that log tells is found by hand. */
const HAND_LOG_OVER = "The driver's log is where it ran: `arrestor diagnose --log` reads it."

/** What is a server of its own is not there because nobody named it. */
const UNCONFIGURED: Partial<Readonly<Record<ReadCapability, string>>> = {
  history: 'no History Server is configured',
  metrics: 'no Prometheus is configured',
}

function cannotTell(platform: string, lacking: readonly ReadCapability[]): string {
  const why = lacking.flatMap((one) => UNCONFIGURED[one] ?? [])
  return `${platform} cannot tell (${lacking.join(', ')})${why.length === 0 ? '' : `: ${why.join(', ')}`}`
}

/** Null outputs, and one finding that says what could not be seen. */
function cannot(
  step: ProbeStep,
  probes: ReadonlyMap<string, Probe>,
  why: string,
  unreached: readonly string[],
  mend: string | null = null,
): ProbeResult {
  const probe = probes.get(step.use)
  const sentence = `${step.heading}: not seen, ${why}.${mend === null ? '' : ` ${mend}`}`
  return {
    outputs: probe === undefined ? {} : blank(probe),
    findings: [unseen(step.use, sentence, unreached)],
  }
}

/** Lets `places` works run at a time, the others in the order they came. */
function createTurnstile(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = Math.max(1, places)
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((go) => void waiting.push(go))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/** Turns of the promise queue; from a socket to a probe there are about fifty. */
const LAST_WORDS = 200

/** A probe that does not heed its signal must not hold up the others' results. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = async (): Promise<void> => {
      // One that heeds its signal says where it was held up: its own words come through a few promises, without waiting.
      for (let turn = 0; turn < LAST_WORDS; turn += 1) await Promise.resolve()
      reject(new Error('aborted'))
    }
    const aborted = (): void => void abort()
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

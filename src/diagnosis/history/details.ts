// What else of a run differs from earlier ones of its job: input, shuffle, executors, and the stage whose time changed most.
import type { Run } from '../../alerts/model.ts'
import type { PlatformReader, PlatformRun } from '../../ports.ts'
import type { Finding, FindingSeverity, Outputs } from '../model.ts'
import { plural, unseen } from '../probes/support.ts'
import { type ComparedFigure, LEAST_RUNS, comparedFigures } from './compare.ts'
import type { Length } from './lengths.ts'
import type { HistoryLimits } from './limits.ts'
import { percentile } from './percentile.ts'
import { type RunsRead, readRuns } from './read.ts'
import { type About, figuresFinding, stageChanged, stageFinding } from './say.ts'
import { type StageChange, largestChange } from './stages.ts'

export interface Details {
  readonly outputs: Outputs
  readonly findings: readonly Finding[]
  readonly unreached: readonly string[]
}

interface Known {
  readonly reader: PlatformReader
  readonly run: Run
  readonly current: PlatformRun
  readonly lengths: readonly Length[]
}

/**
 * Reads and compares; `ceiling` is what the run's own time is graded. What could not be read is said. Throws only at the
 * signal.
 */
export async function compareDetails(
  about: About,
  { reader, run, current, lengths }: Known,
  limits: HistoryLimits,
  ceiling: FindingSeverity,
  signal: AbortSignal,
): Promise<Details> {
  const { probe, now } = about
  const nothing = { outputs: {}, findings: [], unreached: [] }
  if (limits.runs === 0 || lengths.length < LEAST_RUNS || current.startedAt === null) return nothing
  const { capabilities } = reader
  if (!capabilities.has('application') || !(capabilities.has('stages') || capabilities.has('executors'))) {
    const sentence = `${reader.platform} tells neither stages nor executors of its runs, so their time alone is compared.`
    return { ...nothing, findings: [unseen(probe, sentence, [])] }
  }
  const candidates = lengths.map((one) => one.run)
  const read = await readRuns(reader, run, current, candidates, limits, now, signal)
  const { current: mine, earlier, unreached } = read
  const whole = current.state === 'succeeded'
  const taken = (current.endedAt ?? now).getTime() - current.startedAt.getTime()
  const settled = taken >= percentile(lengths.map(({ ms }) => ms), 0.5) // prettier-ignore
  const compared =
    mine === null ? [] : comparedFigures(mine, earlier, { whole, settled }, limits.materialBytes)
  const change = mine === null ? null : largestChange(mine, earlier, { whole })
  const stageLimits = { ratio: limits.ratio, materialMin: limits.materialMin, ceiling }
  return {
    outputs: {
      read: earlier.length,
      input_bytes: mine?.inputBytes ?? null,
      shuffle_bytes: mine?.shuffleBytes ?? null,
      executors: mine?.executors ?? null,
      ...figureOutputs(compared),
      ...(change === null ? {} : stageOutputs(change, stageChanged(change, stageLimits))),
    },
    findings: [
      ...(mine === null ? [] : [figuresFinding(about, mine, compared)]),
      ...(change === null ? [] : [stageFinding(about, change, stageLimits)]),
      notKept(about, read, current),
    ].filter((one) => one !== null),
    unreached,
  }
}

function figureOutputs(compared: readonly ComparedFigure[]): Outputs {
  return Object.fromEntries(
    compared.flatMap(({ name, p50, p95, change }) => {
      const unit = name === 'executors' ? '' : '_bytes'
      return [
        [`${name}_p50${unit}`, p50],
        [`${name}_p95${unit}`, p95],
        [`${name}_change`, change],
      ]
    }),
  )
}

function stageOutputs({ name, mine, p50, p95 }: StageChange, change: string): Outputs {
  const seconds = (ms: number | undefined): number | null =>
    ms === undefined ? null : Number((ms / 1000).toFixed(1))
  const longest = mine.stages.reduce((a, b) => ((b.ms ?? 0) > (a.ms ?? 0) ? b : a))
  return {
    stage: longest.id,
    stage_name: name,
    stage_s: seconds(mine.ms),
    stage_p50_s: seconds(p50?.ms),
    stage_p95_s: seconds(p95?.ms),
    stage_change: change,
  }
}

/** Where so little is kept that nothing could be compared: nobody failed to answer, and that is said. */
function notKept(
  { probe, jobName }: About,
  { current, earlier, gone, unreached }: RunsRead,
  { id, link }: PlatformRun,
): Finding | null {
  if (current !== null && earlier.length >= LEAST_RUNS) return null
  const rest = 'so input, shuffle, executors and stages are not compared.'
  const past = gone.filter((one) => one !== id)
  const whose = [
    ...(past.length === gone.length ? [] : ['this run']),
    ...(past.length === 0 ? [] : [`${plural(past.length, 'earlier run')} of ${jobName}`]),
  ].join(' and of ')
  const told = (sentence: string): Finding => ({ ...unseen(probe, `${sentence}, ${rest}`, []), link })
  if (gone.length > 0) return told(`No stages and executors are kept of ${whose}`)
  if (unreached.length > 0) return null
  return told(`Of the earlier runs of ${jobName} only ${earlier.length} ended well`)
}

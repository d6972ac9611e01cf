// Whether this run takes longer than earlier runs of the same job, what else of it differs from them, and whether a later one has succeeded.
import * as z from 'zod'
import type { PlatformRun } from '../../ports.ts'
import { LEAST_RUNS } from '../history/compare.ts'
import { compareDetails } from '../history/details.ts'
import { compareLength } from '../history/duration.ts'
import type { HistoryLimits } from '../history/limits.ts'
import { lengthsBefore, timeOf } from '../history/lengths.ts'
import type { Probe } from '../model.ts'
import { fourSchema } from '../thresholds.ts'
import { blank, blindly, outputsOf, unseen } from './support.ts'

const params = z
  .strictObject({
    /** Runs looked back on. */
    runs: z.int().min(3).max(200).default(30),
    /** This run / p95 of the earlier ones: low, medium, high, critical. Ours. */
    ratio: fourSchema.default([1.1, 1.5, 2, 4]),
    /** Minutes beyond p95 that matter. Ours. */
    material_min: fourSchema.default([2, 10, 30, 120]),
    /** Earlier runs of which stages and executors are read, the newest that ended well; 0 compares the time alone. */
    read: z.union([z.literal(0), z.int().min(LEAST_RUNS).max(15)]).default(5),
    /** Seconds that reading them may take; what is not read by then is said. */
    read_s: z.number().positive().max(60).default(8),
    /** MiB by which input or shuffle must differ to be told: fewer are a task's work of a second. Ours. */
    material_mib: z.number().min(0).default(16),
  })
  .prefault({})

export const runHistory: Probe = {
  id: 'run.history',
  title: 'Against earlier runs',
  needs: ['run', 'runs'],
  params,
  outputs: {
    earlier: 'earlier runs of the job that ended and are compared',
    minutes: 'minutes of this run until now, or its end',
    p50_minutes: 'median minutes of the earlier runs',
    p95_minutes: '95th percentile of their minutes',
    ratio: 'this run / the 95th percentile',
    failed_in_a_row: 'runs in a row that failed, this one among them',
    later_succeeded: 'id of a later run of the job that succeeded; null while there is none',
    read: 'earlier runs, the newest that ended well, whose stages and executors were read for what follows',
    input_bytes: 'bytes that the stages of this run read from outside of Spark (`inputBytes`), so far where it goes on; of a stage the attempt that read most',
    input_p50_bytes: 'their median over the runs that were read; null with fewer than three',
    input_p95_bytes: 'their 95th percentile',
    input_change: 'more (1.5 times the 95th percentile or above), less (half of the median or below, and less than ever; of runs that succeeded) or none',
    shuffle_bytes: 'bytes that its stages wrote to shuffles and read from them, together (`shuffleWriteBytes` + `shuffleReadBytes`)',
    shuffle_p50_bytes: 'their median',
    shuffle_p95_bytes: 'their 95th percentile',
    shuffle_change: 'more, less or none, as for input',
    executors: 'the most executors that it had at one time; those that came in place of lost ones do not add to it',
    executors_p50: 'their median',
    executors_p95: 'their 95th percentile',
    executors_change: 'more (1.5 times), less (two thirds of the median or below, and fewer than ever; of runs that have taken as long as half of the others) or none',
    stage: 'id of the stage whose time differs most from its median over the runs that were read',
    stage_name: 'its name, by which it is found in other runs: the call that made it',
    stage_s: 'seconds from its submission to its end, over its attempts, so far where it runs',
    stage_p50_s: 'their median over the runs that have it; null of a stage that is new',
    stage_p95_s: 'their 95th percentile',
    stage_change: 'longer, shorter, new, or none where it does not matter by what is low for the whole run',
  },
  quoting: ['stage_name'],
  async run(raw, context) {
    const { reader, run, signal, now } = context
    const given = params.parse(raw ?? {})
    if (reader === null) throw new Error('no platform')
    const current = await reader.run(run, signal)
    const jobName = current?.jobName ?? run.jobName
    if (current === null || jobName === null) {
      const sentence = `${reader.platform} knows no run of this alert, so there is nothing to compare.`
      return { outputs: blank(runHistory), findings: [blindly(unseen(runHistory.id, sentence, []))] }
    }
    const all = await reader.runs(jobName, given.runs + 1, signal)
    const began = timeOf(current)
    const others = all.filter(({ id }) => id !== current.id)
    const later = others.find((one) => timeOf(one) > began && one.state === 'succeeded')
    const lengths = lengthsBefore(current, others)
    const about = { probe: runHistory.id, jobName, live: current.endedAt === null, now }
    const limits: HistoryLimits = {
      ratio: given.ratio,
      materialMin: given.material_min,
      materialBytes: given.material_mib * 2 ** 20,
      runs: given.read,
      withinMs: given.read_s * 1000,
    }
    const length = compareLength(about, current, lengths, limits)
    const details = await compareDetails(about, { reader, run, current, lengths }, limits, length.finding.severity, signal) // prettier-ignore
    return {
      outputs: outputsOf(runHistory, {
        earlier: lengths.length,
        failed_in_a_row: failuresInARow(current, others, began),
        later_succeeded: later?.id ?? null,
        ...length.outputs,
        ...details.outputs,
      }),
      findings: [{ ...length.finding, unreached: details.unreached }, ...details.findings],
    }
  },
} // prettier-ignore

/** From this run backwards, as long as each one failed. */
function failuresInARow(current: PlatformRun, others: readonly PlatformRun[], began: number): number {
  if (current.state !== 'failed') return 0
  const before = others.filter((one) => timeOf(one) < began).sort((a, b) => timeOf(b) - timeOf(a))
  const firstGood = before.findIndex(({ state }) => state !== 'failed')
  return 1 + (firstGood < 0 ? before.length : firstGood)
}

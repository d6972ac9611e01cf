// Whether this run takes longer than earlier runs of the same job, and whether a later one has succeeded.
import * as z from 'zod'
import type { Run } from '../../alerts/model.ts'
import type { PlatformReader, PlatformRun } from '../../ports.ts'
import { type Finding, type Probe, gradeOf, milder } from '../model.ts'
import { fourSchema } from '../thresholds.ts'
import { blank, blindly, outputsOf, plural, span, unseen } from './support.ts'

const params = z
  .strictObject({
    /** Runs looked back on. */
    runs: z.int().min(3).max(200).default(30),
    /** This run / p95 of the earlier ones: low, medium, high, critical. Ours. */
    ratio: fourSchema.default([1.1, 1.5, 2, 4]),
    /** Minutes beyond p95 that matter. Ours. */
    material_min: fourSchema.default([2, 10, 30, 120]),
  })
  .prefault({})

/** With fewer a percentile says nothing. */
const LEAST = 3

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
  },
  async run(raw, { reader, run, signal, now }) {
    const limits = params.parse(raw ?? {})
    if (reader === null) throw new Error('no platform')
    const current = await reader.run(run, signal)
    const jobName = current?.jobName ?? run.jobName
    if (current === null || jobName === null) {
      const sentence = `${reader.platform} knows no run of this alert, so there is nothing to compare.`
      return { outputs: blank(runHistory), findings: [blindly(unseen(runHistory.id, sentence, []))] }
    }
    const all = await reader.runs(jobName, limits.runs + 1, signal)
    const began = timeOf(current)
    const others = all.filter(({ id }) => id !== current.id)
    const later = others.find((one) => timeOf(one) > began && one.state === 'succeeded')
    const lengths = lengthsBefore(current, others)
    const outputs = {
      earlier: lengths.length,
      failed_in_a_row: failuresInARow(current, others, began),
      later_succeeded: later?.id ?? null,
    }
    const mine =
      current.startedAt === null ? null : (current.endedAt ?? now).getTime() - current.startedAt.getTime()
    if (mine === null || lengths.length < LEAST) {
      const sentence = `${plural(lengths.length, 'earlier run')} of ${jobName} to compare with, ${mine === null ? 'and this one has not started' : `too few`}.`
      return {
        outputs: outputsOf(runHistory, { ...outputs, minutes: minutes(mine) }),
        findings: [unseen(runHistory.id, sentence, [])],
      }
    }
    const [p50, p95] = [percentile(lengths, 0.5), percentile(lengths, 0.95)]
    const ratio = mine / Math.max(1, p95)
    const finding: Finding = {
      probe: runHistory.id,
      severity: milder(gradeOf(ratio, limits.ratio), gradeOf((mine - p95) / 60_000, limits.material_min)),
      sentence: `This run of ${jobName} ${current.endedAt === null ? 'has taken' : 'took'} ${span(mine)}; of ${plural(lengths.length, 'earlier run')} half took ${span(p50)} or less, 95 % ${span(p95)} or less.`,
      evidence: [
        { text: `this run ${mine} ms; p50 ${p50} ms, p95 ${p95} ms of ${lengths.length}`, from: 'earlier runs', link: current.link },
      ],
      link: current.link,
      confidence: lengths.length >= 10 ? 'high' : 'medium',
      unreached: [],
    } // prettier-ignore
    return {
      outputs: outputsOf(runHistory, {
        ...outputs,
        minutes: minutes(mine),
        p50_minutes: minutes(p50),
        p95_minutes: minutes(p95),
        ratio: Number(ratio.toFixed(2)),
      }),
      findings: [finding],
    }
  },
}

/** Milliseconds that earlier runs of the same job took, as far as they were not ended early. */
export async function earlierLengths(
  reader: PlatformReader,
  run: Run,
  limit: number,
  signal: AbortSignal,
): Promise<number[]> {
  const current = await reader.run(run, signal)
  const jobName = current?.jobName ?? run.jobName
  if (current === null || jobName === null) return []
  return lengthsBefore(current, await reader.runs(jobName, limit + 1, signal))
}

function lengthsBefore(current: PlatformRun, all: readonly PlatformRun[]): number[] {
  const began = timeOf(current)
  return all
    .filter(
      (one) =>
        one.id !== current.id && timeOf(one) < began && one.state !== 'failed' && one.state !== 'cancelled',
    )
    .flatMap((one) => lengthMs(one) ?? [])
}

function timeOf({ submittedAt, startedAt }: PlatformRun): number {
  return (submittedAt ?? startedAt)?.getTime() ?? 0
}

function lengthMs({ startedAt, endedAt }: PlatformRun): number | null {
  return startedAt === null || endedAt === null ? null : Math.max(0, endedAt.getTime() - startedAt.getTime())
}

function minutes(ms: number | null): number | null {
  return ms === null ? null : Number((ms / 60_000).toFixed(1))
}

/** The value that a share of the others does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** From this run backwards, as long as each one failed. */
function failuresInARow(current: PlatformRun, others: readonly PlatformRun[], began: number): number {
  if (current.state !== 'failed') return 0
  const before = others.filter((one) => timeOf(one) < began).sort((a, b) => timeOf(b) - timeOf(a))
  const firstGood = before.findIndex(({ state }) => state !== 'failed')
  return 1 + (firstGood < 0 ? before.length : firstGood)
}

// How long a run takes against earlier runs of its job, with the times of each to check by. Pure.
import { type Evidence, type Finding, type Outputs, gradeOf, milder } from '../model.ts'
import type { PlatformRun } from '../../ports.ts'
import { evidence, plural, span, unseen } from '../probes/support.ts'
import { LEAST_RUNS } from './compare.ts'
import type { Length } from './lengths.ts'
import type { HistoryLimits } from './limits.ts'
import { ranked } from './percentile.ts'
import type { About } from './say.ts'

/** Graded by the milder of how many times as long it is, and by how many minutes. `lengths` are of the earlier runs. */
export function compareLength(
  { probe, jobName, now }: About,
  current: PlatformRun,
  lengths: readonly Length[],
  limits: Pick<HistoryLimits, 'ratio' | 'materialMin'>,
): { readonly outputs: Outputs; readonly finding: Finding } {
  const mine =
    current.startedAt === null ? null : (current.endedAt ?? now).getTime() - current.startedAt.getTime()
  const p50 = ranked(lengths, ({ ms }) => ms, 0.5)
  const p95 = ranked(lengths, ({ ms }) => ms, 0.95)
  if (mine === null || lengths.length < LEAST_RUNS || p50 === undefined || p95 === undefined) {
    const sentence = `${plural(lengths.length, 'earlier run')} of ${jobName} to compare with, ${mine === null ? 'and this one has not started' : `too few`}.`
    return {
      outputs: { minutes: minutes(mine) },
      finding: { ...unseen(probe, sentence, []), link: current.link },
    }
  }
  const ratio = mine / Math.max(1, p95.ms)
  const own = `this run; p50 ${p50.ms} ms, p95 ${p95.ms} ms of the ${lengths.length} earlier ones`
  const rest = lengths.filter((one) => one !== p50 && one !== p95)
  return {
    outputs: {
      minutes: minutes(mine),
      p50_minutes: minutes(p50.ms),
      p95_minutes: minutes(p95.ms),
      ratio: Number(ratio.toFixed(2)),
    },
    finding: {
      probe,
      severity: milder(gradeOf(ratio, limits.ratio), gradeOf((mine - p95.ms) / 60_000, limits.materialMin)),
      sentence: `This run of ${jobName} ${current.endedAt === null ? 'has taken' : 'took'} ${span(mine)}; of ${plural(lengths.length, 'earlier run')} half took ${span(p50.ms)} or less, 95 % ${span(p95.ms)} or less.`,
      evidence: [
        timesOf(current, mine, own, now),
        timesOf(p50.run, p50.ms, p95 === p50 ? 'p50 and p95' : 'p50', now),
        ...(p95 === p50 ? [] : [timesOf(p95.run, p95.ms, 'p95', now)]),
        ...rest.map((one) => timesOf(one.run, one.ms, 'another', now)),
      ],
      link: current.link,
      confidence: lengths.length >= 10 ? 'high' : 'medium',
      unreached: [],
    },
  }
}

/** A run's time, as it can be checked where the platform shows it. */
function timesOf(run: PlatformRun, ms: number, which: string, now: Date): Evidence {
  const end =
    run.endedAt === null ? `counted until ${now.toISOString()}` : `ended ${run.endedAt.toISOString()}`
  const text = `${ms} ms, ${which}; started ${run.startedAt?.toISOString()}, ${end}`
  const by = run.timesBy === undefined ? '' : `; ${run.timesBy}`
  return evidence(text, `run ${run.id}${by}`, run.timesAt ?? run.link)
}

function minutes(ms: number | null): number | null {
  return ms === null ? null : Number((ms / 60_000).toFixed(1))
}

// What one run of a job did, in figures that can be held against those of its other runs. Pure.
import type { PlatformRun, SparkApplication, SparkExecutor, SparkStage } from '../../ports.ts'

/** A run, and what was read of it; null is what could not be read. */
export interface RunFigures {
  readonly run: PlatformRun
  readonly app: SparkApplication
  /** Bytes that its stages read from outside of Spark. */
  readonly inputBytes: number | null
  /** Bytes that its stages wrote to shuffles and read from them, together. */
  readonly shuffleBytes: number | null
  /** Executors that it had at one time, at most. */
  readonly executors: number | null
  readonly stages: readonly TimedStage[] | null
}

/** A stage with all its attempts. */
export interface TimedStage {
  readonly id: number
  readonly name: string
  /** In the order of their attempts. */
  readonly attempts: readonly SparkStage[]
  /** From submission to end, over its attempts; null where none was submitted (skipped, or still to come). */
  readonly ms: number | null
  /** An attempt of it runs. */
  readonly active: boolean
}

type Bytes = 'inputBytes' | 'shuffleReadBytes' | 'shuffleWriteBytes'

/** Sum over stages of these totals; of each stage the attempt that moved most counts: another attempt moves the same again. */
export function bytesOf(stages: readonly SparkStage[], kinds: readonly Bytes[]): number {
  const most = new Map<number, number>()
  for (const { id, totals } of stages) {
    const moved = kinds.reduce((sum, kind) => sum + totals[kind], 0)
    most.set(id, Math.max(most.get(id) ?? 0, moved))
  }
  return [...most.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** The most executors that were there at one time, the driver not among them; one that was replaced by another counts once. */
export function peakExecutors(executors: readonly SparkExecutor[]): number {
  const events = executors
    .filter(({ id }) => id !== 'driver')
    .flatMap(({ addedAt, removedAt }) => [
      { at: addedAt?.getTime() ?? Number.NEGATIVE_INFINITY, by: 1 },
      ...(removedAt === null ? [] : [{ at: removedAt.getTime(), by: -1 }]),
    ])
    .sort((a, b) => (a.at === b.at ? a.by - b.by : a.at < b.at ? -1 : 1))
  let now = 0
  let peak = 0
  for (const { by } of events) {
    now += by
    peak = Math.max(peak, now)
  }
  return peak
}

/** Stages in the order of their ids, which is the order in which Spark planned them. `until`: when what has no end is counted to. */
export function timedStages(all: readonly SparkStage[], until: Date): readonly TimedStage[] {
  const byId = new Map<number, SparkStage[]>()
  for (const stage of all) byId.set(stage.id, [...(byId.get(stage.id) ?? []), stage])
  return [...byId]
    .sort(([a], [b]) => a - b)
    .map(([id, attempts]): TimedStage => {
      const lengths = attempts.flatMap((one) => attemptMs(one, until) ?? [])
      return {
        id,
        name: attempts[0]?.name ?? '',
        attempts: attempts.toSorted((a, b) => a.attempt - b.attempt),
        ms: lengths.length === 0 ? null : lengths.reduce((sum, ms) => sum + ms, 0),
        active: attempts.some(({ status }) => status === 'ACTIVE'),
      }
    })
}

/** From submission to end of one attempt; null where it was not submitted. */
export function attemptMs({ submittedAt, completedAt }: SparkStage, until: Date): number | null {
  return submittedAt === null ? null : Math.max(0, (completedAt ?? until).getTime() - submittedAt.getTime())
}

// How long earlier runs of a job took: those that began before this one and were not ended early. Pure but for one reading.
import type { Run } from '../../alerts/model.ts'
import type { PlatformReader, PlatformRun } from '../../ports.ts'

/** A run that ended, and its milliseconds. */
export interface Length {
  readonly run: PlatformRun
  readonly ms: number
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
  return lengthsBefore(current, await reader.runs(jobName, limit + 1, signal)).map(({ ms }) => ms)
}

/** Newest first. */
export function lengthsBefore(current: PlatformRun, all: readonly PlatformRun[]): Length[] {
  const began = timeOf(current)
  return all
    .filter((one) => one.id !== current.id && timeOf(one) < began && isGood(one))
    .flatMap((run) => {
      const ms = lengthMs(run)
      return ms === null ? [] : [{ run, ms }]
    })
    .toSorted((a, b) => timeOf(b.run) - timeOf(a.run))
}

/** It was not ended early, as far as its platform tells. */
export function isGood({ state }: PlatformRun): boolean {
  return state !== 'failed' && state !== 'cancelled'
}

/** When it was handed in, else when it began, in milliseconds; 0 where nobody says. */
export function timeOf({ submittedAt, startedAt }: PlatformRun): number {
  return (submittedAt ?? startedAt)?.getTime() ?? 0
}

function lengthMs({ startedAt, endedAt }: PlatformRun): number | null {
  return startedAt === null || endedAt === null ? null : Math.max(0, endedAt.getTime() - startedAt.getTime())
}

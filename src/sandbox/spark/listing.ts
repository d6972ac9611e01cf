// The list of applications of a History Server: which are asked for, and as of when it knows those that run.
import type { ReplayedApplication } from './application.ts'
import { restDate } from './shift.ts'

/** Newest first; `running` or `completed` where that is asked for. */
export function listedBy(all: readonly ReplayedApplication[], status: string | null): ReplayedApplication[] {
  return all
    .filter(({ endedAt }) => status === null || (endedAt === null) === (status === 'running'))
    .reverse()
}

/** A History Server's entry of what runs: its log was read at `at`. A driver says its own start instead. */
export function readUntil(body: unknown, at: number): unknown {
  if (typeof body !== 'object' || body === null || !('attempts' in body)) return body
  const attempts = (body.attempts as Record<string, unknown>[]).map((one) =>
    one['completed'] === false ? { ...one, lastUpdated: restDate(new Date(at)), lastUpdatedEpoch: at } : one,
  )
  return { ...body, attempts }
}

// Where jobs are broken and looked at: what a standalone cluster and YARN have in common.
import type { PlatformReader } from '../../../src/ports.ts'
import type { SparkJob } from './jobs.ts'

/** A job under way. */
export interface Started {
  readonly appId: string
  /** What the service itself can ask there. */
  readonly reader: PlatformReader
  /** A file with the driver's output where the service cannot get at it; null where the platform keeps the log. */
  readonly log: string | null
  /** Resolves when it has ended, whatever its end. */
  readonly ended: Promise<unknown>
  /** Whether the History Server has all of it. */
  kept(): Promise<boolean>
  stop(): Promise<void>
}

export interface Stand {
  readonly jobsAtATime: number
  /** Why this job cannot be run here; null where it can. */
  lacks(job: SparkJob): string | null
  start(job: SparkJob): Promise<Started>
  stop(): Promise<void>
}

/** One compiler thread and the serial collector start and end soonest: two cores are shared with the tests. */
export const LEAN = '-XX:+UseSerialGC -XX:TieredStopAtLevel=1'

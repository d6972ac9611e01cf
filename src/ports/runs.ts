// What a platform tells of the run of a job and of what it runs in.
import type { DataDates } from '../alerts/data-dates.ts'

/** One container of a run, alive or ended: a pod's main container, a YARN container. */
export interface RunContainer {
  /** As the platform names it: the pod, the container id. */
  readonly id: string
  readonly role: 'driver' | 'executor' | 'other'
  readonly state: 'waiting' | 'running' | 'ended' | 'unknown'
  /** The platform's word for why it waits or ended: `OOMKilled`, `ImagePullBackOff`, `Evicted`. */
  readonly reason: string | null
  readonly message: string | null
  readonly exitCode: number | null
  readonly restarts: number
  readonly node: string | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly memoryLimitBytes: number | null
  /** Where its state stands in figures. */
  readonly link: string
  /** Where it stands with all the others of its run, so that they can be counted. */
  readonly listedAt: string
}

/** Something that the platform noted about a run or what it runs on. */
export interface PlatformEvent {
  readonly at: Date | null
  /** What it speaks of: a pod, a node, a cluster. */
  readonly about: string
  readonly reason: string
  readonly text: string
  readonly count: number
  readonly warning: boolean
  /** Where it stands, with its count. */
  readonly link: string
}

/** What of a run's making may differ from its last good one. */
export type RunTrait =
  'commit' | 'image' | 'spark_version' | 'runtime' | 'node_type' | 'nodes' | 'definition' | 'parameters'

/** `retrying`: an attempt ended badly and the platform itself makes another. */
export type RunState = 'queued' | 'running' | 'retrying' | 'succeeded' | 'failed' | 'cancelled' | 'unknown'

/** Who said something about a failure: the same words mean another thing in the driver than in a task. */
export type SaidBy = 'driver' | 'executor' | 'task' | 'stage' | 'container' | 'platform'

/** What somebody said of a run's end or its waiting. Not redacted yet. */
export interface RunWords {
  readonly text: string
  readonly from: string
  readonly place: SaidBy
  /** Where it stands, where the run's own page does not show it. */
  readonly link?: string
}

/** What a platform keeps of one run of a job, in its own words. */
export interface PlatformRun {
  /** As the platform names it: an application id, a Databricks run id, a step id. */
  readonly id: string
  /** Where it stands under a name that another may bear later, said so that no other is meant: `etl/orders@5f0c2a91`. */
  readonly place?: string
  readonly jobName: string | null
  readonly state: RunState
  /** The platform's own word or words for it. */
  readonly stateText: string
  /** The attempt that this speaks of, from 1; null where the platform does not count. */
  readonly attempt: number | null
  readonly maxAttempts: number | null
  readonly submittedAt: Date | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** When it was last begun anew under the same id, where the platform repairs runs and has repaired this one. */
  readonly repairedAt?: Date
  /** Spark's own id, where the platform says which. */
  readonly applicationId: string | null
  readonly queue: string | null
  readonly user: string | null
  /** What is said of its end or its waiting: diagnostics, termination reasons, error texts. */
  readonly words: readonly RunWords[]
  /** Where the platform was asked in vain for more words, for honesty in findings. */
  readonly unreached?: readonly string[]
  /** How it was made, as far as the platform says; short texts, to be compared with other runs of the job. */
  readonly traits?: Readonly<Partial<Record<RunTrait, string>>>
  /** Why its platform can run none of its kind once more: `it is a batch, and ...`. Absent where nothing says so. */
  readonly notAgain?: string
  /** The key that it was asked for under, where the platform keeps and shows it. */
  readonly key?: string
  /** Of which data it is, as far as what it was given says so. */
  readonly dates?: DataDates
  /** A page for people. */
  readonly link: string
  /** Where its times stand in figures, where an address does. */
  readonly timesAt?: string
  /** The command of the platform's own tool that prints them, where no address does. */
  readonly timesBy?: string
}

/** The end of a log, as many bytes as were asked for at most. */
export interface LogTail {
  readonly text: string
  readonly whose: 'driver' | 'executor'
  /** Earlier lines were left out. */
  readonly cut: boolean
  /** For people: which log this is. */
  readonly from: string
  readonly link: string | null
}

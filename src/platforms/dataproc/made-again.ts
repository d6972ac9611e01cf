// What a job of Dataproc was made of, as it is submitted once more: without what Google adds to it. Pure.
import * as z from 'zod'
import { type JobInfo, jobSchema } from './schema.ts'
import { nameOfJob } from './status.ts'

/** The kinds of work that a job may be. */
const KINDS = ['sparkJob', 'pysparkJob', 'sparkSqlJob', 'sparkRJob', 'hadoopJob', 'hiveJob', 'pigJob', 'prestoJob', 'trinoJob', 'flinkJob'] as const // prettier-ignore
const as = z.record(z.string(), z.unknown()).optional()

/** A job whole: what is read of it, and beside it what is not. */
export const madeSchema = z.looseObject({
  placement: z.object({ clusterName: z.string(), clusterLabels: z.unknown().optional() }),
  labels: z.record(z.string(), z.string()).default({}),
  scheduling: as,
  driverSchedulingConfig: as,
  ...Object.fromEntries(KINDS.map((kind) => [kind, as])),
})
export type MadeJob = z.output<typeof madeSchema>

/**
 * The job as `jobs:submit` takes it. Its name is what its runs are known by: one that only its id told goes on as the
 * label `job_name`, since the new job has an id of its own.
 */
export function madeAgain(made: MadeJob, normalise: (name: string) => string): Record<string, unknown> {
  const { placement, scheduling, driverSchedulingConfig } = made
  const work = KINDS.flatMap((kind) => (made[kind] === undefined ? [] : [[kind, made[kind]]]))
  const named = labelled(jobSchema.parse(made), normalise)
  // Google's own labels are not to be set.
  const labels = Object.entries({ ...named, ...made.labels }).filter(([name]) => !name.startsWith('goog-'))
  return {
    placement: {
      clusterName: placement.clusterName,
      ...(placement.clusterLabels === undefined ? {} : { clusterLabels: placement.clusterLabels }),
    },
    ...Object.fromEntries(work),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...(scheduling === undefined ? {} : { scheduling }),
    ...(driverSchedulingConfig === undefined ? {} : { driverSchedulingConfig }),
  }
}

function labelled(job: JobInfo, normalise: (name: string) => string): Record<string, string> {
  const { jobId } = job.reference
  const name = normalise(jobId)
  const byIdAlone = nameOfJob(job) === jobId
  return byIdAlone && /^[a-z0-9_-]{1,63}$/.test(name) ? { job_name: name } : {}
}

// What a job of Dataproc was made of, as it is submitted once more: without what Google adds to it. Pure.
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { type JobInfo, jobSchema } from './schema.ts'
import { KEY_LABEL, nameOfJob } from './status.ts'

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
 * The job as `jobs:submit` takes it, with the key as a label by which it is found again. Its name is what its runs are
 * known by: one that only its id told goes on as the label `job_name`, or where labels cannot say it in the new id.
 */
export function madeAgain(
  made: MadeJob,
  key: string,
  normalise: (name: string) => string,
): Record<string, unknown> {
  const { placement, scheduling, driverSchedulingConfig } = made
  const work = KINDS.flatMap((kind) => (made[kind] === undefined ? [] : [[kind, made[kind]]]))
  const { jobId, label } = nameFor(jobSchema.parse(made), key, normalise)
  // Google's own labels are not to be set.
  const labels = Object.entries({ ...label, ...made.labels }).filter(([name]) => !name.startsWith('goog-'))
  return {
    ...(jobId === undefined ? {} : { reference: { jobId } }),
    placement: {
      clusterName: placement.clusterName,
      ...(placement.clusterLabels === undefined ? {} : { clusterLabels: placement.clusterLabels }),
    },
    ...Object.fromEntries(work),
    labels: { ...Object.fromEntries(labels), [KEY_LABEL]: key },
    ...(scheduling === undefined ? {} : { scheduling }),
    ...(driverSchedulingConfig === undefined ? {} : { driverSchedulingConfig }),
  }
}

/** Google's bound. */
const MAX_ID = 100

interface Name {
  readonly label?: Readonly<Record<string, string>>
  readonly jobId?: string
}

/** What tells the name of a job that only its id has told; neither where nothing can, and Google names it. */
function nameFor(job: JobInfo, key: string, normalise: (name: string) => string): Name {
  const { jobId } = job.reference
  if (nameOfJob(job) !== jobId) return {}
  const name = normalise(jobId)
  if (/^[a-z0-9_-]{1,63}$/.test(name)) return { label: { job_name: name } }
  // Labels have no capitals. What stands behind the name is stripped as what changes from run to run.
  const id = `${name}_${createHash('sha256').update(key).digest('hex').slice(0, 20)}`
  return /^[A-Za-z0-9_-]+$/.test(id) && id.length <= MAX_ID && normalise(id) === name ? { jobId: id } : {}
}

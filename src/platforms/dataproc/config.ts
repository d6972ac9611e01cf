// How Dataproc is written in arrestor.yml: jobs on its clusters, and serverless batches.
import * as z from 'zod'
import { gcsPlace, googleShape } from '../google/config.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

export const configSchema = z.strictObject({
  kind: z.literal('dataproc').describe('what it is'),
  ...googleShape,
  endpoint: url.optional().describe("Dataproc's address where it is not the region's public one"),
  runs: z
    .array(z.enum(['jobs', 'batches']))
    .min(1)
    .default(['jobs', 'batches'])
    .describe(
      'what is looked through: jobs on clusters, serverless batches; each is a permission of its own',
    ),
  logs: z
    .enum(['gcs', 'none'])
    .default('gcs')
    .describe('where the driver’s output and event logs are read from: where Dataproc leaves them in Cloud Storage, or not at all; it tells executors and stages nowhere else'), // prettier-ignore
  event_log: gcsPlace
    .optional()
    .describe('where Spark writes event logs (spark.eventLog.dir), if a job or its cluster does not say it itself'), // prettier-ignore
  actions: z
    .array(z.enum(['application.kill', 'run.rerun']))
    .default([])
    .describe(
      'what may be done: `application.kill` cancels a job or batch, `run.rerun` submits a job that failed once more; nothing, unless it is named here',
    ),
})
export type Config = z.output<typeof configSchema>

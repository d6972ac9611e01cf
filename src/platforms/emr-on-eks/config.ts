// How EMR on EKS is written in arrestor.yml.
import * as z from 'zod'
import { awsShape, s3Place } from '../aws/config.ts'

export const configSchema = z.strictObject({
  kind: z.literal('emr-on-eks').describe('what it is'),
  ...awsShape,
  virtual_cluster_ids: z
    .array(z.string().refine((id) => /^[0-9a-z]{1,64}$/.test(id), 'must be an id of a virtual cluster'))
    .min(1)
    .max(20)
    .describe('the virtual clusters whose job runs are read; no other is asked'),
  logs: z
    .enum(['s3', 'none'])
    .default('s3')
    .describe('where driver logs and event logs are read from: where each job run delivers them in S3, or not at all; the service tells executors and stages nowhere else'), // prettier-ignore
  event_log: s3Place
    .optional()
    .describe('where Spark writes event logs (spark.eventLog.dir), if a job run does not say it itself'),
  actions: z
    .array(z.enum(['application.kill', 'run.rerun']))
    .default([])
    .describe(
      'what may be done: `application.kill` cancels a job run, `run.rerun` starts one that failed once more; nothing, unless it is named here',
    ),
})
export type Config = z.output<typeof configSchema>

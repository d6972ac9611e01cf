// How EMR on EC2 is written in arrestor.yml.
import * as z from 'zod'
import { awsShape, s3Place } from '../aws/config.ts'
import { historyShape } from '../spark-rest/history-client.ts'
import { configSchema as yarnSchema } from '../yarn/config.ts'

export const configSchema = z.strictObject({
  kind: z.literal('emr').describe('what it is'),
  ...awsShape,
  clusters: z
    .discriminatedUnion('by', [
      z.strictObject({
        by: z.literal('ids').describe('these clusters and no other'),
        ids: z
          .array(z.string().refine((id) => /^j-[0-9A-Z]{1,40}$/.test(id), 'must be a cluster id, for example j-1ABCDEFGHIJKL'))
          .min(1)
          .max(20)
          .describe('their ids'),
      }),
      z.strictObject({
        by: z.literal('tags').describe('clusters that have all of these tags, for clusters that come and go: the 20 newest, live ones first, ended ones for a week'),
        tags: z.record(z.string().min(1), z.string()).describe('tags by name; none means every cluster of the region'),
      }),
    ])
    .describe('which clusters are read'), // prettier-ignore
  ...historyShape,
  yarn: yarnSchema
    .omit({ kind: true, actions: true, history_url: true, history_auth: true, timeout_ms: true })
    .optional()
    .describe("YARN on the primary node, for live drivers and YARN's own words, where it can be reached"),
  logs: z
    .enum(['s3', 'none'])
    .default('s3')
    .describe("where step logs, driver logs and event logs are read from: the cluster's LogUri and spark.eventLog.dir in S3, or not at all"), // prettier-ignore
  event_log: s3Place
    .optional()
    .describe('where Spark writes event logs (spark.eventLog.dir), if neither step nor cluster say it'),
  actions: z
    .array(z.enum(['application.kill']))
    .default([])
    .describe('what may be done: `application.kill` cancels a step, and with `yarn` kills an application that is named by its id; nothing, unless it is named here'), // prettier-ignore
})
export type Config = z.output<typeof configSchema>

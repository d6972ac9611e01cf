// How an Apache Livy server is written in arrestor.yml.
import * as z from 'zod'
import { authSchema } from '../http/auth.ts'
import { historyShape } from '../spark-rest/history-client.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/** Without `history_url` Livy tells of states and logs, and nothing of what Spark does inside. */
export const configSchema = z.strictObject({
  kind: z.literal('livy').describe('what it is'),
  livy_url: url.describe('the Livy server, for example http://livy:8998'),
  ...historyShape,
  authorization: z
    .string()
    .min(1)
    .optional()
    .describe('Authorization header for Livy and the History Server, for example basic authentication'),
  requested_by: z
    .string()
    .min(1)
    .default('arrestor')
    .describe('X-Requested-By of every write, which a Livy with protection against forged requests asks for'),
  auth: authSchema.optional(),
  timeout_ms: z.int().min(100).max(60_000).default(5000).describe('how long one request may take'),
  actions: z
    .array(z.enum(['application.kill']))
    .default([])
    .describe('what may be done to batches; nothing, unless it is named here'),
})
export type Config = z.output<typeof configSchema>

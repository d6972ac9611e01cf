// How a YARN cluster is written in arrestor.yml.
import * as z from 'zod'
import { authSchema } from '../http/auth.ts'
import { historyShape } from '../spark-rest/history-client.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/**
 * Only `rm_urls` is needed. Without `history_url` an application that has ended shows no details, only its state
 * and its diagnostics; without `job_history_url` no log of one that has ended; without `actions` nothing can be done.
 */
export const configSchema = z.strictObject({
  kind: z.literal('yarn').describe('what it is'),
  rm_urls: z
    .array(url)
    .min(1)
    .max(8)
    .describe(
      'web interfaces of the ResourceManagers, for example http://rm1:8088; of several the active one is asked, and no other address that a standby names',
    ),
  ...historyShape,
  job_history_url: url
    .optional()
    .describe(
      'web interface of the MapReduce JobHistoryServer, for example http://mr-history:19888, which serves the aggregated logs of applications that have ended',
    ),
  proxy: z
    .enum(['rm', 'none'])
    .default('rm')
    .describe(
      "where live driver UIs are: behind the ResourceManager's proxy (/proxy/<application id>/), or not reachable",
    ),
  node_logs: z
    .boolean()
    .default(true)
    .describe(
      'read logs of live containers from the NodeManagers, at the addresses that the ResourceManager tells',
    ),
  queue: z
    .string()
    .min(1)
    .optional()
    .describe('look for job names in this queue alone, and count what waits in it alone'),
  authorization: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Authorization header for the servers named here, for example for a gateway; never sent to a NodeManager',
    ),
  user_name: z
    .string()
    .refine((name) => /^[A-Za-z0-9_][A-Za-z0-9_.@/-]*$/.test(name), 'must be a user name')
    .optional()
    .describe("simple authentication: the user to be, sent as user.name to Hadoop's servers"),
  delegation_token: z
    .string()
    .min(1)
    .optional()
    .describe(
      'a delegation token of the ResourceManager, sent to it as X-Hadoop-Delegation-Token; it ends after seven days at most',
    ),
  auth: authSchema.optional(),
  timeout_ms: z.int().min(100).max(60_000).default(5000).describe('how long one request may take'),
  actions: z
    .array(z.enum(['application.kill']))
    .default([])
    .describe('what may be done to this cluster; nothing, unless it is named here'),
})
export type Config = z.output<typeof configSchema>

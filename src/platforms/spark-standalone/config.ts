// How a standalone Spark cluster is written in arrestor.yml.
import * as z from 'zod'
import { authSchema } from '../http/auth.ts'
import { historyShape } from '../spark-rest/history-client.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/**
 * Only `master_url` is needed. Without `history_url` an application that has ended shows no details, only its
 * state; without `actions` nothing can be done to Spark.
 */
export const configSchema = z.strictObject({
  kind: z.literal('spark-standalone').describe('what it is'),
  master_url: url.describe('web interface of the master, for example http://spark-master:8080'),
  ...historyShape,
  driver_ui: z
    .union([z.enum(['linked', 'none']), z.string().regex(/^https?:\/\/.*\{app_id\}/)])
    .default('linked')
    .describe(
      "where live driver UIs are: as the master's page links them, at an address made from the application's id (http://gateway/proxy/{app_id}), or not reachable",
    ),
  // An application chooses the address it gives to the master.
  driver_ui_hosts: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'hosts that a linked driver UI or a worker may be at, exact or *.example.com; name them where the applications are not yours (default: any host)',
    ),
  authorization: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Authorization header for the master and the History Server; never sent to a driver UI or worker at an address of its own, but a master with spark.ui.reverseProxy hands it on to those behind it',
    ),
  auth: authSchema.optional(),
  timeout_ms: z.int().min(100).max(60_000).default(5000).describe('how long one request may take'),
  actions: z
    .array(z.enum(['application.kill']))
    .default([])
    .describe('what may be done to this cluster; nothing, unless it is named here'),
})
export type Config = z.output<typeof configSchema>

// How a standalone Spark cluster is written in arrestor.yml.
import * as z from 'zod'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/**
 * Only `master_url` is needed. Without `history_url` an application that has ended shows no details, only its
 * state; without `actions` nothing can be done to Spark.
 */
export const configSchema = z.strictObject({
  kind: z.literal('spark-standalone'),
  /** Web interface of the master, for example http://spark-master:8080. */
  master_url: url,
  /** Web interface of the History Server, for example http://spark-history:18080. */
  history_url: url.optional(),
  /**
   * Where live driver UIs are: as the master's page links them (default), or at an address made from the id of
   * the application (`http://gateway/proxy/{app_id}`), or not reachable at all.
   */
  driver_ui: z
    .union([z.enum(['linked', 'none']), z.string().regex(/^https?:\/\/.*\{app_id\}/)])
    .default('linked'),
  /**
   * Hosts that a linked driver UI may be at (exact, or `*.example.com`). An application chooses the address it
   * gives to the master, so name them where the applications are not yours. Default: any host.
   */
  driver_ui_hosts: z.array(z.string().min(1)).optional(),
  /** Sent to the master and the History Server, never to a linked driver UI elsewhere. */
  authorization: z.string().min(1).optional(),
  timeout_ms: z.int().min(100).max(60_000).default(5000),
  /** What may be done to this cluster. Nothing, unless it is named here. */
  actions: z.array(z.enum(['application.kill'])).default([]),
})
export type Config = z.output<typeof configSchema>

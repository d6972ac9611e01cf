// How the Prometheus that watches a platform is written in arrestor.yml, under whichever kind of platform.
import * as z from 'zod'

export const prometheusSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine((url) => {
      // That it is no address has been said.
      if (!URL.canParse(url)) return true
      // What is no address at all has been said already.
      const at = URL.parse(url)
      return at === null || (at.username === '' && at.password === '')
    }, 'must hold no credential; put it into authorization')
    .describe(
      'where its API is, a path prefix included; anything that answers /api/v1/query will do (Thanos, Mimir, VictoriaMetrics)',
    ),
  authorization: z
    .string()
    .min(1)
    .optional()
    .describe('Authorization header, for example `Bearer ${PROMETHEUS_TOKEN}`'),
  ca: z
    .string()
    .includes('-----BEGIN CERTIFICATE-----', { error: 'must be a certificate in PEM' })
    .optional()
    .describe(
      'certificate authority to trust beside the known ones, as PEM; `${NAME}` with NAME_FILE reads a file',
    ),
  timeout_ms: z.int().min(100).max(60_000).default(10_000).describe('how long one query may take'),
})
export type PrometheusConfig = z.output<typeof prometheusSchema>

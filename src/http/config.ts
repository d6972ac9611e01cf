// A webhook that actions send, as it stands in arrestor.yml; whom it serves is added where teams are known.
import * as z from 'zod'

export const webhookSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe('where a rollback is asked for; a runbook can name no other address'),
  secret: z
    .string()
    .min(16, 'must have at least 16 characters')
    .describe('key of the HMAC-SHA256 signature in X-Arrestor-Signature'),
  timeout_s: z
    .int()
    .min(1)
    .max(15)
    .default(10)
    .describe('seconds to wait for its answer; without one nobody knows whether it took the request'),
})

/** One webhook of the configuration. */
export type WebhookConfig = z.output<typeof webhookSchema> & {
  /** Whom it serves; absent: all teams. */
  readonly teams?: readonly string[] | undefined
}

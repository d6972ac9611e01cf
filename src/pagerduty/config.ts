// PagerDuty's part of arrestor.yml: one piece for the account, one for each team.
import * as z from 'zod'

const HOSTS = {
  us: { events: 'https://events.pagerduty.com', api: 'https://api.pagerduty.com' },
  eu: { events: 'https://events.eu.pagerduty.com', api: 'https://api.eu.pagerduty.com' },
} as const

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/** The account. Addresses follow from the region unless they are given (a relay, the sandbox). */
export const pagerDutySchema = z.strictObject({
  region: z.enum(['us', 'eu']).default('us').describe('Where the account lives; the wrong one shows as 401'),
  events_url: url.optional().describe('Where events go, without /v2/enqueue'),
  api_url: url.optional().describe('Where the REST API is'),
  api_token: z
    .string()
    .min(1)
    .optional()
    .describe('REST API key; without it pages still go out, but are neither confirmed nor read back'),
  webhook_secrets: z
    .array(z.string().min(1))
    .default([])
    .describe('Secrets of the webhook subscription; two while one is being rotated'),
})

/** A team's PagerDuty service. */
export const teamPagerDutySchema = z.strictObject({
  routing_key: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'must be the 32 letters and digits of an Events API v2 integration key')
    .describe('Integration key (Events API v2) of the service; a credential'),
  service_id: z
    .string()
    .regex(/^[A-Z0-9]{4,}$/, 'must be a PagerDuty id such as PABC123')
    .optional()
    .describe('Id of the same service, for reconciliation'),
})

export type PagerDutyConfig = z.infer<typeof pagerDutySchema>
export type TeamPagerDutyConfig = z.infer<typeof teamPagerDutySchema>

/** The addresses in force: given ones first, else those of the region. No trailing slash. */
export function addressesOf(config: PagerDutyConfig): { eventsUrl: string; apiUrl: string } {
  const hosts = HOSTS[config.region]
  return {
    eventsUrl: (config.events_url ?? hosts.events).replace(/\/+$/, ''),
    apiUrl: (config.api_url ?? hosts.api).replace(/\/+$/, ''),
  }
}

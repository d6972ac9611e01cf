// PagerDuty's part of arrestor.yml: one piece for the account, one for each team.
import * as z from 'zod'

const HOSTS = {
  us: { events: 'https://events.pagerduty.com', api: 'https://api.pagerduty.com' },
  eu: { events: 'https://events.eu.pagerduty.com', api: 'https://api.eu.pagerduty.com' },
} as const

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/** The account. Addresses follow from the region unless they are given (a relay, the sandbox). */
export const pagerDutySchema = z.strictObject({
  region: z.enum(['us', 'eu']).default('us').describe('where the account lives; the wrong one shows as 401'),
  events_url: url
    .optional()
    .describe('where events go, without /v2/enqueue (default: by region; PAGERDUTY_EVENTS_URL goes first)'),
  api_url: url
    .optional()
    .describe('where the REST API is (default: by region; PAGERDUTY_API_URL goes first)'),
  api_token: z
    .string()
    .min(1)
    .optional()
    .describe('REST API key, or PAGERDUTY_API_TOKEN; `arrestor doctor` asks with it, pages need none'),
  webhook_secrets: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'secrets of the webhook subscription, two while one is being rotated; without them PagerDuty’s changes do not flow back',
    ),
})

/** A team's PagerDuty service. */
export const teamPagerDutySchema = z.strictObject({
  routing_key: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'must be the 32 letters and digits of an Events API v2 integration key')
    .describe('integration key (Events API v2) of the service; a credential'),
  service_id: z
    .string()
    .regex(/^[A-Z0-9]{4,}$/, 'must be a PagerDuty id such as PABC123')
    .optional()
    .describe('id of the same service; not used yet'),
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

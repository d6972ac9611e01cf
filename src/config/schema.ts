// The whole of arrestor.yml as one schema, composed from the pieces that the rooms export.
import * as z from 'zod'
import { JobNamesSchema, RoutingSchema } from '../alerts/config.ts'
import { EscalationSchema } from '../escalation/policy.ts'
import { pagerDutySchema, teamPagerDutySchema } from '../pagerduty/config.ts'
import { platformConfigSchema } from '../platforms/registry.ts'
import { ROLES } from '../remediation/roles.ts'

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and hyphens')
const SlackChannel = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,20}$/, 'a Slack channel id such as C0123ABCD (channel details, at the bottom)')
const SlackPerson = z
  .string()
  .regex(/^[USW][A-Z0-9]{2,20}$/, 'a Slack user id (U...) or user group id (S...)')
const Secret = z.string().min(1, 'a secret that is not empty')

const TeamSchema = z.strictObject({
  channel: SlackChannel.describe('where cards are posted'),
  responders: z
    .array(SlackPerson)
    .default([])
    .describe('may acknowledge, resolve and run what needs a responder'),
  commanders: z.array(SlackPerson).default([]).describe('may run everything'),
  escalation: Name.default('default').describe('the policy for runbooks that name none'),
  platforms: z.array(Name).default([]),
  pagerduty: teamPagerDutySchema.optional(),
  second_route: z
    .union([z.strictObject({ slack: SlackChannel }), z.strictObject({ webhook: z.literal(true) })])
    .optional()
    .describe('where a page goes that PagerDuty does not take'),
})

const CredentialSchema = z.strictObject({
  name: Name,
  token: Secret,
  teams: z.array(Name).optional().describe('may speak for these teams only'),
  platforms: z.array(Name).optional().describe('may speak for these platforms only'),
})

export const ConfigSchema = z.strictObject({
  service: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('where people reach this service'),
      host: z.string().default('0.0.0.0'),
    })
    .prefault({}),
  teams: z.record(Name, TeamSchema).refine((teams) => Object.keys(teams).length > 0, 'at least one team'),
  routing: RoutingSchema,
  job_names: JobNamesSchema.prefault({}),
  platforms: z.record(Name, platformConfigSchema).default({}),
  actions: z
    .record(z.string(), z.strictObject({ requires: z.enum(ROLES) }))
    .default({})
    .describe("the operator's floor per action"),
  escalation: EscalationSchema,
  runbooks: z.strictObject({ folders: z.array(z.string().min(1)).min(1).default(['runbooks']) }).prefault({}),
  pagerduty: pagerDutySchema.prefault({}),
  webhooks: z.record(Name, z.strictObject({ credentials: z.array(CredentialSchema).min(1) })).default({}),
  api: z
    .strictObject({
      tokens: z
        .array(z.strictObject({ name: Name, token: Secret, teams: z.array(Name).optional() }))
        .default([]),
    })
    .prefault({}),
  events: z
    .strictObject({
      webhooks: z
        .array(
          z.strictObject({
            url: z.url({ protocol: /^https?$/ }),
            secret: Secret,
            teams: z.array(Name).optional(),
          }),
        )
        .default([]),
    })
    .prefault({})
    .describe('outgoing webhooks for versioned events'),
})
export type Config = z.infer<typeof ConfigSchema>

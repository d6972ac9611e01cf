// The whole of arrestor.yml as one schema, composed from the pieces that the rooms export.
import * as z from 'zod'
import { DISCRETION, JobNamesSchema, RoutingSchema } from '../alerts/config.ts'
import { gitSourceSchema } from '../checkout/config.ts'
import { diagnosisSchema } from '../diagnosis/config.ts'
import { EscalationSchema } from '../escalation/policy.ts'
import { pagerDutySchema, teamPagerDutySchema } from '../pagerduty/config.ts'
import { platformConfigSchema } from '../platforms/registry.ts'
import { webhookSchema } from '../http/config.ts'
import { ROLES } from '../remediation/roles.ts'

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and hyphens')
const SlackChannel = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,20}$/, 'a Slack channel id such as C0123ABCD (channel details, at the bottom)')
const SlackPerson = z
  .string()
  .regex(/^[USW][A-Z0-9]{2,20}$/, 'a Slack user id (U...) or user group id (S...)')
/** An empty list would be a credential that may do nothing; whoever writes one most likely means all. */
const SomeNames = z.array(Name).min(1, 'must name at least one; leave the key out for all')
const Secret = z.string().min(1, 'a secret that is not empty')

const TeamSchema = z.strictObject({
  channel: SlackChannel.describe('where cards are posted'),
  responders: z
    .array(SlackPerson)
    .default([])
    .describe('may acknowledge, resolve and run what needs a responder'),
  commanders: z.array(SlackPerson).default([]).describe('may run everything'),
  escalation: Name.default('default').describe('the policy for runbooks that name none'),
  platforms: z.array(Name).default([]).describe('the Spark platforms whose alerts may be its own'),
  pagerduty: teamPagerDutySchema.optional().describe('without it the team is never paged'),
  second_route: z
    .union([
      z.strictObject({ slack: SlackChannel.describe('post it in this channel') }),
      z.strictObject({
        webhook: z.literal(true).describe('leave it to page.undelivered.v1 of the outgoing webhooks'),
      }),
    ])
    .optional()
    .describe('where a page goes that PagerDuty does not take'),
  resolve_by_next_run: z
    .boolean()
    .default(true)
    .describe('a later successful run of the job resolves its incidents'),
  ...DISCRETION,
})

const CredentialSchema = z.strictObject({
  name: Name.describe('how decisions and logs name this sender'),
  token: Secret.describe('sent as `Authorization: Bearer`, or as the password of Basic'),
  teams: SomeNames.optional().describe('may speak for these teams only'),
  platforms: SomeNames.optional().describe('may speak for these platforms only'),
})

export const ConfigSchema = z.strictObject({
  service: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('where people reach this service'),
      host: z.string().default('0.0.0.0').describe('the address to listen on; the port is PORT (3000)'),
    })
    .prefault({})
    .describe('this service itself'),
  teams: z
    .record(Name, TeamSchema)
    .refine((teams) => Object.keys(teams).length > 0, 'at least one team')
    .describe('the tenants: who is reached where'),
  routing: RoutingSchema.describe('whose an alert is'),
  job_names: JobNamesSchema.prefault({}).describe('how job names are normalised'),
  platforms: z
    .record(Name, platformConfigSchema)
    .default({})
    .describe('the Spark installations to read from, and to act on where allowed'),
  actions: z
    .record(
      z.string(),
      z.strictObject({ requires: z.enum(ROLES).describe('the least role that may run it') }),
    )
    .default({})
    .describe("the operator's floor per action"),
  diagnosis: diagnosisSchema.prefault({}).describe('from when on findings are grave'),
  escalation: EscalationSchema.describe('policies by name: who is reached when'),
  runbooks: z
    .strictObject({
      folders: z
        .array(
          z.union([
            z.string().min(1),
            z.strictObject({
              path: z.string().min(1).describe('the folder'),
              team: Name.describe('only for this team; its runbooks go before shared ones'),
            }),
          ]),
        )
        .default(['runbooks'])
        .describe('folders of Markdown files, followed as they change: for all teams, or `{ path, team }`'),
      git: z.array(gitSourceSchema).default([]).describe('repositories of runbooks, followed at a ref'),
      webhook_secrets: z
        .array(Secret)
        .default([])
        .describe('secrets of the repositories’ push webhooks; several while one is replaced'),
    })
    .refine(({ folders, git }) => folders.length + git.length > 0, 'at least one folder or repository')
    .prefault({})
    .describe('where runbooks are'),
  pagerduty: pagerDutySchema.prefault({}).describe('the PagerDuty account'),
  webhooks: z
    .record(Name, z.strictObject({ credentials: z.array(CredentialSchema).min(1).describe('who may send') }))
    .default({})
    .describe(
      'who may send: alert sources by name (alertmanager), and deploy markers (deploy); without credentials nothing is taken',
    ),
  api: z
    .strictObject({
      tokens: z
        .array(
          z.strictObject({
            name: Name.describe('what the token is for'),
            token: Secret.describe('sent as `Authorization: Bearer`'),
            teams: SomeNames.optional().describe('sees these teams only'),
          }),
        )
        .default([])
        .describe('who may read'),
    })
    .prefault({})
    .describe('access to /api/v1'),
  events: z
    .strictObject({
      webhooks: z
        .array(
          z.strictObject({
            url: z.url({ protocol: /^https?$/ }).describe('where events are posted'),
            secret: Secret.describe('key of the HMAC-SHA256 signature in X-Arrestor-Signature'),
            teams: SomeNames.optional().describe('the events of these teams only'),
          }),
        )
        .default([])
        .describe('subscribers'),
    })
    .prefault({})
    .describe('outgoing webhooks for versioned events'),
  rollback: z
    .strictObject({
      webhooks: z
        .record(
          Name,
          webhookSchema.extend({ teams: SomeNames.optional().describe('serves these teams only') }),
        )
        .default({})
        .describe('deployment pipelines that take a signed request (rollback.md)'),
    })
    .prefault({})
    .describe('going back after a bad deployment'),
})
export type Config = z.infer<typeof ConfigSchema>

// How a Databricks workspace is written in arrestor.yml.
import * as z from 'zod'
import { s3Schema } from '../aws/config.ts'

const secret = z.string().min(1)

const authSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('oauth').describe('a service principal of Databricks, with a secret of its own'),
      client_id: z.string().min(1).describe("the service principal's application id"),
      client_secret: secret.describe('its OAuth secret, as `${NAME}`'),
    }),
    z.strictObject({
      type: z.literal('entra').describe('a service principal of Microsoft Entra ID (Azure Databricks)'),
      tenant_id: z
        .string()
        .refine((id) => /^[A-Za-z0-9][A-Za-z0-9.-]{0,253}$/.test(id), 'must be a tenant id or domain')
        .describe('directory (tenant) id'),
      client_id: z.string().min(1).describe('application (client) id'),
      client_secret: secret.describe('a secret of the application, as `${NAME}`'),
      login_url: z
        .url({ protocol: /^https?$/, error: 'must be an http or https address' })
        .default('https://login.microsoftonline.com')
        .describe("where Entra ID is; another cloud's where yours is not the public one"),
    }),
    z.strictObject({
      type: z.literal('token').describe('a personal access token; it acts as the person who made it'),
      token: secret.describe('the token, as `${NAME}`'),
    }),
  ])
  .describe('who we are to the workspace')

/** Without `actions` nothing can be done; a reading principal needs "can view" on the jobs it is asked about. */
export const configSchema = z.strictObject({
  kind: z.literal('databricks').describe('what it is'),
  host: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine((url) => {
      const at = URL.parse(url)
      return (
        at === null || (at.username === '' && at.password === '' && at.pathname === '/' && at.search === '')
      )
    }, 'must be the address of the workspace alone, for example https://dbc-1234.cloud.databricks.com')
    .describe('address of the workspace'),
  auth: authSchema,
  logs: z
    .enum(['delivered', 'none'])
    .default('delivered')
    .describe(
      'where driver logs and event logs are read from: where each cluster delivers them to (DBFS, a volume, or S3 with `s3`), or not at all; Databricks tells executors and stages nowhere else',
    ),
  s3: s3Schema
    .optional()
    .describe('S3, where clusters deliver their logs there; without it those are not read'),
  timeout_ms: z.int().min(100).max(60_000).default(10_000).describe('how long one request may take'),
  actions: z
    .array(z.enum(['application.kill', 'run.rerun']))
    .default([])
    .describe(
      'what may be done: `application.kill` cancels a run, `run.rerun` repairs a failed run of a job; nothing, unless it is named here',
    ),
})
export type Config = z.output<typeof configSchema>

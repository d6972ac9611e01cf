// What every platform on Google Cloud is configured with: a project, a region, who we are, other addresses.
import * as z from 'zod'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

const auth = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('default')
        .describe(
          "Google's own chain: GOOGLE_APPLICATION_CREDENTIALS, gcloud's file, the metadata server (workload identity)",
        ),
    }),
    z.strictObject({
      type: z.literal('key_file').describe('a file of credentials: a service account or a workload identity federation'), // prettier-ignore
      path: z.string().min(1).describe('the file'),
    }),
  ])
  .default({ type: 'default' })
  .describe('who we are to Google')

/** To be spread into the strict object of a kind. */
export const googleShape = {
  project: z
    .string()
    .refine(
      (id) => /^(?:[a-z][a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(id),
      'must be a project id',
    ) // prettier-ignore
    .describe('the project'),
  region: z
    .string()
    .refine((name) => /^[a-z]+-[a-z]+\d{1,2}$/.test(name), 'must be a region, for example europe-west1')
    .describe('the region'),
  auth,
  storage_endpoint: url.optional().describe('the address of Cloud Storage where it is not the public one'),
  timeout_ms: z.int().min(100).max(60_000).default(10_000).describe('how long one request may take'),
} as const

const googleSchema = z.strictObject(googleShape)
export type GoogleConfig = z.output<typeof googleSchema>

/** A place in Cloud Storage, as configurations of Spark write it too. */
export const gcsPlace = z
  .string()
  .refine((text) => /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](?:\/\S*)?$/.test(text), 'must be a place in Cloud Storage, for example gs://bucket/logs') // prettier-ignore

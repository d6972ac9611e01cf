// What every platform on AWS is configured with: a region, who we are, other addresses, how long a request may take.
import * as z from 'zod'

const secret = z.string().min(1)
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

const region = z
  .string()
  .refine((name) => /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(name), 'must be a region, for example eu-west-1')
  .describe('the AWS region')

const auth = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('default')
        .describe(
          "AWS's own chain: environment, web identity (IRSA), container, instance profile, shared configuration files",
        ),
    }),
    z.strictObject({
      type: z
        .literal('profile')
        .describe('a profile of the shared configuration files; one with role_arn assumes that role'),
      profile: z.string().min(1).describe('its name'),
    }),
    z.strictObject({
      type: z.literal('keys').describe('an access key'),
      access_key_id: z.string().min(1).describe('its id'),
      secret_access_key: secret.describe('its secret, as `${NAME}`'),
      session_token: secret.optional().describe('the session token of temporary credentials, as `${NAME}`'),
    }),
  ])
  .default({ type: 'default' })
  .describe('who we are to AWS')

/** To be spread into the strict object of a kind. */
export const awsShape = {
  region,
  auth,
  endpoint: url.optional().describe("the service's address where it is not the public one, for example a VPC endpoint"), // prettier-ignore
  s3_endpoint: url.optional().describe('the address of S3 where it is not the public one; buckets are then named in the path'), // prettier-ignore
  timeout_ms: z.int().min(100).max(60_000).default(10_000).describe('how long one request may take'),
} as const

const awsSchema = z.strictObject(awsShape)
export type AwsConfig = z.output<typeof awsSchema>

/** S3 for a platform that is not of AWS and whose logs lie there. */
export const s3Schema = z.strictObject({
  region,
  auth,
  endpoint: url.optional().describe('the address of S3 where it is not the public one; buckets are then named in the path'), // prettier-ignore
})
export type S3Config = z.output<typeof s3Schema>

/** A place in S3, as configurations of Spark and Hadoop write it too. */
export const s3Place = z
  .string()
  .refine((text) => /^s3[an]?:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/\S*)?$/.test(text), 'must be a place in S3, for example s3://bucket/logs') // prettier-ignore

/** What of it no log may have. */
export function awsSecrets({ auth: of }: Pick<AwsConfig, 'auth'>): readonly string[] {
  return of.type === 'keys'
    ? [of.secret_access_key, ...(of.session_token === undefined ? [] : [of.session_token])]
    : []
}

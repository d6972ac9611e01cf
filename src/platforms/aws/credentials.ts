// Who we are to AWS: a key of the configuration, or what AWS's own chain finds, for the clients of all services.
import type { AwsConfig } from './config.ts'
import type { Credentials } from './client.ts'

/**
 * Credentials by configuration. The chain is the SDK's of the newest client, which knows profiles that assume a role,
 * web identities, containers and instances; it keeps what it found until shortly before it ends.
 */
export function createCredentials({ auth, region }: Pick<AwsConfig, 'auth' | 'region'>): Credentials {
  if (auth.type === 'keys')
    return () =>
      Promise.resolve({
        accessKeyId: auth.access_key_id,
        secretAccessKey: auth.secret_access_key,
        ...(auth.session_token === undefined ? {} : { sessionToken: auth.session_token }),
      })
  let chain: Promise<Credentials> | null = null
  return async () => {
    chain ??= import('@aws-sdk/client-s3').then(
      ({ S3Client }) =>
        new S3Client({ region, ...(auth.type === 'profile' ? { profile: auth.profile } : {}) }).config.credentials, // prettier-ignore
    )
    return (await chain)()
  }
}

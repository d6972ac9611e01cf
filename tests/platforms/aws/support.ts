// Who we are in tests of AWS, and a platform configured so.
import { type Platform } from '../../../src/platforms/platform.ts'
import { platformOf } from '../support.ts'
import type { Identity } from './signature.ts'

export const REGION = 'eu-west-1'
export const IDENTITY: Identity = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/hush+bPxRfi',
  sessionToken: 'hush/session/token==',
}
export const AUTH = {
  type: 'keys',
  access_key_id: IDENTITY.accessKeyId,
  secret_access_key: IDENTITY.secretAccessKey,
  session_token: IDENTITY.sessionToken,
}
/** No message may hold any of them. */
export const SECRETS = /hush|wJalr|session\/token/

/** A platform of this kind whose services are all at one address. */
export function awsPlatform(kind: string, url: string, config: Record<string, unknown>): Platform {
  return platformOf({ kind, region: REGION, auth: AUTH, endpoint: url, s3_endpoint: url, ...config })
}

/** Dates as JSON 1.1 has them: seconds. */
export const seconds = (ms: number): number => ms / 1000
export const MINUTE = 60_000

// Who we are to Google: what its own library finds and renews, waited for no longer than the asker can.
import { ArrestorError, reasonOf } from '../../errors.ts'
import { orAborted } from '../or-aborted.ts'
import type { PlatformDeps } from '../platform.ts'
import type { GoogleConfig } from './config.ts'

/** A bearer token that is good for some minutes. Throws ARR-501 (nobody gives one now) and ARR-506 (we have none to get). */
export type GoogleTokens = (signal: AbortSignal) => Promise<string>

/** IAM says what we may; a narrower scope would be refused by Dataproc. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const WHERE = 'https://oauth2.googleapis.com'

interface Client {
  getAccessToken(): Promise<{ token?: string | null }>
}

/** The library is loaded at the first question: it costs memory that an idle service has not. */
export function createGoogleTokens(
  platform: string,
  { auth, timeout_ms: timeout }: Pick<GoogleConfig, 'auth' | 'timeout_ms'>,
  deps: PlatformDeps,
): GoogleTokens {
  let made: Promise<Client> | null = null

  async function make(): Promise<Client> {
    const { GoogleAuth } = await import('google-auth-library')
    const found = new GoogleAuth({
      scopes: SCOPE,
      ...(auth.type === 'key_file' ? { keyFilename: auth.path } : {}),
      clientOptions: {
        transporterOptions: {
          timeout,
          ...(deps.httpsAgent === undefined ? {} : { agent: deps.httpsAgent }),
        },
      },
    })
    return await found.getClient()
  }

  return async (signal) => {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
    try {
      made ??= make()
      const client = await orAborted(made, deadline)
      const { token } = await orAborted(client.getAccessToken(), deadline)
      if (token) return token
    } catch (error) {
      // What was not found may be there the next time: a file that is mounted late, a metadata server that starts.
      made = null
      if (deadline.aborted)
        throw new ArrestorError('ARR-501', { platform, url: WHERE, why: 'Google gave no token in time' })
      throw refusal(platform, error)
    }
    throw refusal(platform, new Error('Google gave no token'))
  }
}

/** Google's own short words; the rest of its errors may hold what was sent. */
function refusal(platform: string, error: unknown): ArrestorError {
  const status = statusOf(error)
  if (status !== null && (status >= 500 || status === 429))
    return new ArrestorError('ARR-501', { platform, url: WHERE, why: `the giver of tokens answers ${status}` })
  const [line = ''] = reasonOf(error).split('\n')
  return new ArrestorError('ARR-506', { platform, url: WHERE, why: line.slice(0, 200) })
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('status' in error)) return null
  const status = Number(error.status)
  return Number.isInteger(status) ? status : null
}

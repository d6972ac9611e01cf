// Who we are to Google: what its own library finds and renews, waited for no longer than the asker can.
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { orAborted } from '../or-aborted.ts'
import type { PlatformDeps } from '../platform.ts'
import type { GoogleConfig } from './config.ts'

export interface GoogleTokens {
  /** A bearer token that is good for some minutes. Throws ARR-501 (nobody gives one now) and ARR-506 (we have none to get). */
  get(signal: AbortSignal): Promise<string>
  /** Forgets a token that was refused before its time: another is asked for, once for all who hold it. */
  refused(token: string): void
}

/** IAM says what we may; a narrower scope would be refused by Dataproc. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
/** A key is exchanged in tenths of a second; the metadata server of a new pod takes some seconds. */
const TIMEOUT_MS = 10_000
const WHERE = 'https://oauth2.googleapis.com'

/** What Google gives for download: a key, or how another's identity is exchanged (Kubernetes, a CI). */
const fileSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('service_account'),
    client_email: z.string().min(1),
    private_key: z.string().min(1),
    private_key_id: z.string().optional(),
  }),
  z.object({
    type: z.literal('external_account'),
    audience: z.string().min(1),
    subject_token_type: z.string().min(1),
    token_url: z.url(),
    service_account_impersonation_url: z.url().optional(),
    credential_source: z.union([z.looseObject({ file: z.string() }), z.looseObject({ url: z.url() })]),
  }),
])

interface Client {
  getAccessToken(): Promise<{ token?: string | null }>
}

/** The library is loaded at the first question: it costs memory that an idle service has not. */
export function createGoogleTokens(
  platform: string,
  { auth }: Pick<GoogleConfig, 'auth'>,
  deps: PlatformDeps,
): GoogleTokens {
  let made: Promise<Client> | null = null
  let last: string | null = null

  async function make(): Promise<Client> {
    const library = await import('google-auth-library')
    const transporterOptions = {
      timeout: TIMEOUT_MS,
      ...(deps.httpsAgent === undefined ? {} : { agent: deps.httpsAgent }),
    }
    if (auth.type === 'default')
      return await new library.GoogleAuth({
        scopes: SCOPE,
        clientOptions: { transporterOptions },
      }).getClient()
    // By its parts: the library's own reading of files prints warnings of its own.
    const found = await credentialsIn(auth.path)
    if (found.type === 'service_account')
      return new library.JWT({
        email: found.client_email,
        key: found.private_key,
        ...(found.private_key_id === undefined ? {} : { keyId: found.private_key_id }),
        scopes: [SCOPE],
        transporterOptions,
      })
    const { service_account_impersonation_url: as, ...identity } = found
    return new library.IdentityPoolClient({
      ...identity,
      ...(as === undefined ? {} : { service_account_impersonation_url: as }),
      scopes: [SCOPE],
      transporterOptions,
    })
  }

  return {
    refused(token) {
      if (token !== last) return
      made = null
      last = null
    },
    async get(signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
      try {
        made ??= make()
        const client = await orAborted(made, deadline)
        const { token } = await orAborted(client.getAccessToken(), deadline)
        if (token) {
          last = token
          return token
        }
      } catch (error) {
        // What was not found may be there the next time: a file that is mounted late, a metadata server that starts.
        made = null
        if (deadline.aborted)
          throw new ArrestorError('ARR-501', { platform, url: WHERE, why: 'Google gave no token in time' })
        throw refusal(platform, error)
      }
      throw refusal(platform, new Error('Google gave no token'))
    },
  }
}

/** Throws in words without anything of the file's own. */
async function credentialsIn(file: string): Promise<z.output<typeof fileSchema>> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`${file} is not JSON`)
    throw error
  }
  const parsed = fileSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Error(
    `${file} is neither a service account's key nor a workload identity federation with a file or an address`,
  )
}

/** Google's own short words; the rest of its errors may hold what was sent. */
function refusal(platform: string, error: unknown): ArrestorError {
  const status = statusOf(error)
  // Whoever gives tokens was not reached at all: the library's error has a request, and no answer.
  if (status === null && typeof error === 'object' && error !== null && 'config' in error)
    return new ArrestorError('ARR-501', { platform, url: WHERE, why: 'the giver of tokens was not reached' })
  if (status !== null && (status >= 500 || status === 429))
    return new ArrestorError('ARR-501', {
      platform,
      url: WHERE,
      why: `the giver of tokens answers ${status}`,
    })
  const [line = ''] = reasonOf(error).split('\n')
  return new ArrestorError('ARR-506', { platform, url: WHERE, why: line.slice(0, 200) })
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('status' in error)) return null
  const status = Number(error.status)
  return Number.isInteger(status) ? status : null
}

// Who we are to a workspace: a token that stays, or one that a service principal asks for and keeps until it is old.
import axios, { type AxiosResponse } from 'axios'
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { PlatformDeps } from '../platform.ts'
import type { Config } from './config.ts'
import { tokenSchema } from './schema.ts'

export interface Tokens {
  /** A bearer token that is good for a minute at least. Throws ARR-501, ARR-502, ARR-506. */
  get(signal: AbortSignal): Promise<string>
  /** Says that a token was refused; whether asking again can give another. */
  refused(token: string): boolean
}

/** Azure Databricks itself, as Entra ID knows it; the same in every tenant. */
const AZURE_DATABRICKS = '2ff814a6-3304-4ab8-86cb-cd0e6f879c1d'
/** A token is renewed so long before its end: a diagnosis must not lose it under way. */
const SPARE_MS = 60_000
const MAX_BYTES = 256 * 1024

interface Grant {
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  readonly basic: { readonly username: string; readonly password: string } | null
}

export function createTokens(platform: string, config: Config, deps: PlatformDeps): Tokens {
  const { auth } = config
  if (auth.type === 'token') return { get: () => Promise.resolve(auth.token), refused: () => false }

  const grant = grantOf(config.host, auth)
  let current: { readonly token: string; readonly until: number } | null = null
  let asking: Promise<string> | null = null

  async function renew(): Promise<string> {
    // Not the caller's signal: others wait for the same answer.
    const { token, lifeMs } = await ask(platform, grant, config.timeout_ms, deps)
    current = { token, until: performance.now() + lifeMs - SPARE_MS }
    return token
  }

  return {
    async get(signal) {
      signal.throwIfAborted()
      if (current !== null && performance.now() < current.until) return current.token
      asking ??= renew().finally(() => (asking = null))
      return asking
    },
    refused(token) {
      if (current?.token === token) current = null
      return true
    },
  }
}

function grantOf(host: string, auth: Exclude<Config['auth'], { type: 'token' }>): Grant {
  const form = { grant_type: 'client_credentials' }
  if (auth.type === 'oauth')
    return {
      url: `${new URL(host).origin}/oidc/v1/token`,
      form: { ...form, scope: 'all-apis' },
      basic: { username: auth.client_id, password: auth.client_secret },
    }
  return {
    url: `${auth.login_url.replace(/\/+$/, '')}/${auth.tenant_id}/oauth2/v2.0/token`,
    form: {
      ...form,
      scope: `${AZURE_DATABRICKS}/.default`,
      client_id: auth.client_id,
      client_secret: auth.client_secret,
    },
    basic: null,
  }
}

/** Asks once. No error carries the request: it holds the secret. */
async function ask(
  platform: string,
  { url, form, basic }: Grant,
  timeout: number,
  deps: PlatformDeps,
): Promise<{ token: string; lifeMs: number }> {
  let response: AxiosResponse<string>
  try {
    response = await axios.post<string>(url, new URLSearchParams(form).toString(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      ...(basic === null ? {} : { auth: basic }),
      maxRedirects: 0,
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
      timeout,
      maxContentLength: MAX_BYTES,
      ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
      ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
    })
  } catch (error) {
    throw new ArrestorError('ARR-501', { platform, url, why: reasonOf(error) })
  }
  if (response.status === 400 || response.status === 401 || response.status === 403)
    throw new ArrestorError('ARR-506', { platform, url, why: refusal(response) })
  if (response.status >= 500 || response.status === 429)
    throw new ArrestorError('ARR-501', { platform, url, why: `it answers ${response.status}` })
  const parsed = tokenSchema.safeParse(response.status === 200 ? parsedJson(response.data) : null)
  if (!parsed.success)
    throw new ArrestorError('ARR-502', {
      platform,
      url,
      why: response.status === 200 ? 'it gives no token' : `it answers ${response.status}`,
    })
  return { token: parsed.data.access_token, lifeMs: parsed.data.expires_in * 1000 }
}

/** The error's code alone (`invalid_client`): its description may repeat what was sent. */
function refusal({ status, data }: AxiosResponse<string>): string {
  const body = parsedJson(data)
  const code = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  const known = typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? ` ${code}` : ''
  return `it gives no token for this client id and secret (${status}${known})`
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

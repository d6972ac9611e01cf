// How a request leaves as somebody: plainly, or with a Kerberos token for each server that asks for one (SPNEGO, RFC 4559).
import axios from 'axios'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { type Send, type SendRequest, plainSend } from '../../send.ts'
import { type TokenAsk, type Tokens, realmOf } from '../kerberos/token-ask.ts'
import { systemTokens } from '../kerberos/tokens.ts'
import type { Auth, Authorized } from './auth.ts'
import { schemesOf } from './refusal.ts'
import { shownUrl } from './shown-url.ts'

type Kerberos = Extract<Auth, { type: 'kerberos' }>

/**
 * Plainly, or with Kerberos. Throws ARR-501, ARR-507 or ARR-508 where there is no token. `tokens` is for tests.
 */
export function createSend(platform: string, { auth }: Authorized, tokens: Tokens = systemTokens): Send {
  if (auth?.type !== 'kerberos') return plainSend
  // Who has asked once is told at once from then on; a server that does not ask is told nothing.
  const asking = new Set<string>()

  async function signed<R extends SendRequest>(request: R): Promise<R> {
    const url = new URL(request.url)
    const authorization = `Negotiate ${await tokenFor(platform, asked(auth as Kerberos, url), url, request, tokens)}`
    return { ...request, headers: { ...request.headers, authorization } }
  }

  return async (request) => {
    const { origin } = new URL(request.url)
    if (asking.has(origin)) return axios.request(await signed(request))
    const answer = await axios.request(request)
    if (answer.status !== 401 || !schemesOf(answer.headers['www-authenticate']).includes('Negotiate'))
      return answer
    asking.add(origin)
    return axios.request(await signed(request))
  }
}

function asked({ principal, keytab, services }: Kerberos, { hostname }: URL): TokenAsk {
  const host = hostname.replace(/^\[|\]$/g, '')
  return { principal, keytab: keytab ?? null, service: services[host] ?? `HTTP/${host}` }
}

async function tokenFor(
  platform: string,
  ask: TokenAsk,
  url: URL,
  { signal, timeout }: SendRequest,
  tokens: Tokens,
): Promise<string> {
  const shown = shownUrl(url)
  const { principal, service } = ask
  const bounds = [
    ...(signal instanceof AbortSignal ? [signal] : []),
    ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout)]),
  ]
  const made = await tokens(ask, AbortSignal.any(bounds)).catch((error: unknown) => {
    const why = `there was no time left for a Kerberos token of ${principal}; does a KDC of ${realmOf(principal)} answer? (${reasonOf(error)})`
    throw new ArrestorError('ARR-501', { platform, url: shown, why })
  })
  if ('token' in made) return made.token
  const { failed, why } = made
  if (failed === 'absent') throw new ArrestorError('ARR-508', { platform, url: shown, why })
  if (failed === 'unreachable') throw new ArrestorError('ARR-501', { platform, url: shown, why })
  throw new ArrestorError('ARR-507', { platform, principal, service, why })
}

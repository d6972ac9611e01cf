// One write to another system: sent once, never again by itself, and what the lack of a reply means.
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { type AxiosResponse, isAxiosError } from 'axios'
import { ArrestorError, reasonOf } from './errors.ts'
import type { WriteOutcome } from './ports.ts'
import { secretHeaders, withoutSecrets } from './secrets.ts'
import { type Send, plainSend, tokenOf } from './send.ts'

export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly body?: string | URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Bytes of the reply (default 1 MB). */
  readonly maxBytes?: number
  /** As somebody; plainly unless said. */
  readonly send?: Send
  /** Where an agent has its own `proxyEnv`, that says the way through a proxy, and the environment is not asked. */
  readonly httpAgent?: HttpAgent | undefined
  readonly httpsAgent?: HttpAgent | HttpsAgent | undefined
}

export type Reply = Pick<AxiosResponse<string>, 'status' | 'headers' | 'data'>

/** What is said of a write; the reason is put behind the last two. */
export interface Meaning {
  /** Of a reply, whatever its status: which platform says yes how, only it knows. */
  outcome(reply: Reply): WriteOutcome
  /** Nothing was sent: `Livy went away before the kill was sent`. */
  readonly neverSent: string
  /** It may have happened: `The reply to the kill of app-1 was lost`. */
  readonly lost: string
}

const MAX_BYTES = 1024 * 1024
/**
 * Errors of a connection that was never made: the request cannot have arrived. A handshake of TLS that fails (`EPROTO` of
 * OpenSSL, and verification: Node's documentation of tls, "X509 certificate error codes") and a tunnel that a proxy does
 * not open come before the first byte of it.
 */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPROTO',
  'ERR_PROXY_TUNNEL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
])

/** Whether an error's code says that its request cannot have arrived. */
export function wasNeverSent(code: string | undefined): boolean {
  return NEVER_SENT.has(code ?? '')
}

/** Sends once. Redirects are not followed: where one leads is the platform's to judge. Does not throw. */
export async function writeOnce(write: Write, meaning: Meaning, signal: AbortSignal): Promise<WriteOutcome> {
  let reply: AxiosResponse<string>
  try {
    reply = await (write.send ?? plainSend)<string>({
      method: write.method,
      url: write.url,
      ...(write.body === undefined ? {} : { data: write.body }),
      headers: { ...write.headers },
      maxRedirects: 0,
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
      timeout: write.timeoutMs,
      maxContentLength: write.maxBytes ?? MAX_BYTES,
      signal,
      ...(write.httpAgent === undefined ? {} : { httpAgent: write.httpAgent }),
      ...(write.httpsAgent === undefined ? {} : { httpsAgent: write.httpsAgent }),
    })
  } catch (error) {
    const why = `(${reasonOf(error)})`
    return error instanceof ArrestorError || (isAxiosError(error) && wasNeverSent(error.code))
      ? { kind: 'refused', detail: `${meaning.neverSent} ${why}.` }
      : { kind: 'unknown', detail: `${meaning.lost} ${why}.` }
  }
  // Who refuses may quote what it was sent, and its words become the outcome's.
  const secrets = [...secretHeaders(write.headers), tokenOf(reply) ?? '']
  return meaning.outcome({ ...reply, data: withoutSecrets(secrets)(reply.data) })
}

// How senders of webhooks prove that they know a secret: a token, or a signature over the body.
import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { bearerOf, sameSecret } from './secrets.ts'

/** `sha256=<hex>`: GitHub; Bitbucket under the older name. Bare hex: Gitea, Forgejo, Gogs. */
const SIGNATURES = [
  'x-hub-signature-256',
  'x-hub-signature',
  'x-gitea-signature',
  'x-forgejo-signature',
  'x-gogs-signature',
]

function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** The secret itself, as GitLab sends it (X-Gitlab-Token) or as a bearer; null where none came. */
function secretIn(headers: IncomingHttpHeaders): string | null {
  return headerOf(headers, 'x-gitlab-token') ?? bearerOf(headers.authorization)
}

/** Hexadecimal HMAC-SHA256 of the body, or null. */
function signatureIn(headers: IncomingHttpHeaders): string | null {
  for (const name of SIGNATURES) {
    const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(headerOf(headers, name) ?? '')?.[1]
    if (hex !== undefined) return hex.toLowerCase()
  }
  return null
}

/** Whether the sender knows one of the secrets. Every secret is compared, in constant time. */
export function isProved(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  const given = secretIn(headers)
  const signature = signatureIn(headers)
  return secrets.reduce((proved, secret) => {
    const signed =
      signature !== null && sameSecret(signature, createHmac('sha256', secret).update(body).digest('hex'))
    const said = given !== null && sameSecret(given, secret)
    return proved || signed || said
  }, false)
}

/** Before the body is read: what proves nothing, and could not with any body, cannot make us hold it. */
export function mayProve(headers: IncomingHttpHeaders, secrets: readonly string[]): boolean {
  return signatureIn(headers) !== null || isProved(headers, Buffer.alloc(0), secrets)
}

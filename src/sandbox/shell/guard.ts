// Who may talk to the page's server: this machine's own browser, on this page, and nobody in its name.
import type { IncomingMessage } from 'node:http'

/** Sent with every answer. Scripts, styles and fetches from here alone; images also from the local Slack. */
export function securityHeaders(imageOrigin: string): Record<string, string> {
  const policy = [
    "default-src 'self'",
    `img-src 'self' ${imageOrigin}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

/** A refusal: an HTTP status and a sentence. */
export type Refusal = { status: number; error: string }

/**
 * Why this request is not answered, or undefined when it is.
 *
 * The server is bound to 127.0.0.1, which keeps other machines out but not other pages: a page whose name
 * is made to point at 127.0.0.1 (DNS rebinding) comes with its own Host, and a page that posts across comes
 * with its own Origin. A JSON body cannot be posted across origins without asking first.
 */
export function refuse(
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  port: number,
): Refusal | undefined {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${String(port)}`)
  const { host, origin } = request.headers
  if (host === undefined || !hosts.includes(host.toLowerCase()))
    return {
      status: 403,
      error: `The sandbox answers to http://${hosts[0]} alone, not to the host "${host ?? ''}".`,
    }
  if (origin !== undefined && !hosts.some((name) => origin === `http://${name}`))
    return { status: 403, error: 'The sandbox takes nothing from other pages.' }
  if (request.method === 'GET' || request.method === 'HEAD') return undefined
  if (request.method !== 'POST') return { status: 405, error: 'Only GET and POST.' }
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    return { status: 415, error: 'Send JSON, with content-type: application/json.' }
  return undefined
}

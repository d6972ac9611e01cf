// Taking secrets that we hold out of what others say: a server may repeat what it was sent (P12). Pure.

/** Shorter ones would take innocent words out, and guard nothing. */
const MIN_SECRET = 6

/** What stands before a credential in a header; what follows is a secret without it, too. */
const SCHEME = /^(?:basic|bearer|token|negotiate|digest|apikey)\s+/i

/**
 * A function that puts `[redacted]` in the place of each secret: as it stands, without its scheme, in base64, and escaped
 * as in JSON, HTML or an address. Secrets of fewer than six characters are left alone.
 */
export function withoutSecrets(secrets: readonly string[]): (text: string) => string {
  const held = secrets.flatMap(partsOf).filter((one) => one.trim().length >= MIN_SECRET)
  const forms = [...new Set(held.flatMap(formsOf))].sort((a, b) => b.length - a.length)
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text)
}

/** `Basic bWU6cHc=` holds three: the whole, what follows the scheme, and the password in it. */
function partsOf(secret: string): readonly string[] {
  const bare = secret.replace(SCHEME, '')
  if (!/^basic\s/i.test(secret)) return [secret, bare]
  const pair = Buffer.from(bare, 'base64').toString('utf8')
  return [secret, bare, pair, pair.slice(pair.indexOf(':') + 1)]
}

function formsOf(given: string): readonly string[] {
  const secret = given.toWellFormed()
  const encoded = encodeURIComponent(secret)
  const base64 = Buffer.from(secret).toString('base64')
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    encoded,
    encoded.replaceAll(/%../g, (code) => code.toLowerCase()),
    encoded.replaceAll('%20', '+'),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ]
}

/** What of a request's headers says who we are: everything but what it accepts and which part it asks for. */
export function secretHeaders(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => (PLAIN.has(name.toLowerCase()) ? [] : [value]))
}

const PLAIN: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'content-type',
  'range',
  'x-requested-by',
  'user-agent',
])

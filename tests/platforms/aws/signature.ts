// Signature Version 4 as AWS checks it: made anew out of the request and the secret, and compared.
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Identity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** Null where the signature is good; else AWS's word for what is wrong with it. */
export function wrongWith(
  request: IncomingMessage,
  body: string,
  service: string,
  region: string,
  identity: Identity,
): string | null {
  const { headers } = request
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
  if (match === null) return 'MissingAuthenticationToken'
  const [, key, date = '', inRegion, of, names = '', signature] = match
  const at = String(headers['x-amz-date'] ?? '')
  if (key !== identity.accessKeyId) return 'UnrecognizedClientException'
  if ((headers['x-amz-security-token'] ?? '') !== (identity.sessionToken ?? '')) return 'ExpiredTokenException' // prettier-ignore
  if (inRegion !== region || of !== service || !at.startsWith(date)) return 'InvalidSignatureException'
  const signed = names.split(';')
  if (!['host', 'x-amz-date'].every((name) => signed.includes(name))) return 'InvalidSignatureException'
  const url = new URL(request.url ?? '/', 'http://aws')
  // Paths are encoded twice, but in S3.
  const path = service === 's3' ? url.pathname : url.pathname.split('/').map(encoded).join('/')
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('&')
  const payload = service === 's3' ? String(headers['x-amz-content-sha256']) : sha256(body)
  const canonical = [
    request.method,
    path,
    query,
    ...signed.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    payload,
  ].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n')
  const secret = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${identity.secretAccessKey}`,
  )
  return hmac(secret, toSign).toString('hex') === signature ? null : 'SignatureDoesNotMatch'
}

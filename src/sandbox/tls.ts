// A certificate authority of the sandbox's own and one leaf, so that clients speak real TLS to it.
import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { generate } from 'selfsigned'

/** All in PEM. `caFile` is where the authority's certificate lies, if a data directory was given. */
export type Certificates = { ca: string; key: string; cert: string; caFile?: string }

const NAMES = ['localhost', 'events.pagerduty.com', 'api.pagerduty.com']
const YEAR_MS = 365 * 24 * 3600 * 1000
/** A stored leaf that ends within a week is made anew, so that none expires under a running sandbox. */
const RENEW_BEFORE_MS = 7 * 24 * 3600 * 1000

/**
 * The sandbox's certificates: read from `dataDir` if they still hold there, else generated (and stored).
 * The authority's private key is never kept: whoever trusts this authority trusts one leaf and no other.
 * Errors: those of the file system, when `dataDir` cannot be written.
 */
export async function ensureCertificates(dataDir?: string, now: number = Date.now()): Promise<Certificates> {
  if (dataDir === undefined) return await makeCertificates(now)
  const stored = await readCertificates(dataDir, now)
  if (stored !== undefined) return stored
  const made = await makeCertificates(now)
  await mkdir(dataDir, { recursive: true })
  const caFile = path.join(dataDir, 'ca.pem')
  await writeAtomically(path.join(dataDir, 'tls-key.pem'), made.key, 0o600)
  await writeAtomically(path.join(dataDir, 'tls-cert.pem'), made.cert, 0o644)
  await writeAtomically(caFile, made.ca, 0o644)
  return { ...made, caFile }
}

async function makeCertificates(now: number): Promise<Certificates> {
  const span = { notBeforeDate: new Date(now - 24 * 3600 * 1000), notAfterDate: new Date(now + YEAR_MS) }
  const kind = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const
  const authority = await generate([{ name: 'commonName', value: 'Arrestor sandbox CA' }], {
    ...kind,
    ...span,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...kind,
    ...span,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...NAMES.map((value) => ({ type: 2 as const, value })), { type: 7, ip: '127.0.0.1' }],
      },
    ],
  })
  return { ca: authority.cert, key: leaf.private, cert: leaf.cert }
}

/** Undefined when a file is missing, does not belong to the others, or ends soon. */
async function readCertificates(dataDir: string, now: number): Promise<Certificates | undefined> {
  const caFile = path.join(dataDir, 'ca.pem')
  try {
    const ca = await readFile(caFile, 'utf8')
    const key = await readFile(path.join(dataDir, 'tls-key.pem'), 'utf8')
    const cert = await readFile(path.join(dataDir, 'tls-cert.pem'), 'utf8')
    const leaf = new X509Certificate(cert)
    const named = NAMES.every((name) => leaf.checkHost(name) !== undefined)
    const lasts = leaf.validToDate.getTime() - now > RENEW_BEFORE_MS
    if (named && lasts && leaf.verify(new X509Certificate(ca).publicKey)) return { ca, key, cert, caFile }
  } catch {
    // Missing or damaged files mean the same here: make new ones.
  }
  return undefined
}

async function writeAtomically(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode })
  await rename(`${file}.new`, file)
}

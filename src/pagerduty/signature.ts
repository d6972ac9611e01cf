// Whether a webhook is PagerDuty's: its signature over the raw bytes, under any of our secrets.
import { createHmac, timingSafeEqual } from 'node:crypto'

const VERSION = 'v1='
const HEX_LENGTH = 64

/**
 * `header` is `X-PagerDuty-Signature`: `v1=<hex>` entries, one per secret of PagerDuty's while one is being
 * rotated. `malformed`: there is no such entry at all (answer 400). `mismatch`: none of ours (answer 403).
 * Every secret is compared with every entry, in constant time: neither a hit nor a miss shows in the timing.
 * There is no time in the signature, so that a recorded webhook stays valid and its replay is not found out. It does no
 * harm: states go forward alone, and what an incident has been told already does nothing (`followPagerDuty`).
 */
export function verifySignature(
  rawBody: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
): 'valid' | 'malformed' | 'mismatch' {
  const given = (header ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith(VERSION) && entry.length === VERSION.length + HEX_LENGTH)
    .map((entry) => Buffer.from(entry.slice(VERSION.length), 'hex'))
    .filter((digest) => digest.length === HEX_LENGTH / 2)
  if (given.length === 0) return 'malformed'
  let valid = false
  for (const secret of secrets.filter((candidate) => candidate !== '')) {
    const expected = createHmac('sha256', secret).update(rawBody).digest()
    for (const digest of given) valid = timingSafeEqual(digest, expected) || valid
  }
  return valid ? 'valid' : 'mismatch'
}

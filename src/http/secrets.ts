// Comparing secrets without telling by the clock how much of them was right.
import { createHash, timingSafeEqual } from 'node:crypto'

/** Equal in constant time, whatever the lengths. */
export function sameSecret(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

/** The token of `Authorization: Bearer <token>` or the password of Basic, or null. */
export function bearerOf(header: string | undefined): string | null {
  const [scheme = '', value = ''] = header?.split(' ', 2) ?? []
  if (value === '') return null
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') return null
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  return colon < 0 ? null : decoded.slice(colon + 1)
}

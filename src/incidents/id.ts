// Opaque ids: unguessable, sortable by time, readable aloud.
import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford's base 32: no i, l, o, u.

/** A new id such as `inc_01j9k3...`: 10 characters of milliseconds, 16 of randomness (80 bits). */
export function newId(prefix: 'inc' | 'off' | 'act' | 'raw', now: Date): string {
  let time = now.getTime()
  let head = ''
  for (let i = 0; i < 10; i += 1) {
    head = (ALPHABET[time % 32] ?? '0') + head
    time = Math.floor(time / 32)
  }
  const tail = Array.from(randomBytes(16), (byte) => ALPHABET[byte % 32] ?? '0').join('')
  return `${prefix}_${head}${tail}`
}

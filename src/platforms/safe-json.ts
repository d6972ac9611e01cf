// JSON with 64-bit integers in it: what a JavaScript number cannot hold exactly comes as the text that was sent.

import * as z from 'zod'

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown

/** Parses like JSON.parse; whole numbers beyond 2^53 become strings of their digits. Throws as JSON.parse does. */
export function parseSafeJson(text: string): unknown {
  // Numbers so long are rare, and a reviver costs several times what parsing does.
  return /\d{16}/.test(text) ? JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]) : JSON.parse(text)
}

const exact: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
    ? source
    : value

/**
 * A number that may come as digits, for sums and sizes: rounded to what a number can hold, on purpose. Beyond 2^53 (9 PB,
 * 285,000 years of milliseconds) that is one part in 10^16, which no finding shows. Ids stay as they came.
 */
export const roundedNumber = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{16,20}$/)
    .transform(Number),
])

// Alertmanager's identity of an alert: a 64-bit FNV-1a hash of its sorted labels, as 16 hexadecimal digits.

const OFFSET = 14_695_981_039_346_656_037n
const PRIME = 1_099_511_628_211n
const MASK = (1n << 64n) - 1n
/** Stands after each name and each value; it occurs in no UTF-8 text, so labels cannot run together. */
const SEPARATOR = 255

/** The fingerprint of a label set, as `LabelSet.Fingerprint` of prometheus/common computes it. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  const encoder = new TextEncoder()
  let sum = OFFSET
  const add = (byte: number): void => {
    sum = ((sum ^ BigInt(byte)) * PRIME) & MASK
  }
  for (const name of Object.keys(labels).sort())
    for (const part of [name, labels[name] ?? '']) {
      encoder.encode(part).forEach(add)
      add(SEPARATOR)
    }
  return sum.toString(16).padStart(16, '0')
}

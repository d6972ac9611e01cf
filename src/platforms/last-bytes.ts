// The end of a text in bytes.

/** The last `bytes` of a text, no character cut in two, and whether something before them was left out. */
export function lastBytes(text: string, bytes: number): { readonly text: string; readonly cut: boolean } {
  const all = Buffer.from(text)
  if (all.length <= bytes) return { text, cut: false }
  let from = all.length - Math.max(0, bytes)
  while (from < all.length && ((all[from] ?? 0) & 0xc0) === 0x80) from += 1
  return { text: all.subarray(from).toString(), cut: true }
}

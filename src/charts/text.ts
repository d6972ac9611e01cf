// Words in a picture: only what the font can draw, and how wide it becomes. Pure.
import { LABEL_SIZE } from './theme.ts'

/** Advance widths of ` ` to `~` in hundredths of the size, from the hmtx tables of the fonts in theme.ts. */
const REGULAR = [
  29, 36, 41, 75, 57, 85, 70, 25, 35, 35, 45, 75, 29, 32, 29, 30, 57, 57, 57, 57, 57, 57, 57, 57, 57, 57, 30,
  30, 75, 75, 75, 48, 90, 62, 62, 63, 69, 57, 52, 70, 68, 27, 27, 59, 50, 78, 67, 71, 54, 71, 63, 57, 55, 66,
  62, 89, 62, 55, 62, 35, 30, 35, 75, 45, 45, 55, 57, 49, 57, 55, 32, 57, 57, 25, 25, 52, 25, 88, 57, 55, 57,
  57, 37, 47, 35, 57, 53, 74, 53, 53, 47, 57, 30, 57, 75,
] as const
const BOLD = [
  31, 41, 47, 75, 63, 90, 78, 28, 41, 41, 47, 75, 34, 37, 34, 33, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 36,
  36, 75, 75, 75, 52, 90, 70, 69, 66, 75, 61, 61, 74, 75, 33, 33, 70, 57, 90, 75, 76, 66, 76, 69, 65, 61, 73,
  70, 99, 69, 65, 65, 41, 33, 41, 75, 45, 45, 61, 64, 53, 64, 61, 39, 64, 64, 31, 31, 60, 31, 94, 64, 62, 64,
  64, 44, 54, 43, 64, 59, 83, 58, 59, 52, 64, 33, 64, 75,
] as const
/** As wide as any letter that is not in the tables. */
const OTHER = 100

/** In points. Never too small, but for kerning, which only draws letters closer. */
export function widthOf(text: string, size: number = LABEL_SIZE, bold = false): number {
  const table: readonly number[] = bold ? BOLD : REGULAR
  let sum = 0
  for (const character of text.replaceAll('\u00A0', ' '))
    sum += table[(character.codePointAt(0) ?? 0) - 32] ?? OTHER
  return (sum * size) / 100
}

/** What the fonts surely have: Latin, Greek, Cyrillic, common punctuation, and the few signs that are ours. */
const NOT_DRAWN =
  /[^ -~\u00A0-\u024F\u0370-\u03FF\u0400-\u052F\u2010-\u2027\u2030-\u203A\u2190-\u2193≈≠≤≥□]+/g

/**
 * What the font has no letter for becomes `□`, in a row one: a job's name may be Chinese, and many boxes say no more than
 * one. Control characters, which XML refuses, marks that turn the direction of writing, and combining ones go.
 */
export function drawable(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{M}]/gu, '')
    .replaceAll(NOT_DRAWN, '□')
    .trim()
}

/** At most so wide, with `…` where something was left out; safe to give to echarts. */
export function fitted(text: string, width: number, size: number = LABEL_SIZE, bold = false): string {
  const words = unlikeMembers(drawable(text))
  if (widthOf(words, size, bold) <= width) return words
  const characters = Array.from(words)
  while (characters.length > 0 && widthOf(`${characters.join('')}…`, size, bold) > width) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/**
 * zrender keeps widths in a plain object by their text, and takes what `__proto__` or `constructor` lead to for an entry
 * of its own: it writes to it (zrender 6.1.0, core/LRU.js). With a space that is not seen no text is a member's name.
 */
function unlikeMembers(words: string): string {
  return words in Object.prototype ? `${words}\u00A0` : words
}

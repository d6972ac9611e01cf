// What a runbook file may be at most, looked at before any parser is: parsers are quadratic in places.

export const MAX_BYTES = 256 * 1024
export const MAX_SECTIONS = 500
/** Columns. Nested lists make micromark quadratic in their depth (measured: 9 s at 700 levels). */
const MAX_INDENT = 100
const MAX_LINE = 4000
/** Emphasis and link openers: micromark pairs each with all before it in its paragraph (measured: 1.5 s at 8,000). */
const MAX_OPENERS_IN_PARAGRAPH = 2000
const MAX_OPENERS = 10_000

export interface OutOfBounds {
  readonly line: number
  readonly message: string
  readonly mend: string
}

/** The source as everything after this sees it: no byte order mark, line ends LF. */
export function normaliseText(raw: string): string {
  return raw.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
}

/** The first bound that a normalised source breaks, or null. */
export function outOfBounds(text: string): OutOfBounds | null {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES)
    return {
      line: 1,
      message: `the file has ${bytes} bytes, more than ${MAX_BYTES}`,
      mend: 'Split it: a person at 03:00 reads a page, not a book.',
    }
  let openers = 0
  let inParagraph = 0
  for (const [i, line] of text.split('\n').entries()) {
    const broken = (message: string, mend: string): OutOfBounds => ({ line: i + 1, message, mend })
    if (line.includes('\0')) return broken('there is a NUL character', 'Remove it; the file may be binary.')
    if (line.length > MAX_LINE)
      return broken(`the line is longer than ${MAX_LINE} characters`, 'Break the line.')
    const indent = /^[\s>]*/.exec(line)?.[0] ?? ''
    if (line.trim() !== '' && indent.replaceAll('\t', '    ').length > MAX_INDENT)
      return broken(`the line is indented by more than ${MAX_INDENT} columns`, 'Nest less deeply.')
    const here = line.match(/[*_~[]+/g)?.length ?? 0
    openers += here
    inParagraph = line.trim() === '' ? 0 : inParagraph + here
    if (inParagraph > MAX_OPENERS_IN_PARAGRAPH || openers > MAX_OPENERS)
      return broken('there is more emphasis and links than any text needs', 'Remove some of * _ ~ [.')
  }
  return null
}

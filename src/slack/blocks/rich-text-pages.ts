// Pieces of text into pages: as few blocks as possible, each page within what one Slack payload takes. Pure.
import type { RichTextBlockElement, RichTextElement, RichTextList } from '@slack/types'
import type { Piece, TextBlock } from './rich-text.ts'

export interface PageLimits {
  /** Blocks a page; default 40, which leaves a message (50) room for buttons. */
  readonly blocks?: number
  /** Characters a page, links' addresses included; default and most 12,000 (Slack refuses at about 13,200). */
  readonly characters?: number
}

const MAX_CHARACTERS = 12_000
/** The longest element: pages then fill well, and a piece of code is cut before a page would be. */
const MAX_ELEMENT = 3000

function leafSize(leaf: RichTextElement): number {
  return ('text' in leaf ? (leaf.text?.length ?? 0) : 0) + ('url' in leaf ? (leaf.url?.length ?? 0) : 0)
}

function sizeOf(piece: Piece): number {
  if (piece.type === 'divider') return 1
  if (piece.type === 'header') return piece.text.text.length
  if (piece.type === 'rich_text_list')
    return piece.elements.reduce(
      (sum, item) => sum + item.elements.reduce((n, leaf) => n + leafSize(leaf), 0),
      0,
    )
  return piece.elements.reduce((sum, leaf) => sum + leafSize(leaf), 0)
}

/** Neighbours together as long as they fit; what does not fit by itself stays alone. */
function chunks<T>(all: readonly T[], size: (one: T) => number, max: number): T[][] {
  const out: T[][] = []
  let sum = 0
  for (const one of all) {
    const own = size(one)
    const last = out.at(-1)
    if (last === undefined || sum + own > max) {
      out.push([one])
      sum = own
    } else {
      last.push(one)
      sum += own
    }
  }
  return out
}

/** A leaf that is too long for a small page, in parts; links stay whole. */
function shorten<T extends RichTextElement>(leaf: T, max: number): T[] {
  if (leaf.type !== 'text' || leaf.text.length <= max) return [leaf]
  const parts: T[] = []
  for (let rest = leaf.text; rest !== '';) {
    // At a line's end where there is one in the second half, else between code points.
    const line = rest.length > max ? rest.lastIndexOf('\n', max - 1) + 1 : 0
    let piece = rest.slice(0, line > max / 2 ? line : max)
    if (piece.length < rest.length && piece.length > 1 && /[\uD800-\uDBFF]$/.test(piece))
      piece = piece.slice(0, -1)
    parts.push({ ...leaf, text: piece })
    rest = rest.slice(piece.length)
  }
  return parts
}

function splitList(list: RichTextList & { offset?: number }, max: number): RichTextBlockElement[] {
  const items = list.elements.flatMap((item) =>
    chunks(
      item.elements.flatMap((leaf) => shorten(leaf, max)),
      leafSize,
      max,
    ).map((elements) => ({ ...item, elements })),
  )
  const groups = chunks(items, (item) => item.elements.reduce((n, leaf) => n + leafSize(leaf), 0), max)
  let before = list.offset ?? 0
  return groups.map((elements) => {
    const part = { ...list, elements, ...(list.style === 'ordered' && before > 0 && { offset: before }) }
    before += elements.length
    return part
  })
}

function split(piece: Piece, max: number): Piece[] {
  if (piece.type === 'header' || piece.type === 'divider' || sizeOf(piece) <= max) return [piece]
  if (piece.type === 'rich_text_list') return splitList(piece, max)
  if (piece.type === 'rich_text_preformatted')
    return chunks(
      piece.elements.flatMap((leaf) => shorten(leaf, max)),
      leafSize,
      max,
    ).map((elements) => ({ ...piece, elements }))
  return chunks(
    piece.elements.flatMap((leaf) => shorten(leaf, max)),
    leafSize,
    max,
  ).map((elements) => ({ ...piece, elements }))
}

/** Fills pages in order. Neighbouring elements share one rich_text block; no page ends in a header. */
export function paginate(pieces: readonly Piece[], limits: PageLimits): readonly (readonly TextBlock[])[] {
  const maxBlocks = Math.max(2, limits.blocks ?? 40)
  const maxCharacters = Math.min(MAX_CHARACTERS, Math.max(200, limits.characters ?? MAX_CHARACTERS))
  const pages: TextBlock[][] = []
  let page: TextBlock[] = []
  let used = 0
  const turn = (): void => {
    const last = page.at(-1)
    const carried = last?.type === 'header' && page.length > 1 ? page.splice(-1) : []
    if (page.length > 0) pages.push(page)
    page = carried
    used = carried.length > 0 && last !== undefined && last.type === 'header' ? last.text.text.length : 0
  }
  const most = Math.min(MAX_ELEMENT, Math.floor(maxCharacters / 2))
  for (const piece of pieces.flatMap((one) => split(one, most))) {
    const size = sizeOf(piece)
    const own = piece.type === 'header' || piece.type === 'divider'
    const opens = own || page.at(-1)?.type !== 'rich_text'
    if (page.length > 0 && (used + size > maxCharacters || (opens && page.length >= maxBlocks))) turn()
    used += size
    const block = page.at(-1)
    if (own) page.push(piece)
    else if (block?.type === 'rich_text') block.elements.push(piece)
    else page.push({ type: 'rich_text', elements: [piece] })
  }
  if (page.length > 0) pages.push(page)
  return pages
}

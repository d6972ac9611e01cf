// Markdown as Slack blocks: headers, dividers and rich_text with inert leaves, cut into pages that Slack takes. Pure.
import type {
  DividerBlock,
  HeaderBlock,
  RichTextBlock,
  RichTextBlockElement,
  RichTextList,
  RichTextSection,
} from '@slack/types'
import type { BlockContent, DefinitionContent, List, ListItem, RootContent, Table } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { isComment, leavesOf, textLeaf, wordsOf, type Leaf } from './rich-text-leaves.ts'
import { paginate, type PageLimits } from './rich-text-pages.ts'
import { plain } from './text.ts'

export type TextBlock = HeaderBlock | DividerBlock | RichTextBlock

/** What stands between two blocks of their own: one element of a rich_text block, or a block. */
export type Piece = HeaderBlock | DividerBlock | RichTextBlockElement

/** Slack draws no deeper list. */
const MAX_INDENT = 8

function section(elements: readonly Leaf[]): RichTextSection[] {
  return elements.length === 0 ? [] : [{ type: 'rich_text_section', elements: [...elements] }]
}

function preformatted(text: string): RichTextBlockElement[] {
  const elements = textLeaf(text)
  return elements.length === 0 ? [] : [{ type: 'rich_text_preformatted', elements }]
}

/** One line break between what would be paragraphs. */
function joined(parts: readonly (readonly Leaf[])[]): Leaf[] {
  const filled = parts.filter((part) => part.length > 0)
  return filled.flatMap((part, i) => (i === 0 ? part : [...textLeaf('\n'), ...part]))
}

/** The text of a list item or a quote; lists and code inside of an item are given back as they are. */
function leavesOfBlock(node: BlockContent | DefinitionContent): Leaf[] {
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return leavesOf(node.children)
    case 'code':
      return textLeaf(node.value, { code: true })
    case 'html':
      return isComment(node.value) ? [] : textLeaf(node.value)
    case 'thematicBreak':
    case 'definition':
      return []
    case 'blockquote':
    case 'footnoteDefinition':
    case 'list':
    case 'table':
      return textLeaf(wordsOf(node))
  }
}

function itemLeaves(item: ListItem): Leaf[] {
  const box = typeof item.checked === 'boolean' ? textLeaf(item.checked ? '☑ ' : '☐ ') : []
  const own = item.children.filter(({ type }) => type !== 'list' && type !== 'code')
  return [...box, ...joined(own.map(leavesOfBlock))]
}

/** A list as Slack has it: flat, one element for each run of items on one level, code blocks between. */
function listPieces(list: List, indent: number): RichTextBlockElement[] {
  const pieces: RichTextBlockElement[] = []
  const ordered = list.ordered === true
  let items: RichTextSection[] = []
  let done = (list.start ?? 1) - 1
  const flush = (): void => {
    if (items.length === 0) return
    const element: RichTextList & { offset?: number } = {
      type: 'rich_text_list',
      style: ordered ? 'ordered' : 'bullet',
      indent: Math.min(indent, MAX_INDENT),
      elements: items,
      ...(ordered && done > 0 && { offset: done }),
    }
    pieces.push(element)
    done += items.length
    items = []
  }
  for (const item of list.children) {
    const leaves = itemLeaves(item)
    items.push({ type: 'rich_text_section', elements: leaves.length === 0 ? textLeaf(' ') : leaves })
    for (const child of item.children) {
      if (child.type !== 'list' && child.type !== 'code') continue
      flush()
      pieces.push(...(child.type === 'code' ? preformatted(child.value) : nested(child, indent)))
    }
  }
  flush()
  return pieces
}

function nested(list: List, indent: number): RichTextBlockElement[] {
  return indent >= 4 * MAX_INDENT ? preformatted(wordsOf(list)) : listPieces(list, indent + 1)
}

/** Columns lined up, since Slack's own tables are not shown everywhere. */
function tableText(table: Table): string {
  const rows = table.children.map((row) =>
    row.children.map((cell) => wordsOf(cell).replaceAll(/\s+/g, ' ').trim()),
  )
  const widths = rows.reduce<number[]>(
    (all, row) => row.reduce((widest, cell, i) => (widest[i] = Math.max(widest[i] ?? 0, cell.length), widest), all),
    [],
  ) // prettier-ignore
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(Math.min(widths[i] ?? 0, 40)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function piecesOf(node: RootContent): Piece[] {
  switch (node.type) {
    case 'heading': {
      const words = wordsOf(node).replaceAll(/\s+/g, ' ').trim()
      if (words === '') return []
      if (node.depth <= 2) return [{ type: 'header', text: plain(words, 150) }]
      return section([...leavesOf(node.children, { bold: true }), ...textLeaf('\n')])
    }
    case 'thematicBreak':
      return [{ type: 'divider' }]
    case 'paragraph':
      return section([...leavesOf(node.children), ...textLeaf('\n')])
    case 'list':
      return listPieces(node, 0)
    case 'blockquote': {
      const elements = joined(node.children.map(leavesOfBlock))
      return elements.length === 0 ? [] : [{ type: 'rich_text_quote', elements }]
    }
    case 'code':
      return preformatted(node.value)
    case 'table':
      return preformatted(tableText(node))
    case 'html':
      return isComment(node.value) ? [] : section(textLeaf(`${node.value}\n`))
    case 'footnoteDefinition':
      return section([
        ...textLeaf(`[${node.label ?? node.identifier}] `),
        ...joined(node.children.map(leavesOfBlock)),
      ])
    default:
      return []
  }
}

/**
 * Markdown (CommonMark and GFM) as pieces, to stand among others. Text from outside stays text: it mentions nobody, and
 * every link shows its host. The time is bounded for what runbooks may hold (their loader refuses what would make the
 * Markdown parser quadratic).
 */
export function markdownPieces(markdown: string): readonly Piece[] {
  let nodes: readonly RootContent[]
  try {
    nodes = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }).children
  } catch (error) {
    // Nesting that exhausts the stack. The words are what matters.
    if (!(error instanceof RangeError)) throw error
    return preformatted(markdown)
  }
  return nodes.flatMap(piecesOf)
}

/** Markdown as pages of blocks, each within `limits`: nothing is longer than Slack takes. Empty Markdown has no page. */
export function markdownPages(markdown: string, limits: PageLimits = {}): readonly (readonly TextBlock[])[] {
  return paginate(markdownPieces(markdown), limits)
}

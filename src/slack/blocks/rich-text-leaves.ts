// Inline Markdown as leaves of Slack's rich_text: text that mentions nobody, links that say where they lead. Pure.
import type { RichTextLink, RichTextText } from '@slack/types'
import type { PhrasingContent } from 'mdast'
import { cut } from './text.ts'

/** The only leaves there are: Slack parses neither `<!channel>` nor `:emoji:` in them. */
export type Leaf = RichTextText | RichTextLink

type Style = NonNullable<RichTextText['style']>

/** Nobody reads emphasis in emphasis this deep; below it is plain text. */
const MAX_DEPTH = 16
const MAX_URL = 3000

/** A text leaf; empty text has no leaf, since Slack refuses it. What is too long for a page is cut there. */
export function textLeaf(text: string, style?: Style): RichTextText[] {
  const clean = cut(text, Number.POSITIVE_INFINITY)
  return clean === '' ? [] : [{ type: 'text', text: clean, ...(style !== undefined && { style }) }]
}

/** Where a link leads, if it is one that people may follow from here. */
function target(url: string): { url: string; shown: string } | null {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.href.length > MAX_URL) return null
  if (parsed.protocol === 'mailto:') return { url: parsed.href, shown: parsed.pathname }
  return ['http:', 'https:'].includes(parsed.protocol) ? { url: parsed.href, shown: parsed.host } : null
}

/** A link as its label and, beside it, the host: a label may say anything. Other schemes and relative paths are text. */
function linkLeaves(label: string, url: string, style: Style | undefined): Leaf[] {
  const to = target(url)
  const shown = cut(to?.shown ?? url, 200)
  const beside = label === url || label === shown ? [] : textLeaf(` (${shown})`, style)
  if (to === null) return [...textLeaf(label === '' ? url : label, style), ...beside]
  const text = cut(label, 300)
  return [
    {
      type: 'link',
      url: to.url,
      text: text.trim() === '' ? to.shown : text,
      ...(style !== undefined && { style }),
    },
    ...beside,
  ]
}

/** The words of a node without any style. */
export function wordsOf(node: unknown, depth = 0): string {
  if (typeof node !== 'object' || node === null || depth > 200) return ''
  if ('value' in node && typeof node.value === 'string') return node.value
  if ('children' in node && Array.isArray(node.children))
    return node.children.map((child) => wordsOf(child, depth + 1)).join('')
  if ('alt' in node && typeof node.alt === 'string') return node.alt
  return 'type' in node && node.type === 'break' ? '\n' : ''
}

/** A Markdown comment, which nobody is meant to see. */
export function isComment(html: string): boolean {
  return html.startsWith('<!--')
}

/** Inline nodes as leaves. Line ends inside a paragraph are blanks, as in Markdown. */
export function leavesOf(nodes: readonly PhrasingContent[], style?: Style, depth = 0): Leaf[] {
  if (depth > MAX_DEPTH) return nodes.flatMap((node) => textLeaf(wordsOf(node), style))
  const within = (more: Style, children: readonly PhrasingContent[]): Leaf[] =>
    leavesOf(children, { ...style, ...more }, depth + 1)
  return nodes.flatMap((node): Leaf[] => {
    switch (node.type) {
      case 'text':
        return textLeaf(node.value.replaceAll(/[ \t]*\n[ \t]*/g, ' '), style)
      case 'break':
        return textLeaf('\n', style)
      case 'strong':
        return within({ bold: true }, node.children)
      case 'emphasis':
        return within({ italic: true }, node.children)
      case 'delete':
        return within({ strike: true }, node.children)
      case 'inlineCode':
        return textLeaf(node.value, { ...style, code: true })
      case 'link':
        return linkLeaves(wordsOf(node), node.url, style)
      case 'image':
        return linkLeaves(node.alt === '' ? 'image' : (node.alt ?? 'image'), node.url, style)
      case 'html':
        return isComment(node.value) ? [] : textLeaf(node.value, style)
      case 'linkReference':
        return within({}, node.children)
      case 'imageReference':
        return textLeaf(node.alt ?? 'image', style)
      case 'footnoteReference':
        return textLeaf(`[${node.label ?? node.identifier}]`, style)
    }
  })
}

// Slack's rich_text block: sections, lists, quotes, preformatted text. Its text leaves are inert by definition.
import { html } from 'htm/preact'
import type { RichTextBlock, RichTextBlockElement, RichTextElement, RichTextList } from '@slack/types'
import {
  drawBroadcast,
  drawDate,
  drawEmoji,
  drawLink,
  drawUser,
  type Child,
  type Names,
} from '../text/view.ts'

type Style = { bold?: boolean; italic?: boolean; strike?: boolean; code?: boolean; underline?: boolean }

/** Draws a whole rich_text block. Neighbouring lists nest by their `indent`, as Slack shows them. */
export function drawRichText(block: RichTextBlock, names: Names): Child {
  return html`<div class="rich">${(block.elements ?? []).map((element) => drawElement(element, names))}</div>`
}

function drawElement(element: RichTextBlockElement, names: Names): Child {
  switch (element.type) {
    case 'rich_text_section':
      return html`<div class="rich-section">${drawLeaves(element.elements, names)}</div>`
    case 'rich_text_list':
      return drawList(element, names)
    case 'rich_text_quote':
      return html`<blockquote class="quote">${drawLeaves(element.elements, names)}</blockquote>`
    case 'rich_text_preformatted':
      return html`<pre class="pre"><code>${drawLeaves(element.elements, names)}</code></pre>`
    default:
      return null
  }
}

function drawList(list: RichTextList, names: Names): Child {
  const items = list.elements.map((item) => html`<li>${drawLeaves(item.elements, names)}</li>`)
  const depth = Math.min(Math.max(list.indent ?? 0, 0), 8)
  const className = `list list-depth-${String(depth)}`
  if (list.style !== 'ordered')
    return html`<ul class=${className}>
      ${items}
    </ul>`
  const offset = (list as { offset?: number }).offset ?? 0
  return html`<ol class=${className} start=${offset + 1}>
    ${items}
  </ol>`
}

function drawLeaves(leaves: readonly RichTextElement[], names: Names): Child[] {
  return leaves.map((leaf) => styled(drawLeaf(leaf, names), leaf.style))
}

function drawLeaf(leaf: RichTextElement, names: Names): Child {
  switch (leaf.type) {
    case 'text':
      return html`<span>${leaf.text}</span>`
    case 'link':
      return drawLink(leaf.url, leaf.text ?? leaf.url)
    case 'user':
      return drawUser(leaf.user_id, names)
    case 'channel':
      return html`<span class="mention">#${names.channel(leaf.channel_id) ?? leaf.channel_id}</span>`
    case 'usergroup':
      return html`<span class="mention">@${leaf.usergroup_id}</span>`
    case 'team':
      return html`<span class="mention">@${leaf.team_id}</span>`
    case 'broadcast':
      return drawBroadcast(leaf.range)
    case 'emoji':
      return drawEmoji(leaf.name)
    case 'color':
      return html`<code class="code"
        ><span class="swatch" style=${{ backgroundColor: leaf.value }} aria-hidden="true"></span
        >${leaf.value}</code
      >`
    case 'date': {
      const link = leaf.url === undefined ? {} : { url: leaf.url }
      const date = { seconds: leaf.timestamp, format: leaf.format, fallback: leaf.fallback ?? '' }
      return drawDate({ ...date, ...link }, names)
    }
    default:
      return null
  }
}

function styled(child: Child, style: Style | undefined): Child {
  if (style === undefined) return child
  let out = child
  if (style.code) out = html`<code class="code">${out}</code>`
  if (style.strike) out = html`<s>${out}</s>`
  if (style.italic) out = html`<em>${out}</em>`
  if (style.bold) out = html`<strong>${out}</strong>`
  return style.underline ? html`<u>${out}</u>` : out
}

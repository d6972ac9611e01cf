// Draws parsed text: every string from outside becomes a text node, and only web and mail links are links.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatSlackDate, type Reader } from './dates.ts'
import { emojiFor } from './emoji.ts'
import { parseInline, parseMrkdwn, safeUrl, type Inline, type Piece } from './mrkdwn.ts'

/** What a reader sees behind ids, and when and where they read. */
export type Names = {
  user: (id: string) => string | undefined
  channel: (id: string) => string | undefined
  me: string
  reader: Reader
}

/** Anything that may stand in a template's hole as a child. */
export type Child = VNode | string | null | Child[]

/** Slack's text object, as loosely as a foreign payload must be read. */
export type TextLike = { type?: string; text?: string; verbatim?: boolean; emoji?: boolean }

/** A text object: mrkdwn is parsed, plain text keeps its lines and its emoji names are drawn. */
export function drawText(text: TextLike | undefined, names: Names): Child {
  if (typeof text?.text !== 'string') return null
  if (text.type === 'mrkdwn') return drawPieces(parseMrkdwn(text.text, text.verbatim === true), names)
  return drawPlain(text)
}

/** Plain text on one or several lines: no formatting and no tokens, whatever it holds. */
export function drawPlain(text: TextLike): Child {
  const source = text.text ?? ''
  if (text.emoji === false) return source
  return source.split(/(:[a-z0-9_+-]+:)/).map((part) => emojiFor(part.slice(1, -1)) ?? part)
}

/** A bare mrkdwn string: a message's `text`, where there are no blocks. */
export function drawMrkdwn(source: string, names: Names): Child {
  return drawPieces(parseMrkdwn(source), names)
}

/** One line of mrkdwn without quotes and fences, for places that are a single line. */
export function drawLine(source: string, names: Names): Child {
  return drawInlines(parseInline(source), names)
}

function drawPieces(pieces: readonly Piece[], names: Names): Child {
  return pieces.map((piece) => {
    if (piece.kind === 'pre') return html`<pre class="pre"><code>${piece.text}</code></pre>`
    const children = drawInlines(piece.children, names)
    return piece.kind === 'quote'
      ? html`<blockquote class="quote">${children}</blockquote>`
      : html`<p class="para">${children}</p>`
  })
}

function drawInlines(inlines: readonly Inline[], names: Names): Child[] {
  return inlines.map((inline) => drawInline(inline, names))
}

function drawInline(inline: Inline, names: Names): Child {
  switch (inline.kind) {
    case 'text':
      return inline.text
    case 'break':
      return html`<br />`
    case 'style': {
      const children = drawInlines(inline.children, names)
      if (inline.style === 'bold') return html`<strong>${children}</strong>`
      return inline.style === 'italic' ? html`<em>${children}</em>` : html`<s>${children}</s>`
    }
    case 'code':
      return html`<code class="code">${inline.text}</code>`
    case 'link':
      return drawLink(inline.url, inline.label)
    case 'user':
      return drawUser(inline.id, names, inline.label)
    case 'channel':
      return html`<span class="mention">#${names.channel(inline.id) ?? inline.label ?? inline.id}</span>`
    case 'usergroup':
      return html`<span class="mention">${inline.label ?? `@${inline.id}`}</span>`
    case 'broadcast':
      return drawBroadcast(inline.range)
    case 'date':
      return drawDate(inline, names)
    case 'emoji':
      return drawEmoji(inline.name)
  }
}

/** A link that opens elsewhere and says where; an address that is not web or mail stays text. */
export function drawLink(url: string, label: Child): Child {
  const safe = safeUrl(url)
  if (safe === undefined) return html`<span>${label}</span>`
  return html`<a href=${safe} title=${safe} target="_blank" rel="noopener noreferrer nofollow">${label}</a>`
}

/** A person's name; the reader's own stands out. */
export function drawUser(id: string, names: Names, label?: string): Child {
  return html`<span class=${id === names.me ? 'mention mention-me' : 'mention'}
    >@${names.user(id) ?? label ?? id}</span
  >`
}

/** @here, @channel, @everyone: loud in Slack, so loud here. */
export function drawBroadcast(range: string): Child {
  return html`<span class="mention mention-me">@${range}</span>`
}

/** An emoji by its name; one that this page does not know is shown as `:name:`. */
export function drawEmoji(name: string): Child {
  return emojiFor(name) ?? `:${name}:`
}

/** A moment in the reader's own zone; what is no moment shows its fallback. */
export function drawDate(
  date: { seconds: number; format: string; url?: string; fallback: string },
  names: Names,
): Child {
  const words = formatSlackDate(date.seconds, date.format, names.reader)
  if (words === undefined) return date.fallback
  const when = html`<time datetime=${new Date(date.seconds * 1000).toISOString()} title=${date.fallback}
    >${words}</time
  >`
  return date.url === undefined ? when : drawLink(date.url, when)
}

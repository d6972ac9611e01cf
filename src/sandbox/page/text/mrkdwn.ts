// Slack's mrkdwn, parsed to a tree: escapes, <...> tokens, code, bold, italic, strike, quotes. Pure.
import { emojiFor } from './emoji.ts'

/** A piece of running text. Everything a `text` or `code` holds is already unescaped and inert. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'break' }
  | { kind: 'style'; style: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; url: string; label: string }
  | { kind: 'user' | 'channel' | 'usergroup'; id: string; label?: string }
  | { kind: 'broadcast'; range: string }
  | { kind: 'date'; seconds: number; format: string; url?: string; fallback: string }
  | { kind: 'emoji'; name: string }

/** What a text block is made of, top to bottom. */
export type Piece =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'quote'; children: Inline[] }
  | { kind: 'pre'; text: string }

type Item = string | Inline
const STYLES = { '*': 'bold', _: 'italic', '~': 'strike' } as const
type Mark = keyof typeof STYLES

/**
 * Parses a mrkdwn string.
 * @param verbatim when true, bare web addresses stay plain text, as Slack does with `verbatim: true`.
 */
export function parseMrkdwn(source: string, verbatim = false): Piece[] {
  const pieces: Piece[] = []
  source.split(/```([\s\S]+?)```/).forEach((part, index) => {
    if (index % 2 === 1) pieces.push({ kind: 'pre', text: plain(part.replace(/^\n|\n$/g, '')) })
    else if (part.trim() !== '') pieces.push(...lines(part.replace(/^\n|\n$/g, ''), verbatim))
  })
  return pieces
}

/** The three characters that Slack escapes, and only those. */
export function unescapeSlack(text: string): string {
  return text.replace(/&(lt|gt|amp);/g, (_, name: string) =>
    name === 'lt' ? '<' : name === 'gt' ? '>' : '&',
  )
}

function lines(part: string, verbatim: boolean): Piece[] {
  const pieces: Piece[] = []
  let quoteAll = false
  for (const line of part.split('\n')) {
    const all = !quoteAll && /^(?:>|&gt;){3} ?/.exec(line)
    if (all) quoteAll = true
    const mark = all ? all[0] : (/^(?:>|&gt;) ?/.exec(line)?.[0] ?? '')
    const kind = quoteAll || mark !== '' ? 'quote' : 'paragraph'
    const children = parseInline(quoteAll && !all ? line : line.slice(mark.length), verbatim)
    const last = pieces.at(-1)
    if (last?.kind === kind) last.children.push({ kind: 'break' }, ...children)
    else pieces.push({ kind, children })
  }
  return pieces
}

/** Parses one line: tokens and code first, since nothing inside them is formatting; then the marks. */
export function parseInline(line: string, verbatim = false): Inline[] {
  const found = verbatim
    ? /<([^<>\n]+)>|`([^`\n]+)`/g
    : /<([^<>\n]+)>|`([^`\n]+)`|\bhttps?:\/\/[^\s<>`|]*[^\s<>`|.,;:!?)\]}'"*_~]/g
  const items: Item[] = []
  let from = 0
  for (const match of line.matchAll(found)) {
    items.push(...Array.from(line.slice(from, match.index)))
    const [whole, token, code] = match
    if (token !== undefined) items.push(parseToken(token))
    else if (code !== undefined) items.push({ kind: 'code', text: plain(code) })
    else items.push({ kind: 'link', url: unescapeSlack(whole), label: unescapeSlack(whole) })
    from = match.index + whole.length
  }
  items.push(...Array.from(line.slice(from)))
  return applyStyles(items, ['*', '_', '~'])
}

function parseToken(token: string): Inline {
  const bar = token.indexOf('|')
  const target = bar === -1 ? token : token.slice(0, bar)
  const label = bar === -1 ? undefined : unescapeSlack(token.slice(bar + 1))
  const labelled = label === undefined || label === '' ? {} : { label }
  if (/^@[UW][A-Z0-9]+$/.test(target)) return { kind: 'user', id: target.slice(1), ...labelled }
  if (/^#C[A-Z0-9]+$/.test(target)) return { kind: 'channel', id: target.slice(1), ...labelled }
  if (target.startsWith('!subteam^')) return { kind: 'usergroup', id: target.slice(9), ...labelled }
  if (/^!(channel|here|everyone)$/.test(target)) return { kind: 'broadcast', range: target.slice(1) }
  if (target.startsWith('!date^')) {
    const [, seconds = '', format = '', url] = target.split('^')
    const link = url === undefined ? {} : { url: unescapeSlack(url) }
    return { kind: 'date', seconds: Number(seconds || 'NaN'), format, fallback: label ?? '', ...link }
  }
  const url = unescapeSlack(target)
  if (safeUrl(url) !== undefined) return { kind: 'link', url, label: label ?? url.replace(/^mailto:/, '') }
  // Not a token that Slack knows, nor an address that is safe to follow: shown as it stands.
  return { kind: 'text', text: unescapeSlack(`<${token}>`) }
}

/** The address when a page may link to it (web and mail only), else undefined: `javascript:` never becomes a link. */
export function safeUrl(url: string): string | undefined {
  return /^(https?:\/\/|mailto:)/i.test(url) ? url : undefined
}

function applyStyles(items: readonly Item[], marks: readonly Mark[]): Inline[] {
  const out: Inline[] = []
  let run = ''
  const flush = (): void => {
    if (run !== '') out.push(...words(run))
    run = ''
  }
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i] ?? ''
    const mark = marks.find((m) => m === item)
    const close = mark === undefined ? -1 : closing(items, i, mark)
    if (mark !== undefined && close !== -1) {
      flush()
      const children = applyStyles(
        items.slice(i + 1, close),
        marks.filter((m) => m !== mark),
      )
      out.push({ kind: 'style', style: STYLES[mark], children })
      i = close
    } else if (typeof item === 'string') run += item
    else {
      flush()
      out.push(item)
    }
  }
  flush()
  return out
}

const isWord = (item: Item | undefined): boolean => typeof item === 'string' && /[\p{L}\p{N}]/u.test(item)
const isSpace = (item: Item | undefined): boolean =>
  item === undefined || (typeof item === 'string' && /\s/.test(item))

/** Where the mark opened at `open` closes: marks hug their text and stand at word boundaries, as in Slack. */
function closing(items: readonly Item[], open: number, mark: Mark): number {
  if (isWord(items[open - 1]) || isSpace(items[open + 1]) || items[open + 1] === mark) return -1
  for (let i = open + 2; i < items.length; i += 1)
    if (items[i] === mark && !isSpace(items[i - 1]) && !isWord(items[i + 1])) return i
  return -1
}

function words(run: string): Inline[] {
  return run
    .split(/(:[a-z0-9_+-]+:)/)
    .filter((part) => part !== '')
    .map((part) => {
      const name = part.length > 2 && part.startsWith(':') && part.endsWith(':') ? part.slice(1, -1) : ''
      return emojiFor(name) === undefined
        ? { kind: 'text', text: unescapeSlack(part) }
        : { kind: 'emoji', name }
    })
}

/** Code shows what a token names, not the token's brackets. */
function plain(code: string): string {
  return unescapeSlack(
    code.replace(/<([^<>|\n]+)(?:\|([^<>\n]*))?>/g, (_, target: string, label?: string) => label ?? target),
  )
}

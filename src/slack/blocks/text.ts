// Text on its way to Slack: inert, bounded, honest about what was cut (P9).

/** Control characters (but newline and tab) and bidirectional overrides: they hide what a button or a link really says. */
// oxlint-disable-next-line no-control-regex -- these are the characters it is about
const INVISIBLE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** Cuts at a code point and says so; `max` counts UTF-16 units as Slack does. */
export function cut(text: string, max: number): string {
  const clean = text.replaceAll(INVISIBLE, '').toWellFormed()
  if (clean.length <= max) return clean
  const head = clean.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}

/** Escapes exactly what Slack's mrkdwn treats as control characters. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * What would format our sentence becomes a sign that looks the same and formats nothing. An asterisk may begin or end
 * what we make bold, so that only one between spaces stays. Of `_` and `~`, which we use for nothing, those are enough
 * that could end a pair: `my_job_name` and `s3://a/_delta_log` stay as they are, to be read and copied.
 */
function unformatted(escaped: string): string {
  return escaped
    .replaceAll(/(?<!\s)\*|\*(?!\s)/g, '∗')
    .replaceAll(/(?<!\s)_(?![\p{L}\p{N}])/gu, 'ˍ')
    .replaceAll(/(?<!\s)~(?![\p{L}\p{N}])/gu, '∼')
    .replaceAll('`', 'ˋ')
    .replace(/^&gt;/, '›')
}

/**
 * Untrusted text inside a mrkdwn sentence: escaped, formatting nothing, without line breaks, at most `max` characters
 * once escaped.
 */
export function inline(text: string, max = 200): string {
  return unformatted(escapedWithin(text, max))
}

/** The same as code, whose signs are to be copied as they are: at most `max` characters between its marks. */
export function code(text: string, max = 200): string {
  return `\`${escapedWithin(text, max).replaceAll('`', 'ˋ') || '-'}\``
}

function escapedWithin(text: string, max: number): string {
  const short = cut(text.replaceAll(/\s+/g, ' ').trim(), max)
  const escaped = escape(short)
  if (escaped.length <= max) return escaped
  let out = ''
  for (const character of short) {
    const next = escape(character)
    if (out.length + next.length > max - 1) break
    out += next
  }
  return `${out}…`
}

/** Text of a rich_text leaf, which Slack refuses when it is empty. */
export function leaf(text: string, max: number): string {
  const short = cut(text, max)
  return short.trim() === '' ? '-' : short
}

/** The address of a link that people may follow from here, or null: only http(s), and short enough for one sentence. */
export function webAddress(url: string, max = 1_000): string | null {
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return null
  return parsed.href.length > max ? null : parsed.href
}

export function plain(text: string, max: number): { type: 'plain_text'; text: string; emoji: false } {
  const short = cut(text, max)
  // Slack refuses an empty text object.
  return { type: 'plain_text', text: short.trim() === '' ? '-' : short, emoji: false }
}

/** A mrkdwn object from lines whose untrusted parts went through `inline`; whole lines are left out, never half a link. */
export function mrkdwn(text: string, max = 3_000): { type: 'mrkdwn'; text: string; verbatim: true } {
  if (text.length <= max) return { type: 'mrkdwn', text, verbatim: true }
  const kept: string[] = []
  let left = max - 2
  for (const line of text.split('\n')) {
    left -= line.length + 1
    if (left < 0) break
    kept.push(line)
  }
  return { type: 'mrkdwn', text: [...kept, '…'].join('\n'), verbatim: true }
}

/** A time each reader sees in their own zone; the fallback is UTC. */
export function when(date: Date, form: 'time' | 'minute' | 'day' = 'time'): string {
  const iso = date.toISOString()
  const format = { time: '{time_secs}', minute: '{time}', day: '{date_short_pretty} {time}' }[form]
  return `<!date^${Math.floor(date.getTime() / 1000)}^${format}|${iso.slice(0, 16).replace('T', ' ')} UTC>`
}

/** A link whose label cannot lie: the host is shown beside the title. What is no web address stays text. */
export function link(title: string, url: string): string {
  const href = webAddress(url)
  if (href === null) return inline(title, 60)
  const host = URL.parse(href)?.host ?? ''
  const safe = href
    .replaceAll('|', '%7C')
    .replaceAll('<', '%3C')
    .replaceAll('>', '%3E')
    .replaceAll('&', '&amp;')
  // A bar in the label is harmless: Slack splits at the first one.
  return `<${safe}|${inline(title, 60)} (${inline(host, 80)})>`
}

/** Slack counts all text of a message's blocks together and refuses somewhat above 13,200 characters. */
export const MESSAGE_BUDGET = 12_000

/** All text in blocks, as Slack counts it: confirm dialogs and button labels included. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLength(one), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, inner]) =>
      sum + (key === 'text' && typeof inner === 'string' ? inner.length : textLength(inner)),
    0,
  )
}

/** A person or another actor, named; a Slack user is shown as one. An edit does not notify. */
export function actorName(actor: { kind: string; name: string; id?: string }): string {
  return actor.kind === 'person' && actor.id !== undefined && /^[UW][A-Z0-9]{2,20}$/.test(actor.id)
    ? `<@${actor.id}>`
    : inline(actor.name, 60)
}

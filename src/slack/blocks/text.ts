// Text on its way to Slack: inert, bounded, honest about what was cut (P9).

/** Control characters (but newline and tab) and bidirectional overrides: they hide what a button or a link really says. */
// oxlint-disable-next-line no-control-regex -- these are the characters it is about
const INVISIBLE = /[\u0000-\u0008\u000B-\u001F\u007F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

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

/** Untrusted text inside a mrkdwn sentence: escaped, bounded before escaping, without line breaks. */
export function inline(text: string, max = 200): string {
  return escape(cut(text.replaceAll(/\s+/g, ' ').trim(), max))
}

export function plain(text: string, max: number): { type: 'plain_text'; text: string; emoji: false } {
  const short = cut(text, max)
  // Slack refuses an empty text object.
  return { type: 'plain_text', text: short === '' ? '-' : short, emoji: false }
}

/** A mrkdwn object from a sentence whose untrusted parts went through `inline`. */
export function mrkdwn(text: string): { type: 'mrkdwn'; text: string; verbatim: true } {
  return { type: 'mrkdwn', text: text.length > 3000 ? `${text.slice(0, 2999)}…` : text, verbatim: true }
}

/** A time each reader sees in their own zone; the fallback is UTC. */
export function when(date: Date, form: 'time' | 'day' = 'time'): string {
  const iso = date.toISOString()
  const format = form === 'time' ? '{time_secs}' : '{date_short_pretty} {time}'
  return `<!date^${Math.floor(date.getTime() / 1000)}^${format}|${iso.slice(0, 16).replace('T', ' ')} UTC>`
}

/** A link whose label cannot lie: the host is shown beside the title. */
export function link(title: string, url: string): string {
  const host = URL.parse(url)?.host ?? ''
  const safe = url
    .replaceAll('|', '%7C')
    .replaceAll('<', '%3C')
    .replaceAll('>', '%3E')
    .replaceAll(' ', '%20')
    .replaceAll('&', '&amp;')
  return `<${safe}|${inline(title, 60)} (${inline(host, 60)})>`
}

/** A person or another actor, named; a Slack user is shown as one. An edit does not notify. */
export function actorName(actor: { kind: string; name: string; id?: string }): string {
  return actor.kind === 'person' && actor.id !== undefined && /^[UW][A-Z0-9]{2,20}$/.test(actor.id)
    ? `<@${actor.id}>`
    : inline(actor.name, 60)
}

// Alertmanager's classic matcher grammar (before 0.27), kept as there for what the UTF-8 one refuses.
import type { MatcherOp } from './model.ts'
import type { Parsed, RawMatcher } from './matcher-utf8.ts'

const ONE = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*([^]*?)\s*$/

/** Splits at commas outside double quotes; a backslash escapes the next character. */
function split(input: string): { text: string; offset: number }[] {
  const parts: { text: string; offset: number }[] = []
  let start = 0
  let quoted = false
  let escaped = false
  for (let i = 0; i < input.length; i += 1) {
    const c = input[i]
    if (c === ',' && !quoted) {
      parts.push({ text: input.slice(start, i), offset: start })
      start = i + 1
      // As there: a comma outside quotes leaves the escape flag as it stands.
      continue
    }
    if (c === '"') {
      if (escaped) escaped = false
      else quoted = !quoted
    } else escaped = c === '\\' ? !escaped : false
  }
  if (start < input.length) parts.push({ text: input.slice(start), offset: start })
  return parts
}

/** The value without its quotes and escapes; null where a double quote stands unescaped. */
function unescape(raw: string): string | null {
  let expectQuote = raw.startsWith('"')
  const body = expectQuote ? raw.slice(1) : raw
  let value = ''
  for (let i = 0; i < body.length; i += 1) {
    const c = body[i] ?? ''
    if (c === '\\' && i < body.length - 1) {
      i += 1
      const next = body[i] ?? ''
      if (next === 'n') value += '\n'
      else if (next === '"' || next === '\\') value += next
      else value += `\\${next}`
    } else if (c === '"') {
      if (!expectQuote || i < body.length - 1) return null
      expectQuote = false
    } else value += c
  }
  return expectQuote ? null : value
}

/** Parses matchers by the classic grammar. One trailing comma is allowed, an empty matcher is not. */
export function parseClassic(input: string): Parsed<RawMatcher[]> {
  const opened = input.startsWith('{') ? 1 : 0
  const body = input.slice(opened, input.endsWith('}') ? -1 : undefined)
  const parts = split(opened === 1 && input.length === 1 ? '' : body)
  const last = parts.at(-1)
  if (parts.length > 1 && last !== undefined && last.text.trim() === '') parts.pop()
  const matchers: RawMatcher[] = []
  for (const { text, offset } of parts) {
    const found = ONE.exec(text)
    if (found === null) return { ok: false, message: `"${text}" is no matcher`, offset: offset + opened }
    const [, name = '', op = '=', raw = ''] = found
    const value = unescape(raw)
    if (value === null)
      return { ok: false, message: 'the value contains an unescaped double quote', offset: offset + opened }
    matchers.push({
      name,
      op: op as MatcherOp,
      value,
      text: text.trim(),
      quotedName: false,
      offset: offset + opened,
    })
  }
  return { ok: true, value: matchers }
}

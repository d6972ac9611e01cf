// Alertmanager's UTF-8 matcher grammar (0.27 and newer): quoted or unquoted names and values.
import type { MatcherOp } from './model.ts'

/** One matcher before its regular expression is compiled. Offsets count UTF-16 units from 0. */
export interface RawMatcher {
  readonly name: string
  readonly op: MatcherOp
  readonly value: string
  readonly text: string
  readonly quotedName: boolean
  readonly offset: number
}

/** What a parser says: matchers, or why not and where. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly offset: number }

type Kind = '{' | '}' | ',' | 'op' | 'quoted' | 'word' | 'end'

interface Token {
  readonly kind: Kind
  readonly value: string
  readonly start: number
  readonly end: number
}

const SPACE = /[\t\n\v\f\r \u0085\u00A0\p{Z}]/u
const WORD = /[^\t\n\v\f\r \u0085\u00A0\p{Z}{}!=~,\\"'`]+/uy
const QUOTED = /"(?:[^"\\]|\\[^])*"/y
const OP = /=~|!=|!~|=/y

function fail(message: string, offset: number): { ok: false; message: string; offset: number } {
  return { ok: false, message, offset }
}

function tokenAt(input: string, from: number): Token | { ok: false; message: string; offset: number } {
  let at = from
  while (at < input.length && SPACE.test(input[at] ?? '')) at += 1
  const first = input[at]
  if (first === undefined) return { kind: 'end', value: '', start: at, end: at }
  if (first === '{' || first === '}' || first === ',')
    return { kind: first, value: first, start: at, end: at + 1 }
  for (const [kind, pattern] of [
    ['op', OP],
    ['quoted', QUOTED],
    ['word', WORD],
  ] as const) {
    pattern.lastIndex = at
    const found = pattern.exec(input)
    if (found !== null) return { kind, value: found[0], start: at, end: at + found[0].length }
  }
  return first === '"' ? fail('the quote is never closed', at) : fail(`${first} cannot stand here`, at)
}

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '"': 34,
} // prettier-ignore
const ESCAPE = /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y

/** Go's strconv.Unquote for a double-quoted string: escapes give bytes, and the bytes must be UTF-8. */
function unquote(quoted: string): string | null {
  const inner = quoted.slice(1, -1)
  if (inner.includes('\n')) return null
  if (!inner.includes('\\')) return inner
  const bytes: number[] = []
  const utf8 = new TextEncoder()
  let at = 0
  while (at < inner.length) {
    if (inner[at] !== '\\') {
      const next = inner.indexOf('\\', at)
      const end = next < 0 ? inner.length : next
      for (const byte of utf8.encode(inner.slice(at, end))) bytes.push(byte)
      at = end
      continue
    }
    ESCAPE.lastIndex = at
    const found = ESCAPE.exec(inner)
    if (found === null) return null
    const [whole, simple, hex, octal, short, long] = found
    if (simple !== undefined) bytes.push(SIMPLE[simple] ?? 0)
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else {
      const point = Number.parseInt(short ?? long ?? '', 16)
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return null
      for (const byte of utf8.encode(String.fromCodePoint(point))) bytes.push(byte)
    }
    at += whole.length
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes))
  } catch {
    return null
  }
}

/** Parses matchers by the UTF-8 grammar; none at all (`` or `{}`) is an empty list, as in Alertmanager. */
export function parseUtf8(input: string): Parsed<RawMatcher[]> {
  const matchers: RawMatcher[] = []
  let at = 0
  const next = (): ReturnType<typeof tokenAt> => {
    const token = tokenAt(input, at)
    if ('kind' in token) at = token.end
    return token
  }
  let token = next()
  if (!('kind' in token)) return token
  const braced = token.kind === '{'
  if (braced) {
    token = next()
    if (!('kind' in token)) return token
  }
  while (token.kind !== 'end' && token.kind !== '}') {
    const name = token
    if (name.kind !== 'quoted' && name.kind !== 'word') return fail('expected a label name', name.start)
    const op = next()
    if (!('kind' in op)) return op
    if (op.kind !== 'op') return fail('expected an operator such as =, !=, =~ or !~', op.start)
    const value = next()
    if (!('kind' in value)) return value
    if (value.kind !== 'quoted' && value.kind !== 'word') return fail('expected a label value', value.start)
    const [plainName, plainValue] = [name, value].map((t) =>
      t.kind === 'quoted' ? unquote(t.value) : t.value,
    )
    if (plainName === null || plainName === undefined)
      return fail(`${name.value} has an escape that means nothing`, name.start)
    if (plainName === '') return fail('the label name is empty', name.start)
    if (plainValue === null || plainValue === undefined)
      return fail(`${value.value} has an escape that means nothing`, value.start)
    matchers.push({
      name: plainName,
      op: op.value as MatcherOp,
      value: plainValue,
      text: input.slice(name.start, value.end),
      quotedName: name.kind === 'quoted',
      offset: name.start,
    })
    token = next()
    if (!('kind' in token)) return token
    if (token.kind === ',') {
      token = next()
      if (!('kind' in token)) return token
    } else if (token.kind !== '}' && token.kind !== 'end')
      return fail('expected a comma or a closing brace', token.start)
  }
  if (braced && token.kind !== '}') return fail('expected a closing brace', token.start)
  if (!braced && token.kind === '}') return fail('there is no opening brace for this }', token.start)
  if (token.kind === '}') {
    const rest = next()
    if (!('kind' in rest)) return rest
    if (rest.kind !== 'end') return fail('nothing may follow the closing brace', rest.start)
  }
  return { ok: true, value: matchers }
}

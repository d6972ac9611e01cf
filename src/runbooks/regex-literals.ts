// What a pattern demands of the beginning of a value, so that an index can skip it for all others.

/** Every matching value is one of `values` (`exact`), or begins with one of them. */
export interface Literals {
  readonly exact: boolean
  readonly values: readonly string[]
}

/** More alternatives than this are not worth an index entry each. */
const MAX_VALUES = 64
/** Longer prefixes select no better. */
const MAX_LENGTH = 48
/** Something that says nothing of where it stands: a class, an anchor, a repetition. */
const ANYTHING: Literals = { exact: false, values: [''] }
const CLASS = /\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[^]|[^\\\]])*\]/y
const REPEAT = /\{\d+(?:,\d*)?\}/y
const GROUP = /\((?:\?:|\?P?<\w+>)?(?!\?)/y

interface Cursor {
  readonly text: string
  at: number
}

function take(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)
  if (found === null) return null
  cursor.at += found[0].length
  return found[0]
}

function then(a: Literals, b: Literals): Literals {
  if (!a.exact) return a
  if (a.values.length * b.values.length > MAX_VALUES) return { exact: false, values: a.values }
  const values = a.values.flatMap((x) => b.values.map((y) => x + y))
  if (values.every((value) => value.length <= MAX_LENGTH)) return { exact: b.exact, values }
  return { exact: false, values: values.map((value) => value.slice(0, MAX_LENGTH)) }
}

/** One atom without its quantifier; null for what this reader does not know. */
function atom(cursor: Cursor): Literals | null {
  const c = cursor.text[cursor.at] ?? ''
  if (c === '(') {
    if (take(cursor, GROUP) === null) return null
    const inner = alternation(cursor)
    if (inner === null || cursor.text[cursor.at] !== ')') return null
    cursor.at += 1
    return inner
  }
  if (c === '[') return take(cursor, CLASS) === null ? null : ANYTHING
  if (c === '\\') {
    const next = cursor.text[cursor.at + 1] ?? ''
    cursor.at += 2
    // Escaped punctuation is itself. \p, \x, \Q and octals have a tail of their own: not worth reading.
    if (/[!-/:-@[-`{-~]/.test(next)) return { exact: true, values: [next] }
    return /[dDsSwWbBAz]/.test(next) ? ANYTHING : null
  }
  // Surrogate pairs stay together: a quantifier after one concerns the whole character.
  const character = String.fromCodePoint(cursor.text.codePointAt(cursor.at) ?? 0)
  cursor.at += character.length
  return '.^$'.includes(c) ? ANYTHING : { exact: true, values: [character] }
}

function sequence(cursor: Cursor): Literals | null {
  let known: Literals = { exact: true, values: [''] }
  while (cursor.at < cursor.text.length) {
    const c = cursor.text[cursor.at]
    if (c === '|' || c === ')') break
    const one = atom(cursor)
    if (one === null) return null
    const quantifier = take(cursor, REPEAT) ?? take(cursor, /[*+?]/y)
    take(cursor, /\?/y)
    if (quantifier === null) known = then(known, one)
    else if (quantifier === '?') known = then(known, { exact: one.exact, values: [...one.values, ''] })
    else known = then(known, quantifier === '+' ? { exact: false, values: one.values } : ANYTHING)
  }
  return known
}

function alternation(cursor: Cursor): Literals | null {
  let exact = true
  const values: string[] = []
  for (;;) {
    const one = sequence(cursor)
    if (one === null) return null
    exact &&= one.exact
    values.push(...one.values)
    if (values.length > MAX_VALUES) return null
    if (cursor.text[cursor.at] !== '|') return { exact, values }
    cursor.at += 1
  }
}

/**
 * What every value that a fully anchored RE2 pattern matches is, or begins with; the empty text among them where it may
 * be empty, or begin with anything. Null for a pattern that this reader does not know.
 */
export function beginningsOf(pattern: string): Literals | null {
  const cursor = { text: pattern, at: 0 }
  const found = alternation(cursor)
  if (found === null || cursor.at < pattern.length) return null
  return { exact: found.exact, values: [...new Set(found.values)] }
}

/**
 * The literals that a fully anchored RE2 pattern begins with, or null when it may begin with anything.
 * Sound, not complete: a value that matches always is, or begins with, one of them.
 */
export function literalsOf(pattern: string): Literals | null {
  const found = beginningsOf(pattern)
  return found === null || found.values.includes('') ? null : found
}

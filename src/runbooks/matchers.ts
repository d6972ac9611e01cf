// Matchers in Alertmanager's syntax: both grammars, four operators, fully anchored, in linear time.
import { RE2JS } from 're2js'
import type { Matcher } from './model.ts'
import { parseClassic } from './matcher-classic.ts'
import { parseUtf8, type Parsed, type RawMatcher } from './matcher-utf8.ts'

/** A pattern longer than this is refused: nobody reads it, and its automaton would fill the memory. */
export const MAX_PATTERN = 1000
/** Matchers in one entry. */
export const MAX_MATCHERS = 32

function compile(raw: RawMatcher): Parsed<Matcher> {
  const { name, op, value, text, quotedName, offset } = raw
  const base = { name, op, value, text, quotedName }
  if (op === '=') return { ok: true, value: { ...base, holds: (actual) => actual === value } }
  if (op === '!=') return { ok: true, value: { ...base, holds: (actual) => actual !== value } }
  if (value.length > MAX_PATTERN)
    return { ok: false, message: `the pattern is longer than ${MAX_PATTERN} characters`, offset }
  try {
    // Alertmanager anchors in just this way, so that an alternation inside stays inside.
    const pattern = RE2JS.compile(`^(?:${value})$`)
    const wanted = op === '=~'
    return { ok: true, value: { ...base, holds: (actual) => pattern.test(actual) === wanted } }
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    const bare = why.replace(`^(?:${value})$`, value)
    return { ok: false, message: `the pattern of ${name} is no RE2 expression: ${bare}`, offset }
  }
}

function same(a: readonly RawMatcher[], b: readonly RawMatcher[]): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => x.name === b[i]?.name && x.op === b[i].op && x.value === b[i].value)
  )
}

/**
 * Parses what Alertmanager parses, as it does without feature flags: by the UTF-8 grammar, by the classic one where
 * that refuses, and by the classic one where both accept and disagree. Errors carry an offset into `input`, from 0.
 */
export function parseMatchers(input: string): Parsed<readonly Matcher[]> {
  const modern = parseUtf8(input)
  const classic = parseClassic(input)
  if (!modern.ok && !classic.ok) return modern
  const chosen =
    classic.ok && (!modern.ok || !same(modern.value, classic.value))
      ? classic.value
      : modern.ok
        ? modern.value
        : []
  if (chosen.length > MAX_MATCHERS)
    return { ok: false, message: `there are more than ${MAX_MATCHERS} matchers`, offset: 0 }
  const matchers: Matcher[] = []
  for (const raw of chosen) {
    const compiled = compile(raw)
    if (!compiled.ok) return compiled
    matchers.push(compiled.value)
  }
  return { ok: true, value: matchers }
}

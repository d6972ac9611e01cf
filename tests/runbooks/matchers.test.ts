// Matchers agree with Alertmanager's own test vectors, and no pattern can hang them.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseClassic } from '../../src/runbooks/matcher-classic.ts'
import { parseUtf8 } from '../../src/runbooks/matcher-utf8.ts'
import { parseMatchers } from '../../src/runbooks/matchers.ts'
import {
  CLASSIC_NAMES,
  COMPLIANCE,
  FALLBACK_MATCHER,
  FALLBACK_MATCHERS,
  LABELS_MATCHER,
  LABELS_PARSE,
  LABELS_STRING,
  LEXER_SCAN,
  PARSE_MATCHER,
  PARSE_MATCHERS,
  UTF8_NAMES,
} from './alertmanager-vectors.ts'

type Grammar = typeof parseUtf8

/** `name op value` of each matcher, or null where the input is refused, by its grammar or by RE2. */
function shown(input: string, grammar: Grammar | typeof parseMatchers): string[] | null {
  const parsed = grammar(input)
  // A grammar alone does not compile patterns; the whole does.
  const refused = !parsed.ok || !parseMatchers(input).ok
  return refused ? null : parsed.value.map((m) => `${m.name} ${m.op} ${m.value}`)
}

const single = (found: string[] | null): string[] | null => (found?.length === 1 ? found : null)
const rows = <T extends readonly unknown[]>(vectors: readonly T[]): T[] => [...vectors]

describe('Alertmanager’s vectors, all rows', () => {
  test.each(rows(LABELS_PARSE))('pkg/labels/parse_test.go: %s', (_, input, want) => {
    expect(shown(input, parseClassic)).toEqual(want)
  })

  test.each(rows(LABELS_MATCHER))(
    'pkg/labels/matcher_test.go: %s %j against %j is %s',
    (op, pattern, value, holds) => {
      const parsed = parseMatchers(`name${op}${JSON.stringify(pattern)}`)
      expect(parsed.ok && parsed.value.every((matcher) => matcher.holds(value))).toBe(holds)
    },
  )

  test.each(rows(LABELS_STRING))('pkg/labels/matcher_test.go, as written there: %s', (_, input, want) => {
    expect(shown(input, parseMatchers)).toEqual(want)
  })

  test.each(rows(PARSE_MATCHERS))('matcher/parse/parse_test.go, matchers: %s', (_, input, want) => {
    expect(shown(input, parseUtf8)).toEqual(want)
  })

  test.each(rows(PARSE_MATCHER))('matcher/parse/parse_test.go, matcher: %s', (_, input, want) => {
    expect(single(shown(input, parseUtf8))).toEqual(want)
  })

  // The lexer shows in what stands for a value, an operator or a brace.
  test.each(rows(LEXER_SCAN))('matcher/parse/lexer_test.go: %s', (_, input, tokens, error) => {
    const [kind, text] = (tokens.length === 1 && !error ? tokens[0] : undefined)?.split(/ (.*)/s) ?? []
    if (kind === 'Unquoted') expect(shown(`name=${input}`, parseUtf8)).toEqual([`name = ${text}`])
    else if (kind === 'Quoted') expect(shown(`name=${input}`, parseUtf8)).toEqual(valueOf(text ?? ''))
    else if (kind !== undefined && /Equals|Matches/.test(kind))
      expect(shown(`name${input}value`, parseUtf8)).toEqual([`name ${text} value`])
    else if (tokens.join() === 'OpenBrace {,CloseBrace }' || (tokens.length === 0 && !error))
      expect(shown(input, parseUtf8)).toEqual([])
    else for (const whole of [input, `name=${input}`]) expect(parseUtf8(whole)).toMatchObject({ ok: false })
  })

  test.each(rows(FALLBACK_MATCHER))('matcher/compat/parse_test.go, matcher: %s', (_, input, want) => {
    expect(single(shown(input, parseMatchers))).toEqual(want)
  })

  test.each(rows(FALLBACK_MATCHERS))('matcher/compat/parse_test.go, matchers: %s', (_, input, want) => {
    expect(shown(input, parseMatchers)).toEqual(want)
  })

  test.each(rows(CLASSIC_NAMES))(
    'matcher/compat/parse_test.go, classic label name: %s',
    (_, label, valid) => {
      expect(parseClassic(`${label}=x`).ok).toBe(valid)
    },
  )

  test.each(rows(UTF8_NAMES))('matcher/compat/parse_test.go, UTF-8 label name: %s', (_, label, valid) => {
    expect(parseUtf8(`"${label}"=x`).ok).toBe(valid)
  })

  // What is skipped there is what the UTF-8 grammar refuses on purpose or writes as another empty list.
  test.each(rows(COMPLIANCE).filter(([, , skipped]) => !skipped))(
    'matcher/compliance/compliance_test.go: %s',
    (input, want) => {
      expect(shown(input, parseUtf8)).toEqual(want)
    },
  )

  test('the table is whole', () => {
    const tables = [LABELS_PARSE, LABELS_MATCHER, LABELS_STRING, PARSE_MATCHERS, PARSE_MATCHER, LEXER_SCAN]
    expect(tables.map(({ length }) => length)).toEqual([53, 17, 12, 45, 31, 50])
    expect(
      [FALLBACK_MATCHER, FALLBACK_MATCHERS, CLASSIC_NAMES, UTF8_NAMES].map(({ length }) => length),
    ).toEqual([5, 5, 5, 5])
    expect(COMPLIANCE).toHaveLength(54)
  })
})

/** What Go's strconv.Unquote makes of a quoted token: as JSON does, but for a tab that stands as it is. */
function valueOf(quoted: string): string[] | null {
  try {
    return [`name = ${String(JSON.parse(quoted.replaceAll('\t', String.raw`\t`)))}`]
  } catch {
    return null
  }
}

describe('beyond the vectors', () => {
  test.each<[string, string[] | null]>([
    [String.raw`foo=~"a\.b"`, [String.raw`foo =~ a\.b`]],
    ['k8s.pod=web-1', ['k8s.pod = web-1']],
    ['"k8s pod"="web 1"', ['k8s pod = web 1']],
    // Both grammars accept this and differ (the classic one keeps \t): the classic one counts, as there.
    [String.raw`foo="bar\t"`, [String.raw`foo = bar\t`]],
    ['{foo=~"invalid[regexp"}', null],
  ])('without feature flags: %s', (input, expected) => {
    expect(shown(input, parseMatchers)).toEqual(expected)
  })
})

describe('patterns', () => {
  const holds = (text: string, actual: string): boolean => {
    const parsed = parseMatchers(text)
    if (!parsed.ok) throw new Error(parsed.message)
    return parsed.value.every((matcher) => matcher.holds(actual))
  }

  test.each([
    ['a=~"b|c"', 'b', true],
    ['a=~"b|c"', 'bc', false],
    ['a=~"b"', 'abc', false],
    ['a=~".*"', '', true],
    ['a=~".+"', '', false],
    ['a!~"b|c"', 'b', false],
    ['a!~"b|c"', '', true],
    ['a=~"."', '😀', true],
    ['a=~"(?i)OOM.*"', 'oomKilled', true],
    // Go's dot does not match a line end, and neither does its $ before one.
    ['a=~"a.b"', 'a\nb', false],
    ['a=~"a"', 'a\n', false],
  ])('%s against %j is %s', (text, actual, expected) => {
    expect(holds(text, actual)).toBe(expected)
  })

  test.each([
    ['a=~"(?<=x)y"', 'invalid named capture'],
    ['a=~"(x{1000}){1000}"', 'invalid repeat count'],
    ['a=~"(x)\\\\1"', 'invalid escape sequence'],
    [`a=~"${'x'.repeat(1001)}"`, 'longer than 1000'],
  ])('%s is refused, as RE2 does', (text, why) => {
    const parsed = parseMatchers(text)
    expect(parsed.ok ? '' : parsed.message).toContain(why)
  })

  test('catastrophic backtracking is linear here: a million characters are decided', () => {
    expect(holds('a=~"(x+)+y"', 'x'.repeat(1_000_000))).toBe(false)
  })

  test('more than 32 matchers in one entry are refused', () => {
    expect(parseMatchers(Array.from({ length: 33 }, (_, i) => `a${i}=b`).join(',')).ok).toBe(false)
  })
})

describe('for any input', () => {
  test('the parser answers, and its errors point into the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (input) => {
        const parsed = parseMatchers(input)
        if (!parsed.ok) {
          expect(parsed.offset).toBeGreaterThanOrEqual(0)
          expect(parsed.offset).toBeLessThanOrEqual(input.length)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('what is quoted comes back as it was', () => {
    const op = fc.constantFrom('=', '!=')
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        op,
        fc.string({ unit: 'grapheme' }),
        (name, op, value) => {
          const quote = (text: string): string =>
            `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
          const text = `{${quote(name)}${op}${quote(value)}}`
          expect(shown(text, parseMatchers)).toEqual([`${name} ${op} ${value}`])
        },
      ),
      { numRuns: 300 },
    )
  })
})

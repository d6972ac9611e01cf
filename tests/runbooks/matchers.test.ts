// Matchers agree with Alertmanager's own test vectors, and no pattern can hang them.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseClassic } from '../../src/runbooks/matcher-classic.ts'
import { parseUtf8 } from '../../src/runbooks/matcher-utf8.ts'
import { parseMatchers } from '../../src/runbooks/matchers.ts'

type Row = [input: string, expected: string[] | null]

/** `name op value` of each matcher, or null where the input is refused. */
const shown = (
  parsed:
    | { ok: true; value: readonly { name: string; op: string; value: string }[] }
    | { ok: false; message: string },
): string[] | null => (parsed.ok ? parsed.value.map((m) => `${m.name} ${m.op} ${m.value}`) : null)

const UTF8: Row[] = [
  ['', []],
  ['{}', []],
  ['{foo=bar}', ['foo = bar']],
  ['{foo=bar,}', ['foo = bar']],
  ['{foo!=bar}', ['foo != bar']],
  ['{foo=~[a-z]+}', ['foo =~ [a-z]+']],
  ['{foo!~[a-z]+}', ['foo !~ [a-z]+']],
  ['{foo=🙂}', ['foo = 🙂']],
  ['{foo=🙂bar}', ['foo = 🙂bar']],
  ['foo=bar', ['foo = bar']],
  ['foo=bar,', ['foo = bar']],
  ['foo!=bar', ['foo != bar']],
  ['foo=~[a-z]+', ['foo =~ [a-z]+']],
  ['foo!~[a-z]+', ['foo !~ [a-z]+']],
  ['{"foo"="bar"}', ['foo = bar']],
  ['{"foo"="bar",}', ['foo = bar']],
  ['{"foo"!="bar"}', ['foo != bar']],
  ['{"foo"=~"[a-z]+"}', ['foo =~ [a-z]+']],
  ['{"foo"!~"[a-z]+"}', ['foo !~ [a-z]+']],
  ['{"foo"="🙂"}', ['foo = 🙂']],
  [String.raw`{"foo"="\xf0\x9f\x99\x82"}`, ['foo = 🙂']],
  [String.raw`{"foo"="\U0001f642"}`, ['foo = 🙂']],
  ['{"foo"="🙂bar"}', ['foo = 🙂bar']],
  [String.raw`{"foo"="bar\n"}`, ['foo = bar\n']],
  [String.raw`{"foo"="bar\t"}`, ['foo = bar\t']],
  [String.raw`{"foo"="\"bar\""}`, ['foo = "bar"']],
  [String.raw`{"foo"="bar\\"}`, ['foo = bar\\']],
  ['"foo"="bar"', ['foo = bar']],
  ['"foo"="bar",', ['foo = bar']],
  ['{foo=bar,bar!=baz}', ['foo = bar', 'bar != baz']],
  ['{foo="bar",bar!="baz"}', ['foo = bar', 'bar != baz']],
  ['foo=bar,bar!=baz', ['foo = bar', 'bar != baz']],
  ['foo="bar",bar!="baz"', ['foo = bar', 'bar != baz']],
  [',', null],
  ['{,}', null],
  ['{', null],
  ['}', null],
  ['foo=bar}', null],
  ['{foo=bar', null],
  ['{foo=:"bar"}', null],
  [String.raw`{foo="bar\w"}`, null],
  [String.raw`{foo=bar\n}`, null],
  [String.raw`{"foo"="\xf0\x9f"}`, null],
]

const CLASSIC: Row[] = [
  ['{}', []],
  [',', null],
  ['{,}', null],
  ["{foo='}", ["foo = '"]],
  ['{foo=`}', ['foo = `']],
  [String.raw`{foo=\"}`, ['foo = "']],
  ['{foo=bar}', ['foo = bar']],
  ['{foo="bar"}', ['foo = bar']],
  ['{foo=~bar.*}', ['foo =~ bar.*']],
  ['{foo=~"bar.*"}', ['foo =~ bar.*']],
  ['{foo!=bar}', ['foo != bar']],
  ['{foo!="bar"}', ['foo != bar']],
  ['{foo!~bar.*}', ['foo !~ bar.*']],
  ['{foo!~"bar.*"}', ['foo !~ bar.*']],
  ['{foo="bar", baz!="quux"}', ['foo = bar', 'baz != quux']],
  ['{foo="bar",baz!~".*quux", derp="wat"}', ['foo = bar', 'baz !~ .*quux', 'derp = wat']],
  ['{foo="bar", instance=~"some-api.*"}', ['foo = bar', 'instance =~ some-api.*']],
  ['{foo=""}', ['foo = ']],
  ['{foo="bar,quux", job="job1"}', ['foo = bar,quux', 'job = job1']],
  ['{foo = "bar", dings != "bums", }', ['foo = bar', 'dings != bums']],
  ['foo=bar,dings!=bums', ['foo = bar', 'dings != bums']],
  [
    String.raw`{quote="She said: \"Hi, ladies! That's gender-neutral…\""}`,
    ['quote = She said: "Hi, ladies! That\'s gender-neutral…"'],
  ],
  ['statuscode=~"5.."', ['statuscode =~ 5..']],
  ['tricky=~~~', ['tricky =~ ~~']],
  [String.raw`trickier==\\=\=\"`, [String.raw`trickier = =\=\="`]],
  [
    String.raw`contains_quote != "\"" , contains_comma !~ "foo,bar" , `,
    ['contains_quote != "', 'contains_comma !~ foo,bar'],
  ],
  ['{foo=bar}}', ['foo = bar}']],
  ['{foo=bar}},}', ['foo = bar}}']],
  ['{foo=,bar=}}', ['foo = ', 'bar = }']],
  [String.raw`{foo=bar\t}`, [String.raw`foo = bar\t`]],
  [String.raw`{foo=bar\n}`, ['foo = bar\n']],
  ['{foo=bar\\}', ['foo = bar\\']],
  ['{foo=bar\\\\}', ['foo = bar\\']],
  [String.raw`{foo=bar\"}`, ['foo = bar"']],
  ['job=', ['job = ']],
  ['job="value', null],
  ['job=value"', null],
  [String.raw`trickier==\\=\=\""`, null],
  ['contains_unescaped_quote = foo"bar', null],
  ['{invalid-name = "valid label"}', null],
  [String.raw`"{foo=\"bar"}`, null],
  [String.raw`"foo=\"bar"`, null],
  [String.raw`"foo=\"bar\""`, null],
  ['"foo="bar""', null],
  ['{{foo=', null],
  ['{foo=', ['foo = ']],
  ['{foo=}b', ['foo = }b']],
]

describe('Alertmanager’s vectors', () => {
  test.each(UTF8)('UTF-8 grammar: %s', (input, expected) => {
    expect(shown(parseUtf8(input))).toEqual(expected)
  })

  test.each(CLASSIC)('classic grammar: %s', (input, expected) => {
    expect(shown(parseClassic(input))).toEqual(expected)
  })

  test.each<Row>([
    [String.raw`foo=~"a\.b"`, [String.raw`foo =~ a\.b`]],
    ['k8s.pod=web-1', ['k8s.pod = web-1']],
    ['"k8s pod"="web 1"', ['k8s pod = web 1']],
    // Both grammars accept this and differ (the classic one keeps \t): the classic one counts, as there.
    [String.raw`foo="bar\t"`, [String.raw`foo = bar\t`]],
    ['{foo=~"invalid[regexp"}', null],
  ])('without feature flags: %s', (input, expected) => {
    expect(shown(parseMatchers(input))).toEqual(expected)
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
          const parsed = parseMatchers(`{${quote(name)}${op}${quote(value)}}`)
          expect(shown(parsed)).toEqual([`${name} ${op} ${value}`])
        },
      ),
      { numRuns: 300 },
    )
  })
})

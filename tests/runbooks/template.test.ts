// Templates have no logic, and what they insert cannot break out of where it stands.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTemplate, renderTemplate, type Destination } from '../../src/runbooks/template.ts'

function render(
  text: string,
  values: Record<string, string>,
  destination: Destination,
): ReturnType<typeof renderTemplate> {
  const template = parseTemplate(text)
  if (!template.ok) throw new Error(template.message)
  return renderTemplate(template, (name) => values[name], destination)
}

test.each([
  ['{{#x}}a{{/x}}', 'sections'],
  ['{{^x}}a{{/x}}', 'inverted'],
  ['{{> x}}', 'partials'],
  ['{{{ x }}}', 'unescaped'],
  ['{{& x}}', 'unescaped'],
  ['{{=<% %>=}}', 'delimiters'],
  ['{{ a b }}', 'no name'],
  ['{{ a.b.c }}', 'no name'],
  ['{{ constructor.constructor() }}', 'no name'],
  ['{{ a', 'Unclosed'],
])('%s is refused', (text, why) => {
  const template = parseTemplate(text)
  expect(template.ok ? '' : template.message).toContain(why)
})

test('names are known before any value is', () => {
  expect(parseTemplate('{{ a }} {{b.c}} {{a}} {{! words }}')).toMatchObject({ ok: true, names: ['a', 'b.c'] })
})

test('what is missing is listed, stands visibly in text, and leaves no trace elsewhere', () => {
  expect(render('job {{ job_name }}, {{ x }}', { x: '' }, 'plain')).toEqual({
    text: 'job (no job_name), (no x)',
    missing: ['job_name', 'x'],
    refused: [],
  })
  expect(render('/jobs/{{ job_name }}/', {}, 'url').text).toBe('/jobs//')
})

test('a name of the prototype has no value', () => {
  const values: Record<string, string> = Object.create(null)
  expect(render('{{ toString }}', values, 'plain').missing).toEqual(['toString'])
})

describe('PromQL', () => {
  test.each([
    ['up{job="{{ x }}"}', 'a"} or vector(1) #', String.raw`up{job="a\"} or vector(1) #"}`],
    ['up{job="{{ x }}"}', 'a\\', String.raw`up{job="a\\"}`],
    ["up{job='{{ x }}'}", "it's", String.raw`up{job='it\'s'}`],
    ['up{job="{{ x }}"}', 'a\nb', String.raw`up{job="a\nb"}`],
    ['up{job=~"{{ x }}.*"}', 'a.b|c', String.raw`up{job=~"a\\.b\\|c.*"}`],
    ['up{a="b",job!~"{{ x }}"}', '(', String.raw`up{a="b",job!~"\\("}`],
    ['rate({{ x }}[5m])', 'http_requests_total', 'rate(http_requests_total[5m])'],
    ['up[{{ x }}]', '5m', 'up[5m]'],
    // A quote in a comment opens nothing, so the next one does.
    [
      `# don't\nup{job="{{ x }}"}`,
      'a"} or up{b="',
      String.raw`# don't\nup{job="a\"} or up{b=\""}`.replace(String.raw`\nup`, '\nup'),
    ],
    [
      'up{job=~ # "why"\n "{{ x }}"}',
      'a.b',
      String.raw`up{job=~ # "why"\n "a\\.b"}`.replace(String.raw`\n`, '\n'),
    ],
    ['up{job="{{ x }}"}', 'a\uFFFDb\uD800', String.raw`up{job="a\ufffdb\ufffd"}`],
  ])('%s with %j', (text, x, expected) => {
    expect(render(text, { x }, 'promql')).toMatchObject({ text: expected, refused: [] })
  })

  test.each([
    ['rate({{ x }}[5m])', 'up) or (up'],
    ['rate({{ x }}[5m])', 'up # '],
    ['up{job=`{{ x }}`}', 'a'],
    // A backslash of the template's own would take the first escape away.
    [String.raw`up{job="\{{ x }}"}`, '"} or vector(1) #'],
    ['up # {{ x }}', 'a'],
    ['up # it is {{ x }}\n', '\n or vector(1)'],
  ])('%s refuses what could change the query', (text, x) => {
    expect(render(text, { x }, 'promql').refused).toEqual(['x'])
  })

  /** What a string of PromQL says, by the lexer's own rules, and what follows it; null where it does not end. */
  function readString(text: string): { says: string; rest: string } | null {
    const quote = text[0]
    let says = ''
    for (let i = 1; i < text.length; i += 1) {
      const c = text[i] ?? ''
      if (c === quote) return { says, rest: text.slice(i + 1) }
      if (c === '\n') return null
      if (c !== '\\') says += c
      else if (text[i + 1] === 'u') {
        says += String.fromCharCode(Number.parseInt(text.slice(i + 2, i + 6), 16))
        i += 5
      } else {
        i += 1
        if (!['n', '\\', quote].includes(text[i])) return null
        says += text[i] === 'n' ? '\n' : text[i]
      }
    }
    return null
  }

  const before = fc.constantFrom(
    '',
    '# it\'s "odd\n',
    "rate(up{x='a\\'\"'}[5m]) + ",
    'up{y=~`"`} # "`\'\n * ',
  )
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc
      .array(
        fc.constantFrom(
          '"',
          "'",
          '`',
          '\\',
          '\n',
          '#',
          '}',
          '{',
          ' or ',
          'up',
          '\u2028',
          '\uD83D',
          '=~',
          '\0',
        ),
        {
          minLength: 1,
          maxLength: 12,
        },
      )
      .map((parts) => parts.join('')),
  )

  test('inside quotes any value stays inside, whatever stands before, and says what it said', () => {
    fc.assert(
      fc.property(hostile, before, fc.constantFrom('"', "'"), fc.boolean(), (x, head, quote, pattern) => {
        const open = `${head}up{a${pattern ? '=~' : '='}`
        const { text, refused } = render(`${open}${quote}{{ x }}${quote},c="d"}`, { x }, 'promql')
        expect(refused).toEqual([])
        const read = readString(text.slice(open.length))
        expect(read?.rest).toBe(',c="d"}')
        const whole = x.toWellFormed()
        if (pattern) expect(new RegExp(`^(?:${read?.says})$`, 's').test(whole)).toBe(true)
        else expect(read?.says).toBe(whole)
      }),
      { numRuns: 500 },
    )
  })

  test('outside of quotes nothing stands but a number, a duration or a name', () => {
    fc.assert(
      fc.property(hostile, (x) => {
        const { text, refused } = render('rate({{ x }}[5m])', { x }, 'promql')
        if (refused.length === 0) expect(text).toMatch(/^rate\([\w:.]+\[5m\]\)$/)
        else expect(text).toBe('rate([5m])')
      }),
    )
  })
})

test.each(['.', '..'])('a URL path is not left by %s either', (x) => {
  expect(render('https://spark.example/api/{{ x }}/end', { x }, 'url')).toMatchObject({ refused: ['x'] })
})

test('a URL path cannot be left, whatever the value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (x) => {
      fc.pre(x !== '.' && x !== '..')
      const { text } = render('https://spark.example/api/{{ x }}/end', { x }, 'url')
      expect(new URL(text).host).toBe('spark.example')
      expect(text.slice('https://spark.example/api/'.length, -'/end'.length)).toMatch(/^[\w.!~*'()%-]*$/)
    }),
  )
})

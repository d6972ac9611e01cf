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
  ])('%s with %j', (text, x, expected) => {
    expect(render(text, { x }, 'promql')).toMatchObject({ text: expected, refused: [] })
  })

  test.each([
    ['rate({{ x }}[5m])', 'up) or (up'],
    ['up{job=`{{ x }}`}', 'a'],
  ])('%s refuses what could change the query', (text, x) => {
    expect(render(text, { x }, 'promql').refused).toEqual(['x'])
  })

  test('inside quotes any value stays inside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (x) => {
        const { text } = render('a{b="{{ x }}",c="d"}', { x }, 'promql')
        const inside = /^a\{b="((?:[^"\\\n]|\\.)*)",c="d"\}$/s.exec(text)?.[1] ?? ''
        const read = inside.replaceAll(/\\(.)/gs, (_, c: string) => (c === 'n' ? '\n' : c))
        expect(read).toBe(x)
      }),
    )
  })
})

test('a URL path cannot be left, whatever the value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (x) => {
      const { text } = render('https://spark.example/api/{{ x }}/end', { x }, 'url')
      expect(new URL(text).host).toBe('spark.example')
      expect(text.slice('https://spark.example/api/'.length, -'/end'.length)).toMatch(/^[\w.!~*'()%-]*$/)
    }),
  )
})

// Parameters with templates: filled in where they stand, escaped for where they go, held against a schema.
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { clauseOf, holeIn, namesIn, parseParams, renderParams } from '../../src/runbooks/render-params.ts'

const VALUES: Readonly<Record<string, string>> = { job: 'a"b', n: '42', yes: 'true', dir: 'a/b', empty: '' }
const lookup = (name: string): string | undefined => VALUES[name]

describe('parameters', () => {
  it('are escaped for their own destination, and plain without one', () => {
    const { params } = renderParams(
      { query: 'up{job="{{ job }}"}', url: 'http://x/{{ dir }}', note: '{{ job }} {{ dir }}', other: 7 },
      { query: 'promql', url: 'url' },
      lookup,
    )
    expect(params).toEqual({
      query: String.raw`up{job="a\"b"}`,
      url: 'http://x/a%2Fb',
      note: 'a"b a/b',
      other: 7,
    })
  })

  it('are filled in however deep, the destination being that of the parameter around', () => {
    const { params } = renderParams(
      { url: { list: ['{{ dir }}', { deep: '{{ dir }}' }, null, true] } },
      { url: 'url' },
      lookup,
    )
    expect(params).toEqual({ url: { list: ['a%2Fb', { deep: 'a%2Fb' }, null, true] } })
  })

  it.each([
    [{ query: 'up{job="{{ gone }}"}' }, 'it needs gone, which is not known'],
    [{ query: '{{ gone }} {{ empty }}' }, 'it needs gone, empty, which are not known'],
    [
      { query: 'up{{{ job }}}'.replace('{{{ job }}}', '{{ job }}') },
      'the value of job may not stand where its template puts it',
    ],
    [{ plain: '{{ gone }}' }, null],
  ])('%j has the hole %j', (params, hole) => {
    expect(holeIn(renderParams(params, { query: 'promql' }, lookup))).toBe(hole)
  })

  it('leave a missing name visibly in plain text', () => {
    expect(renderParams({ note: 'job {{ gone }}' }, {}, lookup).params).toEqual({ note: 'job (no gone)' })
  })

  it('are no templates of a prototype’s', () => {
    const { params } = renderParams({ constructor: '{{ job }}' }, {}, lookup)
    expect(params).toEqual({ constructor: 'a"b' })
  })

  it('name what has to be known first', () => {
    expect(namesIn({ a: '{{ heap.value }}', b: [{ c: 'x {{ job }}' }], d: '{{ broken' })).toEqual([
      'heap.value',
      'job',
    ])
  })
})

describe('a schema', () => {
  const schema = z.strictObject({ n: z.int(), yes: z.boolean().default(false), word: z.string().default('') })
  const parse = (params: Record<string, string | number>): ReturnType<typeof parseParams> => {
    const rendered = renderParams(params, {}, lookup)
    return parseParams(schema, rendered.params, rendered.sole)
  }

  it('takes a name alone for the number or truth value that it spells', () => {
    expect(parse({ n: '{{ n }}', yes: ' {{ yes }} ' })).toMatchObject({
      ok: true,
      data: { n: 42, yes: true, word: '' },
      params: { n: 42, yes: true },
    })
  })

  it('takes it for text where text is wanted', () => {
    expect(parse({ n: 1, word: '{{ n }}' })).toMatchObject({ ok: true, data: { word: '42' } })
  })

  it.each([
    [{ n: '{{ job }}' }, 'n: '],
    [{ n: '4{{ n }}' }, 'n: '],
    [{ n: 1, more: 2 }, 'more'],
  ])('refuses %j with a clause', (params, clause) => {
    const parsed = parse(params)
    expect(parsed.ok ? '' : clauseOf(parsed.problems)).toContain(clause)
  })
})

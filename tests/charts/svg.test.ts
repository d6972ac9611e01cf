// The SVG of a chart: words that fit, marks that do not run into one another, and nothing in it but what we draw.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertInert, svgOf } from '../../src/charts/svg.ts'
import { HEIGHT, LABEL_SIZE, WIDTH } from '../../src/charts/theme.ts'
import { widthOf } from '../../src/charts/text.ts'
import type { BarsChart, Chart } from '../../src/diagnosis/chart/model.ts'
import { AT, aChart, aSeries } from './samples.ts'

interface Drawn {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly y: number
  readonly size: number
}

/** Every text of an SVG with the room it takes. */
function textsOf(svg: string): Drawn[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = '', inner = '']) => {
    const text = inner.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
    const [size, x, y] = [
      numberIn(/font-size:([\d.]+)/, attributes),
      place(attributes, 'x'),
      place(attributes, 'y'),
    ]
    const width = widthOf(text, size, attributes.includes('bold'))
    const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1]
    const left = anchor === 'end' ? x - width : anchor === 'middle' ? x - width / 2 : x
    return { text, left, right: left + width, y, size }
  })
}

const numberIn = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1] ?? 0)
/** Its own place and that of its `translate`. */
function place(attributes: string, axis: 'x' | 'y'): number {
  const [, x = '0', y = '0'] = /translate\(([-\d.]+)[ ,]+([-\d.]+)\)/.exec(attributes) ?? []
  return numberIn(new RegExp(` ?\\b${axis}="([-\\d.]+)"`), attributes) + Number(axis === 'x' ? x : y)
}

function expectLegible(chart: Chart): Drawn[] {
  const texts = textsOf(svgOf(chart))
  expect(texts.length).toBeGreaterThan(4)
  for (const { text, left, right, y, size } of texts) {
    expect(left, text).toBeGreaterThanOrEqual(8)
    expect(right, text).toBeLessThanOrEqual(WIDTH - 8)
    expect(y, text).toBeGreaterThan(8)
    expect(y, text).toBeLessThan(HEIGHT - 8)
    // A phone shows the card about 340 points wide: this is 8 points there.
    expect(size, text).toBeGreaterThanOrEqual(15)
  }
  for (const [index, one] of texts.entries())
    for (const other of texts.slice(index + 1)) {
      const apart =
        one.right <= other.left + 1 ||
        other.right <= one.left + 1 ||
        Math.abs(one.y - other.y) >= LABEL_SIZE - 3
      expect(apart, `"${one.text}" and "${other.text}" lie on one another`).toBe(true)
    }
  return texts
}

const bars: BarsChart = {
  kind: 'bars', title: 'Stage 7.0: how long its tasks took', note: 'The longest took 4 min', alt: 'as it says', unit: 'ms', axis: 'share of tasks',
  bars: [
    ...['fastest', '5 %', '25 %'].map((name, index) => ({ name, value: 800 + index, tone: 'plain' as const })),
    { name: 'median', value: 2_000, tone: 'told' },
    { name: 'longest', value: 252_000, tone: 'alarm' },
  ],
} // prettier-ignore

const minutesAgo = (minutes: number): number => AT - minutes * 60_000

describe('a picture', () => {
  it.each<[string, Chart]>([
    ['one line', aChart()],
    ['four thresholds, two of them close', aChart({ unit: 'share', series: [aSeries('value', (x) => 0.04 + 0.17 * x)], limits: [{ name: 'low', value: 0.08 }, { name: 'medium', value: 0.1 }, { name: 'high', value: 0.15 }, { name: 'critical', value: 0.2 }] })],
    ['five lines of long names', aChart({ series: Array.from({ length: 5 }, (_, index) => aSeries(`instance-${index}.cluster.internal:4040 executor ${index}`, (x) => x * index)) })],
    ['losses close together', aChart({ steps: true, unit: 'number', marks: { name: 'lost', at: [[minutesAgo(60), 2], [minutesAgo(31), 1], [minutesAgo(30), 14], [minutesAgo(29), 1], [minutesAgo(12), 1], [minutesAgo(0), 120]] } })],
    ['a long title and note', aChart({ title: 'W'.repeat(80), note: 'M'.repeat(120) })],
    ['words it has no letters for', aChart({ title: '每日营收 🔥 \u202Edaily', series: [aSeries('订单', (x) => x), aSeries('', (x) => -x)] })],
    ['values far from nothing', aChart({ unit: 'number', series: [aSeries('rows', (x) => 1e6 + 500 * x)] })],
    ['values of 1e18', aChart({ unit: 'number', series: [aSeries('rows', (x) => 1e18 * x)] })],
    ['nothing but nought', aChart({ unit: 'number', series: [aSeries('rows', () => 0)] })],
    ['a month', aChart({ from: AT - 30 * 86_400_000, series: [{ name: 'value', points: [[AT - 30 * 86_400_000, 1], [AT, 2]] }] })],
    ['ten seconds', aChart({ from: AT - 10_000, series: [{ name: 'value', points: [[AT - 10_000, 1], [AT, 2]] }] })],
    ['bars', bars],
  ])('is legible on a phone, with %s', (_what, chart) => {
    expectLegible(chart)
  }) // prettier-ignore

  it('says its title, its conclusion, the day and the time zone', () => {
    const texts = expectLegible(aChart()).map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['Heap over the last hour', '1.2 GiB to 3.6 GiB', '22 Nov 2026, times in UTC', '4 GiB', '0', '02:30'])) // prettier-ignore
  })

  it('sums losses whose labels would touch, and loses none', () => {
    const marks = { name: 'lost', at: [[minutesAgo(31), 1], [minutesAgo(30), 14], [minutesAgo(29), 1], [minutesAgo(5), 3]] as [number, number][] } // prettier-ignore
    const texts = expectLegible(aChart({ steps: true, unit: 'number', marks })).map(({ text }) => text)
    expect(texts.filter((text) => text.endsWith('lost'))).toEqual(['16 lost', '3 lost'])
  })

  it('shows a gap as a gap, and a value between two gaps as a point', () => {
    const points: [number, number | null][] = [[minutesAgo(60), 1], [minutesAgo(50), 2], [minutesAgo(40), null], [minutesAgo(30), 4], [minutesAgo(20), null], [minutesAgo(10), 1], [minutesAgo(0), 1]] // prettier-ignore
    const whole = points.map(([at, value]): [number, number] => [at, value ?? 3])
    const lines = (svg: string): number =>
      [...svg.matchAll(/<path d="[^"]*M[^"]*" fill="none"[^>]*stroke-width="3"/g)].length
    const strokes = (svg: string): string =>
      [...svg.matchAll(/<path d="([^"]*)" fill="none"[^>]*stroke-width="3"/g)].map(([, d]) => d).join()
    const [gaps, none] = [points, whole].map((series) =>
      svgOf(aChart({ series: [{ name: 'value', points: series }] })),
    )
    expect(lines(gaps ?? '')).toBeGreaterThan(0)
    expect(strokes(gaps ?? '').split('M').length).toBeGreaterThan(strokes(none ?? '').split('M').length)
  })
})

const HOSTILE = [
  '</text><image href="file:///etc/passwd"/>',
  '"><script>alert(1)</script>',
  "' onload='x",
  ']]><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;',
  '{b|rich}\n{@value} <![CDATA[',
  'url(http://169.254.169.254/) \u0000\u0008\uD800\uFFFE',
  '<style>@import url(http://x)</style>',
]

describe('P9: names from outside', () => {
  it.each(HOSTILE)('stay text: %j', (words) => {
    const named = { title: words.slice(0, 80), note: words, alt: words }
    const series = [aSeries(words.slice(0, 60), (x) => x), aSeries('b', (x) => x)]
    const marks = { name: words.slice(0, 60), at: [[AT, 1]] as [number, number][] }
    for (const svg of [
      svgOf(aChart({ ...named, series, marks, limits: [{ name: words.slice(0, 60), value: 0.5 }] })),
      svgOf({
        ...bars,
        ...named,
        axis: words.slice(0, 60),
        bars: bars.bars.map((bar) => ({ ...bar, name: words })),
      }),
    ]) {
      expect(svg).not.toMatch(/<(image|script|style|!)|\p{Cn}/u)
      expect(svg).not.toContain('\u0000')
      expect(svg.isWellFormed()).toBe(true)
    }
  })

  it.each(Object.getOwnPropertyNames(Object.prototype))('are no members of an object: %s', (words) => {
    const member = Object.prototype[words as 'toString']
    const things = [Object.prototype, Object, member].filter((one) => one !== null)
    const before = things.map((one) => Reflect.ownKeys(one))
    const series = [aSeries(words, (x) => x), aSeries(words, () => 1)]
    const marks = { name: words, at: [[AT, 1]] as [number, number][] }
    const lines = aChart({ title: words, note: words, series, marks, limits: [{ name: words, value: 0.5 }] })
    const { bars: each } = bars
    for (const svg of [
      svgOf(lines),
      svgOf({ ...bars, title: words, axis: words, bars: each.map((bar) => ({ ...bar, name: words })) }),
    ]) {
      // prettier-ignore
      expect(svg).toContain(words)
      expect(svg).not.toContain('NaN')
    }
    expect(things.map((one) => Reflect.ownKeys(one))).toEqual(before)
  })

  it('whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (words) => {
        svgOf(aChart({ title: words, series: [aSeries(words, (x) => x), aSeries(words, () => 1)] }))
      }),
      { numRuns: 25 },
    )
  })

  it.each([
    '<svg><image href="file:///etc/passwd"/></svg>',
    '<svg><use xlink:href="http://x/#a"/></svg>',
    '<svg><rect fill="url(http://x/a.svg#b)"/></svg>',
    '<svg><path onload="x"/></svg>',
    '<svg><rect href="#a"/></svg>',
    '<!DOCTYPE svg><svg></svg>',
    '<?xml-stylesheet href="x"?><svg></svg>',
    '<svg><foreignObject></foreignObject></svg>',
    '<svg><style>@import url(x)</style></svg>',
    '<svg><image href="x"',
  ])('a picture that refers to something outside is not drawn: %s', (svg) => {
    expect(() => assertInert(svg)).toThrow(/picture/)
  })
})

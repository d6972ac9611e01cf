// The colours of a picture, by number: contrast on its card and beside Slack's grounds, and for those who see fewer colours.
import { describe, expect, it } from 'vitest'
import * as theme from '../../src/charts/theme.ts'

type Rgb = readonly [number, number, number]

const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb
const linear = (part: number): number =>
  part / 255 <= 0.040_45 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)

/** WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(rgb(a)), luminance(rgb(b))].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
const SIGHT = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  'no red': [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
  'no green': [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_82, 0.042_94, 0.968_881]],
  'no blue': [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.3039]],
} as const // prettier-ignore

/** CIE L*a*b* (D65) of a colour as somebody sees it. */
function lab(hex: string, sight: keyof typeof SIGHT): Rgb {
  const given = rgb(hex).map(linear)
  const [r, g, b] = SIGHT[sight].map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce<number>((sum, part, index) => sum + part * (given[index] ?? 0), 0),
      ),
    ),
  ) as unknown as Rgb
  const f = (t: number): number => (t > 0.008_856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.950_47)
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.088_83)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

const SLACK_LIGHT = '#ffffff'
const SLACK_DARK = '#1a1d21'

describe('colours', () => {
  it.each([theme.TEXT, theme.FAINT_TEXT])('text of %s stands out by 7 to 1', (colour) => {
    expect(contrast(colour, theme.CARD)).toBeGreaterThanOrEqual(7)
  })

  it.each([theme.ALARM, theme.LIMIT])('%s is written with, too: 4.5 to 1', (colour) => {
    expect(contrast(colour, theme.CARD)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(theme.LINES.map(({ colour }) => colour))('a line of %s stands out by 3 to 1', (colour) => {
    expect(contrast(colour, theme.CARD)).toBeGreaterThanOrEqual(3)
  })

  it('bars that matter stand out by 3 to 1, and from the others', () => {
    for (const colour of [theme.TOLD, theme.ALARM]) {
      expect(contrast(colour, theme.CARD)).toBeGreaterThanOrEqual(3)
      expect(contrast(colour, theme.PLAIN)).toBeGreaterThanOrEqual(2)
    }
  })

  it('the card has an edge in Slack’s light and dark', () => {
    expect(contrast(theme.CARD, SLACK_DARK)).toBeGreaterThanOrEqual(7)
    expect(contrast(theme.EDGE, SLACK_LIGHT)).toBeGreaterThanOrEqual(3)
  })

  it.each(Object.keys(SIGHT) as (keyof typeof SIGHT)[])(
    'two lines are told apart by who sees %s',
    (sight) => {
      const seen = theme.LINES.map(({ colour }) => lab(colour, sight))
      for (const [index, one] of seen.entries())
        for (const other of seen.slice(index + 1)) expect(distance(one, other)).toBeGreaterThan(12)
    },
  )

  it('and by their dashes, should all colours fail', () => {
    expect(new Set(theme.LINES.map(({ dash }) => String(dash))).size).toBe(theme.LINES.length)
  })
})

// P9: text from outside reads as it was written, and formats nothing of the sentence that it stands in.
import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Inline, parseInline } from '../../../src/sandbox/page/text/mrkdwn.ts'
import { code, escape, inline } from '../../../src/slack/blocks/text.ts'

/** Kinds and styles of what Slack would draw of a line. */
function drawn(parts: readonly Inline[]): string[] {
  return parts.flatMap((part) =>
    part.kind === 'style' ? [part.style, ...drawn(part.children)] : part.kind === 'text' ? [] : [part.kind],
  )
}

const PIECES = [
  '*',
  '_',
  '~',
  '`',
  '>',
  '<',
  '&',
  ' ',
  'a',
  'orders',
  '/',
  '.',
  '(',
  ')',
  '|',
  '://',
  '@U0ALICE',
  '\n',
]
const texts = array(constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(''))

describe('P9: text from outside', () => {
  it.each([
    'my_job_name',
    's3://a/b_c/_delta_log/00.json',
    's3a://lake/orders/ds=2026-11-22/part-00000_1.parquet',
    '_SUCCESS',
    'in ~/jobs of ~5 minutes',
    'select a * b from t',
    '3 tasks',
    'spark.executor.memoryOverhead=1g',
  ])('of ordinary names reads as it is: %s', (text) => {
    expect(inline(text)).toBe(text)
    expect(drawn(parseInline(`Run ${inline(text)} failed.`, true))).toEqual([])
  })

  it.each([
    ['*bold*', '∗bold∗'],
    ['an _important_ notice', 'an _importantˍ notice'],
    ['~gone~', '~gone∼'],
    ['`code`', 'ˋcodeˋ'],
    ['> quoted > here', '› quoted &gt; here'],
    ['s3://b/*.parquet', 's3://b/∗.parquet'],
    ['<https://evil.example|safe>', '&lt;https://evil.example|safe&gt;'],
  ])('that would format is seen as it was written: %s', (text, shown) => {
    expect(inline(text)).toBe(shown)
  })

  it('formats nothing, whatever stands beside it, and leaves our own marks as they are', () => {
    assert(
      property(texts, texts, (one, other) => {
        const line = `${inline(one)} (${inline(other)}): *Resolved* by ${inline(one)}; ${inline(other)}.`
        expect(drawn(parseInline(line, true))).toEqual(['bold'])
        expect(line.startsWith('&gt;')).toBe(false)
        const bold = `*${inline(one, 40) || '-'}*: ${inline(other, 3)}`
        expect(drawn(parseInline(bold, true))).toEqual(['bold'])
      }),
      { numRuns: 2_000 },
    )
  })

  it('is no longer for it', () => {
    assert(property(texts, (text) => inline(text, 500).length <= escape(text).length))
  })

  it('as code is to be copied as it is, and ends where we end it', () => {
    const matcher = 'alertname=~"Spark.*_"'
    expect(code(matcher)).toBe(`\`${matcher}\``)
    assert(
      property(texts, (text) => {
        expect(drawn(parseInline(`${code(text)}: *${inline(text) || '-'}*`, true))).toEqual(['code', 'bold'])
      }),
    )
  })

  it('that is cut in a name ends no pair there', () => {
    expect(inline('_orders_daily', 9)).toBe('_ordersˍ…')
  })
})

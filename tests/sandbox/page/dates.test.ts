import { describe, expect, it } from 'vitest'
import { firingWords } from '../../../src/sandbox/page/menus/break-menu.ts'
import { ago, formatSlackDate } from '../../../src/sandbox/page/text/dates.ts'
import { drawLine, type Names } from '../../../src/sandbox/page/text/view.ts'
import { toHtml } from './to-html.ts'

const AT = Date.UTC(2026, 10, 22, 22, 5, 9) / 1000
const NOW = Date.UTC(2026, 10, 22, 23, 0, 0)
const UTC = { now: NOW, timeZone: 'UTC', locale: 'en-US' }

describe('<!date^...> shows each reader their own moment', () => {
  it.each([
    ['{date_num}', '2026-11-22'],
    ['{date_slash}', '11/22/2026'],
    ['{date}', 'November 22, 2026'],
    ['{date_short}', 'Nov 22, 2026'],
    ['{date_long}', 'Sunday, November 22, 2026'],
    ['{date_pretty} at {time}', 'today at 22:05'],
    ['{date_short_pretty}', 'today'],
    ['{time_secs}', '22:05:09'],
    ['{ago}', '54 minutes ago'],
    ['since {unknown_token}', 'since {unknown_token}'],
  ])('%s', (format, expected) => {
    expect(formatSlackDate(AT, format, UTC)).toBe(expected)
  })

  it('counts days in the zone of the reader', () => {
    const auckland = { ...UTC, timeZone: 'Pacific/Auckland' }
    expect(formatSlackDate(AT, '{date_num} {time}', auckland)).toBe('2026-11-23 11:05')
    expect(formatSlackDate(AT - 86_400, '{date_pretty}', UTC)).toBe('yesterday')
    expect(formatSlackDate(AT + 86_400, '{date_pretty}', UTC)).toBe('tomorrow')
  })

  it('shows the fallback for what is no moment', () => {
    const names: Names = { user: () => undefined, channel: () => undefined, me: '', reader: UTC }
    expect(formatSlackDate(Number.NaN, '{date}', UTC)).toBeUndefined()
    expect(toHtml(drawLine('<!date^soon^{date}|22 Nov>', names))).toBe('22 Nov')
    expect(toHtml(drawLine(`<!date^${AT}^{time}^javascript:alert(1)|22 Nov>`, names))).not.toContain('href')
    expect(toHtml(drawLine(`<!date^${AT}^{time}^https://example.com/x|22 Nov>`, names))).toContain(
      'https://example.com/x',
    )
  })
})

it.each([
  [0, 'just now'],
  [30_000, '30 seconds ago'],
  [60_000, '1 minute ago'],
  [3 * 3_600_000, '3 hours ago'],
  [2 * 86_400_000, '2 days ago'],
  [-600_000, 'in 10 minutes'],
])('%i ms is %s', (age, expected) => {
  expect(ago(NOW - age, NOW)).toBe(expected)
})

it('what burns is said in words that stand apart', () => {
  const since = new Date(NOW - 180_000).toISOString()
  expect(firingWords({ firing: 1, since }, NOW)).toBe('1 alert firing, since 3 minutes ago')
  expect(firingWords({ firing: 200 }, NOW)).toBe('200 alerts firing')
})

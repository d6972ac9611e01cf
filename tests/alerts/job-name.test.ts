// Job names without what changes from run to run; any pattern, any name, in linear time.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNormaliseJobName } from '../../src/alerts/job-name.ts'

const normalise = createNormaliseJobName([])

describe('job names', () => {
  it.each([
    ['orders-daily', 'orders-daily'],
    ['  orders-daily  ', 'orders-daily'],
    ['orders-daily-20261122', 'orders-daily'],
    ['orders_2026-11-22', 'orders'],
    ['orders 2026/11/22', 'orders'],
    ['orders-2026-11-22T03:00:00Z', 'orders'],
    ['orders_20261122_0300', 'orders'],
    ['2026-11-22_orders', 'orders'],
    ['orders-20261122-eu', 'orders-eu'],
    ['orders-550e8400-e29b-41d4-a716-446655440000', 'orders'],
    ['orders-application_1700000000000_0042', 'orders'],
    ['orders app-20261122143000-0001', 'orders'],
    ['orders-scheduled__2026-11-22T00:00:00+00:00', 'orders'],
    ['orders-manual__2026-11-22T00:00:00.123456+00:00', 'orders'],
    ['orders-run-1234567', 'orders'],
    ['orders_attempt_123456', 'orders'],
    ['orders-0123456789abcdef0123', 'orders'],
    // What looks like a date or an id and is none stays.
    ['orders-v2', 'orders-v2'],
    ['orders-12345', 'orders-12345'],
    ['top-1000', 'top-1000'],
    ['etl-2026', 'etl-2026'],
    ['defaced-feed', 'defaced-feed'],
    ['20261399', '20261399'],
    // Nothing but a run id stays as it is: an empty identity would fold strangers together.
    ['2026-11-22', '2026-11-22'],
    ['550e8400-e29b-41d4-a716-446655440000', '550e8400-e29b-41d4-a716-446655440000'],
    ['', ''],
  ])('%j is %j', (name, expected) => {
    expect(normalise(name)).toBe(expected)
  })

  it('the operator’s patterns come first and need no escaping of ours', () => {
    const mine = createNormaliseJobName(['-v[0-9]+$', '^(dev|prod)_'])
    expect(mine('prod_orders-v12')).toBe('orders')
  })

  it('refuses a pattern that cannot be linear, or is none', () => {
    for (const pattern of ['(a)\\1', 'a(?=b)', '(']) expect(() => createNormaliseJobName([pattern])).toThrow()
  })

  it('is idempotent for every name, and never empty for one that is not', () => {
    const part = fc.constantFrom(
      'orders',
      '-',
      '_',
      ' ',
      '20261122',
      '2026-11-22',
      'app-20261122143000-0001',
      'v2',
      '0123456789abcdef',
    )
    const name = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(name, (text) => {
        const once = normalise(text)
        expect(normalise(once)).toBe(once)
        expect(once === '').toBe(text.trim() === '')
      }),
      { numRuns: 500 },
    )
  })

  it('takes no longer per character for a hostile name', () => {
    const hostile = createNormaliseJobName(['(a+)+b$', '(x*)*y'])
    // Exponential matching of 10,000 characters would never come back; the test's own limit is the assertion.
    for (const text of [
      'a'.repeat(10_000),
      'x'.repeat(10_000),
      '2026-'.repeat(2_000),
      '-'.repeat(10_000),
      '0'.repeat(10_000),
    ])
      expect(hostile(text).length).toBeLessThanOrEqual(10_000)
  })
})

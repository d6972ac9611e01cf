// Axes: few and round numbers, in each unit's own sense of round.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labelsOf, momentsOf, scaleOf } from '../../src/charts/ticks.ts'
import { CHART_UNITS } from '../../src/diagnosis/chart/model.ts'

const GIB = 2 ** 30

describe('an axis of values', () => {
  it.each([
    [[0, 12], 'number', ['0', '3', '6', '9', '12']],
    [[1, 2], 'number', ['0', '1', '2']],
    [[0.5, 2.4], 'number', ['0', '0.5', '1', '1.5', '2', '2.5']],
    [[0.04, 0.21], 'share', ['0', '5 %', '10 %', '15 %', '20 %', '25 %']],
    [[0, 3.6 * GIB], 'bytes', ['0', '1 GiB', '2 GiB', '3 GiB', '4 GiB']],
    [[0, 252_000], 'ms', ['0', '60 s', '2 min', '3 min', '4 min', '5 min']],
    [[0, 52], 'seconds', ['0', '15 s', '30 s', '45 s', '60 s']],
    [[0, 31_400], 'rate', ['0', '10k/s', '20k/s', '30k/s', '40k/s']],
    [[0, 0], 'number', ['0', '1']],
    [[-3, 3], 'number', ['-4', '-2', '0', '2', '4']],
  ] as const)('%j %s', (values, unit, labels) => {
    expect(labelsOf(scaleOf(values, unit), unit)).toEqual(labels)
  })

  it('does not begin at 0 where all values lie far from it, but for counts in steps', () => {
    expect(scaleOf([1_000_000, 1_000_590], 'number').min).toBe(1_000_000)
    expect(scaleOf([100, 101], 'number', true).min).toBe(0)
  })

  it('holds every value between its ends, with few ticks, whatever the values', () => {
    const value = fc.double({ min: -1e18, max: 1e18, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...CHART_UNITS),
        (values, unit) => {
          const { min, max, ticks } = scaleOf(values, unit)
          expect(Number.isFinite(max - min) && max > min).toBe(true)
          const slack = 1e-6 * (max - min)
          for (const one of values) expect(one >= min - slack && one <= max + slack).toBe(true)
          expect(ticks.length).toBeLessThanOrEqual(9)
        },
      ),
    )
  })
})

describe('an axis of time', () => {
  const at = Date.UTC(2026, 10, 22, 0, 10)
  const labels = (ms: number): string[] => momentsOf(at - ms, at).map(({ label }) => label)

  it('has moments on the clock, and the day where a day begins', () => {
    expect(labels(3_600_000)).toEqual(['23:10', '23:20', '23:30', '23:40', '23:50', '22 Nov', '00:10'])
    expect(labels(86_400_000)).toEqual(['06:00', '12:00', '18:00', '22 Nov'])
    expect(labels(20_000)).toEqual(['00:09:40', '00:09:45', '00:09:50', '00:09:55', '00:10:00'])
    expect(labels(5 * 86_400_000)).toEqual(['18 Nov', '19 Nov', '20 Nov', '21 Nov', '22 Nov'])
  })

  it('has at most seven, however long it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 * 86_400_000 }), (ms) => {
        expect(momentsOf(at - ms, at).length).toBeLessThanOrEqual(7)
      }),
    )
  })
})

// Grades: thresholds in, one of five words out.
import { describe, expect, it } from 'vitest'
import { gradeOf, gravest, milder } from '../../src/diagnosis/model.ts'

describe('grades', () => {
  it.each([
    [0, 'none'],
    [1.99, 'none'],
    [2, 'low'],
    [4, 'medium'],
    [8, 'high'],
    [16, 'critical'],
    [1e9, 'critical'],
    [Number.NaN, 'none'],
  ])('%d is %s', (value, grade) => {
    expect(gradeOf(value, [2, 4, 8, 16])).toBe(grade)
  })

  it('the milder and the gravest', () => {
    expect(milder('critical', 'low')).toBe('low')
    expect(milder('none', 'low')).toBe('none')
    expect(gravest(['low', 'critical', 'medium'])).toBe('critical')
    expect(gravest([])).toBe('none')
  })
})

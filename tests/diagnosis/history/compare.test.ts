// Which figures of a run differ from those of earlier ones by more than they use to.
import { describe, expect, it } from 'vitest'
import { type FigureName, comparedFigures, valueOf } from '../../../src/diagnosis/history/compare.ts'
import { MIB, figures } from './runs.ts'

const WHOLE = { whole: true, settled: true }
const KEY = { input: 'inputBytes', shuffle: 'shuffleBytes', executors: 'executors' } as const
const changeOf = (
  name: FigureName,
  mine: number,
  earlier: readonly (number | null)[],
  course = WHOLE,
  material = 16 * MIB,
): string | undefined =>
  comparedFigures(
    figures('now', { [KEY[name]]: mine }),
    earlier.map((value, place) => figures(`old-${place}`, { [KEY[name]]: value })),
    course,
    material,
  ).find((one) => one.name === name)?.change

describe('bytes', () => {
  const usual = [100, 110, 90, 105, 95].map((mib) => mib * MIB)
  it.each([
    ['as ever', 100, usual, 'none'],
    ['half as much again as most', 166, usual, 'more'],
    ['a little less than that', 160, usual, 'none'],
    ['half of the median', 50, usual, 'less'],
    ['as little as on a quiet day', 40, [...usual, 30 * MIB], 'none'],
    ['as much as on a busy day', 166, [...usual, 170 * MIB], 'none'],
    ['three times next to nothing', 3, [1, 1, 1].map((mib) => mib * MIB), 'none'],
    ['nothing, where there always was something', 0, [1, 1, 1], 'less'],
    ['much, where there was nothing', 20, [0, 0, 0], 'more'],
  ] as const)('%s', (_what, mine, earlier, change) => {
    expect(changeOf('input', mine * MIB, earlier)).toBe(change)
    expect(changeOf('shuffle', mine * MIB, earlier)).toBe(change)
  })

  it('of a run that goes on or failed are not told to be fewer: it has not read all', () => {
    const partly = { whole: false, settled: true }
    expect(changeOf('input', 0, usual, partly)).toBe('none')
    expect(changeOf('input', 300 * MIB, usual, partly)).toBe('more')
  })
})

describe('executors', () => {
  it.each([
    ['as ever', 4, [4, 4, 4], 'none'],
    ['two thirds', 4, [6, 6, 6], 'less'],
    ['one fewer of many', 9, [10, 10, 10], 'none'],
    ['one of two', 1, [2, 2, 2], 'less'],
    ['half as many again', 6, [4, 4, 4], 'more'],
  ] as const)('%s', (_what, mine, earlier, change) =>
    expect(changeOf('executors', mine, earlier)).toBe(change),
  )

  it('are told to be fewer while it runs once it has had the time to get them', () => {
    expect(changeOf('executors', 1, [4, 4, 4], { whole: false, settled: false })).toBe('none')
    expect(changeOf('executors', 1, [4, 4, 4], { whole: false, settled: true })).toBe('less')
  })
})

it('a figure that fewer than three earlier runs have is not compared', () => {
  expect(changeOf('input', 1, [5, 5, null, null])).toBeUndefined()
})

it('p50 and p95 are values that were measured, each of a run that can be shown', () => {
  const earlier = [5, 1, 4, 2, 3].map((value) => figures(`old-${value}`, { executors: value }))
  const [one] = comparedFigures(figures('now', { inputBytes: null, shuffleBytes: null }), earlier, WHOLE, 0)
  expect(one).toMatchObject({ name: 'executors', mine: 4, p50: 3, p95: 5 })
  expect(one!.others.map(({ of, value }) => [of.run.id, value, valueOf(of, 'executors')])).toEqual(
    [5, 1, 4, 2, 3].map((value) => [`old-${value}`, value, value]),
  )
})

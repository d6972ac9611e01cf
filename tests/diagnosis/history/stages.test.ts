// The stage whose time changed most: found again by its name and place, however the plans differ.
import { describe, expect, it } from 'vitest'
import { type StageChange, largestChange } from '../../../src/diagnosis/history/stages.ts'
import { type Times, figures } from './runs.ts'

const USUAL: Times = [['scan at a.py:1', 2], ['join at a.py:2', 5], ['join at a.py:2', 1], ['write at a.py:3', 2]] // prettier-ignore
const three = (times: Times) => ['x', 'y', 'z'].map((id) => figures(id, { times }))
const look = (mine: Times, earlier = three(USUAL), whole = true): StageChange | null =>
  largestChange(figures('now', { times: mine }), earlier, { whole })
const ids = ({ mine }: StageChange): number[] => mine.stages.map(({ id }) => id)

it('is named with both times, and with the run that took the median', () => {
  const earlier = [3, 5, 4].map((minutes) =>
    figures(`took-${minutes}`, { times: [['scan at a.py:1', minutes]] }),
  )
  const change = look([['scan at a.py:1', 12]], earlier)!
  expect(change).toMatchObject({ name: 'scan at a.py:1', mine: { ms: 720_000 }, p50: { ms: 240_000 }, p95: { ms: 300_000 }, byMs: 480_000 }) // prettier-ignore
  expect(change.p50!.of.run.id).toBe('took-4')
})

describe('stages of one name', () => {
  it('are told apart by their order', () => {
    const change = look([['scan at a.py:1', 2], ['join at a.py:2', 5], ['join at a.py:2', 4], ['write at a.py:3', 2]])! // prettier-ignore
    expect([change.name, ids(change), change.byMs]).toEqual(['join at a.py:2', [2], 180_000])
  })

  it('keep their places where Spark leaves one out', () => {
    const change = look([
      ['join at a.py:2', null],
      ['join at a.py:2', 4],
    ])!
    expect([ids(change), change.p50!.ms]).toEqual([[1], 60_000])
  })

  it('are held against all of it where a plan makes another number of them', () => {
    const change = look([
      ['join at a.py:2', 3],
      ['join at a.py:2', 3],
      ['join at a.py:2', 9],
    ])!
    expect([ids(change), change.mine.ms, change.p50!.ms]).toEqual([[0, 1, 2], 900_000, 360_000])
  })

  it('of a run that goes on are those that it has come to', () => {
    const change = look(
      [
        ['scan at a.py:1', 2],
        ['join at a.py:2', 25],
      ],
      three(USUAL),
      false,
    )!
    expect([ids(change), change.p50!.ms]).toEqual([[1], 300_000])
  })
})

it('one that took less is told of a run that ended well alone', () => {
  const times: Times = [
    ['scan at a.py:1', 2.5],
    ['join at a.py:2', 1],
    ['join at a.py:2', 1],
  ]
  expect(look(times)).toMatchObject({ name: 'join at a.py:2', byMs: -240_000 })
  expect(look(times, three(USUAL), false)).toMatchObject({ name: 'scan at a.py:1', byMs: 30_000 })
})

it('one that no earlier run has is new, however long others took', () => {
  const change = look([...USUAL, ['sort at a.py:9', 7]])!
  expect(change).toMatchObject({ name: 'sort at a.py:9', byMs: 420_000, p50: null, others: [] })
})

it.each([
  ['no stage', [] as Times, three(USUAL)],
  ['two earlier runs', USUAL, three(USUAL).slice(1)],
  ['earlier runs of which no stage could be read', USUAL, ['x', 'y', 'z'].map((id) => figures(id))],
  ['a stage that only two have', [['odd', 9]] as Times, [...three(USUAL), ...three([['odd', 1]]).slice(1)]],
])('with %s there is nothing to compare', (_what, mine, earlier) => {
  expect(look(mine, earlier)).toBeNull()
})

// What one run did: bytes are counted once, executors by how many were there together, stages over their attempts.
import { describe, expect, it } from 'vitest'
import { bytesOf, peakExecutors, timedStages } from '../../../src/diagnosis/history/figures.ts'
import type { SparkExecutor } from '../../../src/ports.ts'
import { NOW, NO_TOTALS, executor, stage } from '../support.ts'

const at = (second: number): Date => new Date(NOW.getTime() + second * 1000)
const been = (id: string, added: number | null, removed: number | null): SparkExecutor => ({
  ...executor(id, removed === null ? null : 'gone'),
  addedAt: added === null ? null : at(added),
  removedAt: removed === null ? null : at(removed),
})

describe('the most executors at one time', () => {
  it.each([
    ['none', [], 0],
    ['the driver alone', [been('driver', 0, null)], 0],
    ['all together', [been('1', 0, null), been('2', 1, null), been('3', 2, 9)], 3],
    ['one after another, each in place of the last', [been('1', 0, 5), been('2', 5, 9), been('3', 9, null)], 1],
    ['two for a moment', [been('1', 0, 5), been('2', 4, null)], 2],
    ['one that was there before anybody looked', [been('1', null, null), been('2', 3, null)], 2],
  ] as const)('%s', (_what, executors, peak) => expect(peakExecutors(executors)).toBe(peak)) // prettier-ignore
})

it('bytes of a stage are those of the attempt that moved most', () => {
  const moved = (id: number, attempt: number, read: number, write: number) =>
    stage({ id, attempt, totals: { ...NO_TOTALS, inputBytes: 7, shuffleReadBytes: read, shuffleWriteBytes: write } }) // prettier-ignore
  const stages = [moved(0, 0, 10, 5), moved(0, 1, 4, 1), moved(1, 0, 1, 2)]
  expect(bytesOf(stages, ['shuffleReadBytes', 'shuffleWriteBytes'])).toBe(18)
  expect(bytesOf(stages, ['inputBytes'])).toBe(14)
})

it('a stage takes from its submission to its end, over all its attempts; what runs counts until now', () => {
  const stages = [
    stage({ id: 1, attempt: 1, submittedAt: at(-20), completedAt: null }),
    stage({ id: 1, attempt: 0, status: 'FAILED', submittedAt: at(-60), completedAt: at(-30) }),
    stage({ id: 0, status: 'SKIPPED', submittedAt: null }),
  ]
  expect(timedStages(stages, NOW).map(({ id, ms, active }) => [id, ms, active])).toEqual([
    [0, null, false],
    [1, 50_000, true],
  ])
  expect(timedStages(stages, NOW)[1]!.attempts.map(({ attempt }) => attempt)).toEqual([0, 1])
})

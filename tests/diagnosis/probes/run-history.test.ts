// Against earlier runs: percentiles by hand, what is not compared, and the later run that makes an incident moot.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { percentile } from '../../../src/diagnosis/history/percentile.ts'
import { runHistory } from '../../../src/diagnosis/probes/run-history.ts'
import type { PlatformRun } from '../../../src/ports.ts'
import { NOW, RUN, type World, contextOf } from '../support.ts'

const MINUTE = 60_000
const at = (minutesAgo: number): Date => new Date(NOW.getTime() - minutesAgo * MINUTE)

/** A run that began so many minutes ago and took so long; null is still under way. */
function run(
  id: string,
  beganAgo: number,
  took: number | null,
  more: Partial<PlatformRun> = {},
): PlatformRun {
  return {
    ...RUN,
    id,
    state: took === null ? 'running' : 'succeeded',
    submittedAt: at(beganAgo),
    startedAt: at(beganAgo),
    endedAt: took === null ? null : at(beganAgo - took),
    ...more,
  }
}
const look = (world: World, params?: unknown): Promise<ProbeResult> =>
  runHistory.run(runHistory.params.parse(params), contextOf(world))
const tens = (count: number): PlatformRun[] =>
  Array.from({ length: count }, (_, i) => run(`old-${i}`, 1440 * (i + 1), 10))

describe('this run', () => {
  it.each([
    [10, 'none'],
    [12, 'low'],
    [25, 'medium'],
    [45, 'high'],
    [200, 'critical'],
  ])('of %s minutes where others take ten is %s', async (minutes, severity) => {
    const { findings, outputs } = await look({ run: run('now', minutes, null), runs: tens(12) })
    expect(findings[0]?.severity).toBe(severity)
    expect(outputs).toMatchObject({ earlier: 12, p50_minutes: 10, p95_minutes: 10, minutes })
  })

  it('twice as long, but by seconds, is nothing', async () => {
    const fast = Array.from({ length: 12 }, (_, i) => run(`old-${i}`, 1440 * (i + 1), 0.5))
    expect((await look({ run: run('now', 1, null), runs: fast })).findings[0]?.severity).toBe('none')
  })

  it('says whom it is compared with, in a sentence and in figures', async () => {
    const { findings } = await look({ run: run('now', 45, null), runs: tens(12) })
    expect(findings[0]).toMatchObject({
      sentence:
        'This run of orders-daily has taken 45 min; of 12 earlier runs half took 10 min or less, 95 % 10 min or less.',
      confidence: 'high',
    })
    expect(findings[0]!.evidence).toHaveLength(13)
    expect(findings[0]!.evidence[0]!.text).toBe(
      '2700000 ms, this run; p50 600000 ms, p95 600000 ms of the 12 earlier ones; started 2026-11-22T14:15:00.000Z, counted until 2026-11-22T15:00:00.000Z',
    )
  })

  it('is not compared with failures, with cancelled runs, or with itself', async () => {
    const runs = [
      ...tens(3),
      run('bad', 100, 500, { state: 'failed' }),
      run('stopped', 100, 500, { state: 'cancelled' }),
      run('now', 45, null),
    ]
    expect((await look({ run: run('now', 45, null), runs })).outputs).toMatchObject({
      earlier: 3,
      p95_minutes: 10,
    })
  })
})

it.each([
  [[], '0 earlier runs of orders-daily to compare with, too few.'],
  [tens(2), '2 earlier runs of orders-daily to compare with, too few.'],
])('with %#: too few to compare', async (runs, sentence) => {
  const { findings, outputs } = await look({ run: run('now', 45, null), runs })
  expect(findings).toMatchObject([{ severity: 'none', sentence }])
  expect(outputs).toMatchObject({ minutes: 45, ratio: null })
})

it('a later run that succeeded is found: it may make the incident moot', async () => {
  const failed = run('now', 100, 10, { state: 'failed' })
  expect(
    (await look({ run: failed, runs: [run('next', 30, 10), failed, ...tens(3)] })).outputs,
  ).toMatchObject({
    later_succeeded: 'next',
  })
  expect(
    (await look({ run: failed, runs: [run('next', 30, null), failed, ...tens(3)] })).outputs,
  ).toMatchObject({
    later_succeeded: null,
  })
})

it('failures in a row are counted backwards from this one', async () => {
  const bad = (id: string, ago: number): PlatformRun => run(id, ago, 5, { state: 'failed' })
  const runs = [bad('c', 200), bad('b', 300), run('a', 400, 5), bad('z', 500)]
  expect((await look({ run: bad('now', 100), runs })).outputs['failed_in_a_row']).toBe(3)
  expect((await look({ run: run('now', 100, 5), runs })).outputs['failed_in_a_row']).toBe(0)
})

it('nothing is compared where the platform knows nothing', async () => {
  const { findings } = await look({ run: null })
  expect(findings[0]?.sentence).toContain('nothing to compare')
})

it.each([
  [[1, 2, 3, 4], 0.5, 2],
  [[1, 2, 3, 4], 0.95, 4],
  [[7], 0.5, 7],
  [[], 0.5, 0],
])('percentile of %j at %s is %s', (values, share, value) => {
  expect(percentile(values, share)).toBe(value)
})

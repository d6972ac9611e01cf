// Thresholds of arrestor.yml: the operator's count before ours, a runbook's before both, and a wrong one is refused where it stands.
import { describe, expect, it } from 'vitest'
import { GRADED } from '../../src/diagnosis/catalogue.ts'
import { diagnosisSchema, limitsOf } from '../../src/diagnosis/config.ts'
import { executorDeaths } from '../../src/diagnosis/probes/executor-deaths.ts'
import { failedStages } from '../../src/diagnosis/probes/failed-stages.ts'
import { performance } from '../../src/diagnosis/probes/performance.ts'
import { skew } from '../../src/diagnosis/probes/skew.ts'
import { GOOD, problemsOf } from '../config/support.ts'
import { MINUTE, alive, tasks } from './performance/snapshots.ts'
import { contextOf, executor, stage } from './support.ts'

const limits = (set: unknown): ReturnType<typeof limitsOf> => limitsOf(diagnosisSchema.parse(set))

it('without it ours count', () => {
  expect(limits({})).toEqual({ thresholds: {}, materialMs: [60_000, 300_000, 900_000, 3_600_000] })
})

it('every graded finding can be set, and is described with its formula and our numbers', () => {
  for (const { id, thresholds } of GRADED) {
    const four = thresholds.map((one) => (Number.isFinite(one) ? one : 1e9))
    expect(limits({ thresholds: { [id]: four } }).thresholds[id], id).toEqual(four)
  }
})

describe('a wrong one is refused with its line and the mend', () => {
  it.each([
    ['{ gc_ratio: [0.2, 0.1, 0.3, 0.4] }', /23:28: diagnosis.thresholds.gc_ratio: .*must rise, or fall/],
    ['{ gc_ratio: [0.4, 0.3, 0.2, 0.1] }', /larger is worse here: write rising numbers, as \[0.08, 0.1, 0.15, 0.2\]/],
    ['{ small_tasks: [50, 100, 200, 500] }', /smaller is worse here: write falling numbers, as \[500, 200, 100, 50\]/],
    ['{ gc_ratio: [0.1, 0.2] }', /23:28: diagnosis.thresholds.gc_ratio/],
    ['{ gc_rate: [1, 2, 3, 4] }', /not known here; did you mean "gc_ratio"/],
  ])('%s', (thresholds, problem) => {
    expect(problemsOf(`${GOOD}diagnosis: { thresholds: ${thresholds} }\n`).join('\n')).toMatch(problem)
  }) // prettier-ignore

  it('materiality, too', () => {
    expect(problemsOf(`${GOOD}diagnosis: { materiality_minutes: [60, 15, 5, 1] }\n`).join('\n')).toMatch(
      /diagnosis.materiality_minutes: larger is worse here/,
    )
  })

  it('and a good one is not', () => {
    expect(problemsOf(`${GOOD}diagnosis: { thresholds: { gc_ratio: [0.1, 0.2, 0.3, 0.4] }, materiality_minutes: [5, 10, 20, 40] }\n`)).toEqual([]) // prettier-ignore
  })
})

describe('probes grade by it', () => {
  const set = limits({
    thresholds: {
      gc_ratio: [0.5, 0.6, 0.7, 0.8],
      exec_churn: [5, 6, 7, 8],
      task_fail_rate: [0.96, 0.97, 0.98, 0.99],
      task_skew: [100, 200, 300, 400],
    },
  })
  const grade = async (
    probe: typeof performance,
    world: Parameters<typeof contextOf>[0],
    params?: unknown,
  ): Promise<string | undefined> =>
    (await probe.run(probe.params.parse(params), { ...contextOf(world), limits: set })).findings[0]?.severity

  it('spark.performance, unless its runbook has its own', async () => {
    const world = { executors: [alive('1', { totalDurationMs: 100 * MINUTE, totalGcMs: 30 * MINUTE })] }
    const only = ['gc_ratio']
    expect(await grade(performance, world, { only })).toBe('none')
    expect(await grade(performance, world, { only, thresholds: { gc_ratio: [0.1, 0.2, 0.3, 0.4] } })).toBe('high') // prettier-ignore
  })

  it('spark.executor-deaths and spark.failed-stages', async () => {
    expect(await grade(executorDeaths, { executors: [executor('1', 'gone'), executor('2', null)] })).toBe('none') // prettier-ignore
    expect(await grade(failedStages, { stages: [stage({ failedTasks: 9, completedTasks: 1 })] })).toBe('none')
  })

  it('spark.skew, unless its runbook has its own', async () => {
    const world = {
      stages: [stage({ tasks: 8, completedTasks: 8 })],
      quantiles: tasks({ runMs: [MINUTE, 30 * MINUTE] }),
    }
    expect(await grade(skew, world)).toBe('none')
    expect(await grade(skew, world, { ratio: [2, 4, 8, 16] })).toBe('high')
  })

  it('what matters, in minutes of task time', async () => {
    const strict = limits({ materiality_minutes: [100, 200, 300, 400] })
    const world = { executors: [alive('1', { totalDurationMs: 100 * MINUTE, totalGcMs: 30 * MINUTE })] }
    const { findings } = await performance.run(performance.params.parse({ only: ['gc_ratio'] }), {
      ...contextOf(world),
      limits: strict,
    })
    expect(findings[0]?.severity).toBe('none')
  })
})

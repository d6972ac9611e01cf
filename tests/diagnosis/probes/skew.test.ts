// Skew: the ratio, held down by what it costs.
import { describe, expect, it } from 'vitest'
import type { ProbeResult } from '../../../src/diagnosis/model.ts'
import { skew } from '../../../src/diagnosis/probes/skew.ts'
import type { SparkTaskQuantiles } from '../../../src/ports.ts'
import { type World, contextOf, stage, task } from '../support.ts'

const MIB = 1024 ** 2

/** Median and longest in seconds, median and largest read in MiB. */
function quantiles(medianS: number, longestS: number, medianMib = 0, largestMib = 0): SparkTaskQuantiles {
  return {
    quantiles: [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1],
    runMs: [0, 0, 0, medianS * 1000, 0, 0, longestS * 1000],
    shuffleReadBytes: [0, 0, 0, medianMib * MIB, 0, 0, largestMib * MIB],
    inputBytes: [],
    durationMs: [],
    schedulerDelayMs: [],
    outputBytes: [],
    shuffleWriteBytes: [],
  }
}

function look(world: World, params?: unknown): Promise<ProbeResult> {
  return skew.run(skew.params.parse(params), contextOf({ stages: [stage()], ...world }))
}

describe('severity is the lesser of ratio and cost', () => {
  it.each([
    // median, longest in seconds
    [100, 150, 'none', 'a ratio under two'],
    [1, 20, 'none', 'twenty times, but nineteen seconds'],
    [60, 180, 'low', 'three times, two minutes'],
    [60, 600, 'medium', 'ten times, nine minutes'],
    [60, 1000, 'high', 'sixteen times, a quarter of an hour'],
    [3600, 8000, 'low', 'twice, an hour'],
    [60, 4000, 'critical', 'sixty times, an hour'],
  ])('median %i s, longest %i s: %s (%s)', async (median, longest, severity) => {
    const { outputs, findings } = await look({ quantiles: quantiles(median, longest, 10, 1000) })
    expect(outputs).toMatchObject({ severity, ratio: Number((longest / median).toFixed(1)) })
    expect(findings[0]?.severity).toBe(severity)
  })
})

describe('time without bytes is no data skew', () => {
  it('is told as a slow host', async () => {
    const { outputs, findings } = await look({ quantiles: quantiles(60, 600, 500, 510) })
    expect(outputs).toMatchObject({ data_ratio: 1, skewed: false, severity: 'medium' })
    expect(findings[0]?.sentence).toContain('reads no more than others (510 MiB), so look at its host')
  })

  it('and with them it is', async () => {
    const { outputs, findings } = await look({ quantiles: quantiles(60, 600, 10, 1000) })
    expect(outputs).toMatchObject({ data_ratio: 100, skewed: true })
    expect(findings[0]?.sentence).toContain(
      'reads 100 times as much (1000 MiB against 10 MiB), so the data is uneven',
    )
  })

  it('too few bytes tell neither', async () => {
    const { outputs, findings } = await look({ quantiles: quantiles(60, 600, 1, 50) })
    expect(outputs).toMatchObject({ data_ratio: null, skewed: false })
    expect(findings[0]).toMatchObject({
      confidence: 'medium',
      sentence: expect.stringContaining('too little to tell'),
    })
  })
})

it('a hot partition that dies is seen, although quantiles leave failed tasks out', async () => {
  const dying = {
    stages: [stage({ failedTasks: 3 })],
    tasks: [task('java.lang.OutOfMemoryError', { runMs: 600_000, readBytes: 5000 * MIB })],
  }
  const { outputs } = await look({ ...dying, quantiles: quantiles(30, 35, 50, 60) })
  expect(outputs).toMatchObject({ ratio: 20, data_ratio: 100, severity: 'medium', skewed: true })
})

it('limits are the runbook’s to change', async () => {
  const { outputs } = await look({ quantiles: quantiles(1, 20, 10, 200) }, { material_s: [5, 10, 60, 600] })
  expect(outputs).toMatchObject({ severity: 'medium', skewed: true })
  expect(skew.params.safeParse({ ratio: [1, 2] }).success).toBe(false)
})

it.each<[string, World, RegExp]>([
  ['too few tasks', { stages: [stage({ tasks: 3 })] }, /no stage with 4 tasks/],
  ['no task that succeeded', { quantiles: null }, /No task of orders-daily has succeeded yet/],
])('%s: nothing to compare, and that is said', async (_what, world, sentence) => {
  const { outputs, findings } = await look(world)
  expect(outputs['ratio']).toBeNull()
  expect(findings).toEqual([
    expect.objectContaining({ severity: 'none', sentence: expect.stringMatching(sentence) }),
  ])
})

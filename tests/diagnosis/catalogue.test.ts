// All findings of the reference exist: each with a formula, a source, thresholds, and an output of a probe that holds it.
import { describe, expect, it } from 'vitest'
import { GRADED } from '../../src/diagnosis/catalogue.ts'
import { PROBES } from '../../src/diagnosis/registry.ts'

/** Every row of the reference's table, with the thresholds that it proposes (low to critical). */
const TABLE: Readonly<Record<string, readonly number[]>> = {
  gc_ratio: [0.08, 0.1, 0.15, 0.2],
  task_skew: [2, 4, 8, 16],
  data_skew: [2, 4, 8, 16],
  exec_imbalance: [1.334, 1.778, 3.162, 10],
  task_fail_rate: [0.1, 0.3, 0.5, 0.8],
  stage_retries: [1, 2, 3, Number.POSITIVE_INFINITY],
  heap_peak: [0.8, 0.9, 0.95, 0.98],
  container_peak: [0.8, 0.9, 0.95, 1],
  mem_overprov: [0.7, 0.5, 0.3, 0.15],
  spill_ratio: [0.1, 0.5, 1, 3],
  idle_cores: [0.3, 0.5, 0.7, 0.85],
  driver_share: [0.3, 0.5, 0.7, 0.9],
  sched_delay: [0.1, 0.25, 0.5, 1],
  fetch_wait: [0.1, 0.2, 0.4, 0.6],
  small_tasks: [500, 200, 100, 50],
  big_partition: [1, 2, 5, 10].map((gib) => gib * 1024 ** 3),
  low_parallelism: [1, 0.5, 0.25, 0.1],
  excluded: [Number.MIN_VALUE, 0.1, 0.25, 0.5],
  exec_churn: [0.05, 0.1, 0.25, 0.5],
  alloc_stuck: [2, 5, 10, 20],
  no_progress: [5, 15, 30, 60],
  stream_lag: [0.8, 1, 1.5, 3],
  stream_rate: [1, 0.9, 0.7, 0.5],
  state_growth: [1.5, 2, 4, 8],
  // By queue: at most high for some, medium for others.
  listener_drop: [1, 1, 1, 1],
  small_files: [100, 1_000, 10_000, 100_000],
  big_broadcast: [0.5, 1, 4, 8].map((gib) => gib * 1024 ** 3),
  result_size: [0.5, 0.7, 0.9, 1],
  // Of its recipe for a History Server, whose figures it leaves to us.
  history_latency: [2, 5, 10, Number.POSITIVE_INFINITY],
  history_lag: [5, 15, 60, Number.POSITIVE_INFINITY],
}

it('is all of the table, and nothing that is not in it', () => {
  expect(GRADED.map(({ id }) => id).toSorted()).toEqual(Object.keys(TABLE).toSorted())
})

describe.each(GRADED.map((one) => [one.id, one] as const))('%s', (id, one) => {
  it('stands in an output of a probe that runbooks can use', () => {
    expect(Object.keys(PROBES.get(one.probe)?.outputs ?? {})).toContain(one.output)
  })

  it('has a formula, a source, and the thresholds of the table', () => {
    expect(one.formula).toMatch(/\w{4,}/)
    expect(one.source).toMatch(/ours|Dr\. Elephant|DataFlint|Sparklens/)
    expect(one.thresholds).toEqual(TABLE[id])
  })
})

it('says of each what time holds it down, or why none does', () => {
  for (const { id, material } of GRADED) expect([id, material.time ?? material.except]).toEqual([id, expect.stringMatching(/\w{4,}/)])
  const unheld = GRADED.filter(({ material }) => material.time === null).map(({ id }) => id)
  // Failure counts, exclusion, streaming, the listener and allocation: as the reference has it. Nor what no task waits for.
  expect(new Set(unheld)).toEqual(new Set(['alloc_stuck', 'excluded', 'exec_churn', 'history_lag', 'history_latency', 'listener_drop', 'no_progress', 'stage_retries', 'state_growth', 'stream_lag', 'stream_rate', 'task_fail_rate']))
}) // prettier-ignore

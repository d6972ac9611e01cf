// Every figure of a finding can be checked by hand: the link beside it answers with the same numbers, or with what adds up to them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Evidence, Finding, Outputs } from '../../src/diagnosis/model.ts'
import { PERFORMANCE } from '../../src/diagnosis/performance/findings.ts'
import { median } from '../../src/diagnosis/performance/measure.ts'
import { runProbes } from '../../src/diagnosis/run-probes.ts'
import { loadRecording } from '../../src/sandbox/spark/recording.ts'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { NEVER, type Stage, platformOf, runOf } from '../platforms/support.ts'
import { GRADED, type GradedFinding } from '../../src/diagnosis/catalogue.ts'
import { lookBehind } from './figures/behind.ts'
import { madeRecording, watchedSeries } from './figures/made.ts'
import { prometheusOf } from './figures/prometheus.ts'
import { RECOMPUTE } from './figures/recompute.ts'
import { EVERYTHING_TOLD } from './everything-told.ts'

type Json = unknown
interface Seen {
  readonly outputs: Outputs
  readonly figures: readonly Evidence[]
}

/** Every number that stands in an answer under a name, at any depth. */
function valuesOf(answer: Json, name: string): number[] {
  if (Array.isArray(answer)) return answer.flatMap((one) => valuesOf(one, name))
  if (typeof answer !== 'object' || answer === null) return []
  return Object.entries(answer).flatMap(([key, value]) => {
    if (key !== name) return valuesOf(value, name)
    if (typeof value === 'number') return [value]
    return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : []
  })
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** The executors of a list, without the driver. */
function executors(answer: Json): Record<string, unknown>[] {
  return (answer as Record<string, unknown>[]).filter(({ id }) => id !== 'driver')
}

/** Figures as findings write them, each as `name value`: whether the answer bears it out. */
function bornOut(text: string, answer: Json): string[] {
  const wrong: string[] = []
  const check = (what: string, values: readonly number[], value: number): void => {
    if (!values.some((one) => Math.abs(one - value) < 1e-6)) wrong.push(`${what} ${value} is not among ${values.slice(0, 5).join(', ')}`) // prettier-ignore
  }
  for (const [, name, value] of text.matchAll(/sum (totalGCTime|totalDuration) (\d+)/g))
    check(`sum ${name}`, [sum(valuesOf(executors(answer), name ?? ''))], Number(value))
  for (const [, name, value] of text.matchAll(
    /\b(?<!sum )(totalGCTime|totalDuration|jvmGcTime|shuffleFetchWaitTime|executorRunTime|diskBytesSpilled|inputBytes|shuffleReadBytes|resultSize|numTasks|numFailedTasks|numCompleteTasks|attemptId|JVMHeapMemory) (\d+)/g,
  ))
    check(name ?? '', valuesOf(answer, name ?? ''), Number(value))
  const pairs = /\b(\w+)(?: \+ (\w+))? (?:max|median) ([\d.]+)(?: ms)?(?:, (?:max|median) ([\d.]+))?/g
  for (const [, name, other, ...values] of text.matchAll(pairs)) {
    const second = valuesOf(answer, other ?? '')
    const both = valuesOf(answer, name ?? '').map((value, at) => value + (second[at] ?? 0))
    // The median of an even number lies between two that the answer holds.
    const middle = Array.isArray(answer) ? (median(valuesOf(executors(answer), name ?? '')) ?? 0) : 0
    for (const value of values) if (value !== undefined) check(name ?? '', [...both, middle], Number(value))
  }
  return wrong
}

let spark: SparkReplay
const seen = new Map<string, Seen[]>()
const USES = ['spark.performance', 'spark.skew', 'spark.failed-stages', 'spark.executor-deaths']
const RECORDINGS = ['data-skew', 'executor-oom', 'fetch-failed', 'healthy'] as const

beforeAll(async () => {
  spark = await createSparkReplay({ port: 0 })
  for (const recording of RECORDINGS) {
    const { appId } = spark.start(recording)
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl })
    // One formula at a time: the probe tells four at most.
    const steps = [
      ...PERFORMANCE.map(({ id }) => ({ id, use: 'spark.performance', params: { only: [id] }, heading: id })),
      ...USES.slice(1).map((use) => ({ id: use.replace(/\W/g, '_'), use, params: undefined, heading: use })),
    ]
    const context = { run: runOf({ runId: appId }), labels: {}, reader, signal: NEVER, now: new Date(), limits: EVERYTHING_TOLD } // prettier-ignore
    const results = await runProbes(steps, context, { deadlineMs: 20_000, concurrency: 4 })
    seen.set(
      recording,
      results.map(({ outputs, findings }) => ({
        outputs,
        figures: findings.flatMap((finding: Finding) =>
          finding.evidence.filter(({ link }) => link?.includes('/api/v1/') === true),
        ),
      })),
    )
  }
})
afterAll(() => spark?.close())

describe.each(RECORDINGS)('on the recording %s', (recording) => {
  it('every link answers, with the figures or with what adds up to them', async () => {
    const figures = seen.get(recording)!.flatMap((one) => one.figures)
    expect(figures.length).toBeGreaterThan(3)
    for (const { text, link } of figures) {
      const answer = await fetch(link!)
      expect([link, answer.status]).toEqual([link, 200])
      expect([text, link, bornOut(text, await answer.json())]).toEqual([text, link, []])
    }
  })
})

it('the recordings show most of the formulas at work', () => {
  const told = new Set([...seen.values()].flat().flatMap(({ figures }) => figures.map(({ text }) => text.split(':', 1)[0]))) // prettier-ignore
  for (const id of ['gc_ratio', 'idle_cores', 'heap_peak', 'fetch_wait', 'sched_delay', 'big_partition', 'result_size', 'exec_churn', 'task_fail_rate'])
    expect([...told], id).toContain(id)
}) // prettier-ignore

it('notices a figure that is not there', () => {
  const answer = [{ id: '1', totalGCTime: 5, totalDuration: 9 }, { id: 'driver', totalGCTime: 100 }]
  expect(bornOut('gc_ratio: sum totalGCTime 5 ms, sum totalDuration 9 ms', answer)).toEqual([])
  expect(bornOut('gc_ratio: sum totalGCTime 105 ms, sum totalDuration 9 ms', answer)).toHaveLength(1)
  expect(bornOut('task_fail_rate: numFailedTasks 3', { numFailedTasks: 4 })).toHaveLength(1)
  expect(bornOut('executorRunTime max 6 ms, median 2 ms', { executorRunTime: [1, 6] })).toHaveLength(1)
}) // prettier-ignore

describe('the catalogue', () => {
  /** Applications as they were recorded, and one in which everything is wrong; with and without a Prometheus. */
  const WORLDS = ['data-skew', 'executor-oom', 'fetch-failed', 'streaming-lag', 'made', 'watched'] as const
  /** Whatever a probe would not look at for being small. */
  const FLOORS: Readonly<Record<string, object>> = {
    'spark.skew': { least_s: 0, least_mib: 0, material_s: [0, 0, 0, 1e15] },
    'spark.streaming': { least_mib: 0, trigger_s: 0.1 },
  }
  /** Half of the last place that outputs are rounded to; of minutes also the second that a page of Prometheus leaves out. */
  const ROUNDED: Readonly<Record<string, number>> = {
    'spark.skew': 0.05,
    'spark.progress': 0.05 + 1 / 60,
    'spark.streaming': 0.005,
    'spark.history-server': 0.05,
  }
  interface Told {
    readonly world: string
    readonly value: number
    readonly finding: Finding
  }
  const told = new Map<string, Told[]>(GRADED.map(({ id }) => [id, []]))
  const servers: (SparkReplay | Stage)[] = []

  beforeAll(async () => {
    for (const world of WORLDS) {
      const recording = world === 'made' || world === 'watched' ? madeRecording() : loadRecording(world, '4')
      // Nothing has moved since it was recorded.
      const { at } = recording.live
      // Its History Server has not read a log since yesterday.
      const replay = await createSparkReplay({ port: 0, now: () => at, readAt: () => at - 86_400_000 })
      servers.push(replay)
      const { appId } = replay.start(recording, recording.live.appId)
      const prometheus = world === 'watched' ? await prometheusOf(watchedSeries(recording, appId)) : null
      if (prometheus !== null) servers.push(prometheus)
      const { reader } = platformOf({
        master_url: replay.masterUrl,
        history_url: replay.historyUrl,
        ...(prometheus === null ? {} : { prometheus: { url: prometheus.url } }),
      })
      const context = { run: runOf({ runId: appId }), labels: {}, reader, signal: NEVER, now: new Date(recording.live.at), limits: EVERYTHING_TOLD } // prettier-ignore
      const steps = GRADED.map(({ id, probe }) => ({
        id,
        use: probe,
        params: probe === 'spark.performance' ? { only: [id] } : FLOORS[probe],
        heading: id,
      }))
      const results = await runProbes(steps, context, { deadlineMs: 20_000, concurrency: 4 })
      for (const [index, { outputs, findings }] of results.entries()) {
        const { id, output } = GRADED[index]!
        const finding = findings.find((one) => one.severity !== 'none' && one.evidence.some(({ text }) => text.includes(`${id}:`))) // prettier-ignore
        const value = outputs[output]
        if (finding !== undefined && typeof value === 'number') told.get(id)?.push({ world, value, finding })
      }
    }
  })
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  it('is recomputed whole', () => {
    expect(Object.keys(RECOMPUTE).toSorted()).toEqual(GRADED.map(({ id }) => id).toSorted())
  })

  it.each(GRADED.map((one) => [one.id, one] as const))('%s: the links of the finding give its value', async (id, { output, probe }: GradedFinding) => {
    const seen = told.get(id)!
    expect(seen.length, `${id} is told of none of ${WORLDS.join(', ')}`).toBeGreaterThan(0)
    for (const { world, value, finding } of seen) {
      const behind = await lookBehind(finding.evidence)
      const own = /stage_retries: attemptId (\d+)/.exec(behind.text)?.[1]
      // An output is rounded; the stage that was tried most often need not be the one that is told.
      const expected = id === 'stage_retries' ? Number(own) : value
      const recomputed = RECOMPUTE[id]!(behind)
      expect(Math.abs(recomputed - expected), `${output} in ${world}: ${recomputed} by the links, ${expected} told`).toBeLessThanOrEqual((ROUNDED[probe] ?? 0.0005) * 1.01)
    }
  }) // prettier-ignore
})

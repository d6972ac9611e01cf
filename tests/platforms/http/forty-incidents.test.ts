// Forty failures of one platform at once: it is asked a bounded number of times, never by too many, and all findings come.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type StepResult, runProbes } from '../../../src/diagnosis/run-probes.ts'
import { type Platforms, createPlatforms } from '../../../src/platforms/create.ts'
import { platformConfigSchema } from '../../../src/platforms/registry.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { type SparkReplay, createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { type CountingProxy, countingProxy } from '../../support/counting-proxy.ts'
import { DEPS, runOf } from '../support.ts'

const PROBES = [
  'spark.application',
  'spark.executor-deaths',
  'spark.failed-stages',
  'spark.performance',
  'run.rerun',
]
const FORTY = 40
/** Answers are shared for five seconds: where all takes longer, the same is asked again. */
const FEW = 4

let spark: SparkReplay
let master: CountingProxy
let history: CountingProxy
beforeEach(async () => {
  spark = await createSparkReplay({ port: 0 })
  master = await countingProxy(spark.masterUrl)
  history = await countingProxy(spark.historyUrl, 2)
})
afterEach(() => Promise.all([spark.close(), master.close(), history.close()]))

function platforms(more: object): Platforms {
  const config = platformConfigSchema.parse({
    kind: 'spark-standalone',
    master_url: master.url,
    history_url: history.url,
    driver_ui: 'none',
    ...more,
  })
  return createPlatforms({ batch: config }, DEPS.normaliseJobName)
}

const readerOf = (probing: object = {}): PlatformReader => platforms({ probing }).readers.get('batch')!

function diagnose(reader: PlatformReader, run: Parameters<typeof runOf>[0]): Promise<StepResult[]> {
  const steps = PROBES.map((use, index) => ({ id: `s${index}`, use, heading: use, params: {} }))
  const context = {
    run: runOf(run),
    labels: {},
    reader,
    now: new Date(),
    signal: AbortSignal.timeout(30_000),
  }
  return runProbes(steps, context, { deadlineMs: 20_000, concurrency: 4 })
}

const unseen = (results: readonly StepResult[]): readonly string[] =>
  results.flatMap(({ findings }) => findings.flatMap(({ unreached }) => unreached))

it('forty applications: their own details each, the listings once, eight at a time at most', async () => {
  const ids = Array.from({ length: FORTY }, () => spark.start('executor-oom').appId)
  await diagnose(readerOf(), { runId: ids[0]! })
  const one = history.asked.length
  master.reset()
  history.reset()
  const reader = readerOf({ per_second: 1000 })
  const all = await Promise.all(ids.map((runId) => diagnose(reader, { runId })))
  expect(all.flatMap(unseen)).toEqual([])
  expect(all.map((results) => results[1]?.outputs['signature'])).toEqual(ids.map(() => 'F02'))
  // Once in five seconds, and this machine may be slow.
  expect(master.asked.length).toBeLessThanOrEqual(FEW)
  expect(history.asked.length).toBeLessThanOrEqual(FORTY * one)
  expect(history.most()).toBeLessThanOrEqual(8)
  expect(history.most()).toBeGreaterThan(4)
})

it('forty alerts of one application: it is read as if there were one', async () => {
  const { appId } = spark.start('executor-oom')
  await diagnose(readerOf(), { runId: appId })
  const one = history.asked.length
  history.reset()
  const reader = readerOf()
  const all = await Promise.all(Array.from({ length: FORTY }, () => diagnose(reader, { runId: appId })))
  expect(all.flatMap(unseen)).toEqual([])
  expect(all.every((results) => results[1]?.outputs['signature'] === 'F02')).toBe(true)
  expect(history.asked.length).toBeLessThanOrEqual(one * FEW)
})

it('forty job names that nobody knows: one look at the list', async () => {
  const reader = readerOf()
  const names = Array.from({ length: FORTY }, (_, index) => `job-${index}`)
  const all = await Promise.all(names.map((jobName) => diagnose(reader, { jobName })))
  expect(all.map((results) => results[0]?.findings[0]?.sentence)).toEqual(
    names.map((name) => expect.stringContaining(`knows no application ${name}`)),
  )
  expect(new Set(history.asked)).toEqual(new Set(['/api/v1/applications?limit=500']))
  expect(history.asked.length).toBeLessThanOrEqual(FEW)
})

it('an application that began after a look that is still shared is found, as one that was known', async () => {
  const reader = readerOf()
  const soon = (): AbortSignal => AbortSignal.timeout(20_000)
  const { appId: before } = spark.start('executor-oom')
  expect((await reader.locate(runOf({ runId: before }), soon()))?.state).toBe('running')
  expect(await reader.runs('nobody-knows', 5, soon())).toEqual([])
  const { appId, name } = spark.start('healthy')
  const [located, run, runs] = await Promise.all([
    reader.locate(runOf({ runId: appId }), soon()),
    reader.run(runOf({ runId: appId }), soon()),
    reader.runs(name, 5, soon()),
  ])
  expect([located?.state, run?.state, runs.map(({ id }) => id)]).toEqual(['running', 'running', [appId]])
})

it('forty applications that began after the shared look: one more look for all of them', async () => {
  const reader = readerOf({ per_second: 1000 })
  const soon = (): AbortSignal => AbortSignal.timeout(20_000)
  const { appId: before } = spark.start('executor-oom')
  await reader.locate(runOf({ runId: before }), soon())
  const ids = Array.from({ length: FORTY }, () => spark.start('executor-oom').appId)
  const all = await Promise.all(ids.map((runId) => reader.locate(runOf({ runId }), soon())))
  expect(all.map((app) => [app?.id, app?.state])).toEqual(ids.map((id) => [id, 'running']))
  expect(master.asked.length).toBeLessThanOrEqual(FEW)
})

it('P7: what verifies an action is never told what was true before it', async () => {
  const { appId } = spark.start('executor-oom')
  const { readers, writers } = platforms({ actions: ['application.kill'] })
  const reader = readers.get('batch')!
  const run = runOf({ runId: appId })
  expect((await reader.locate(run, AbortSignal.timeout(5000)))?.state).toBe('running')
  expect(await writers.get('batch')?.kill(appId, AbortSignal.timeout(5000))).toMatchObject({
    kind: 'accepted',
  })
  expect((await reader.locate(run, AbortSignal.timeout(5000)))?.state).toBe('running')
  expect((await reader.fresh!.locate(run, AbortSignal.timeout(5000)))?.state).toBe('killed')
})

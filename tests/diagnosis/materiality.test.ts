// Severity = min(of the value, of what it costs): of every graded finding that says so, in an application with everything wrong.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GRADED } from '../../src/diagnosis/catalogue.ts'
import { gravest, type FindingSeverity } from '../../src/diagnosis/model.ts'
import { type StepResult, runProbes } from '../../src/diagnosis/run-probes.ts'
import { type Thresholds, falls } from '../../src/diagnosis/thresholds.ts'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { NEVER, type Stage, platformOf, runOf } from '../platforms/support.ts'
import { madeRecording, watchedSeries } from './figures/made.ts'
import { prometheusOf } from './figures/prometheus.ts'

/** Whatever a probe would not look at for being small. */
const FLOORS: Readonly<Record<string, object>> = {
  'spark.skew': { least_s: 0, least_mib: 0 },
  'spark.streaming': { least_mib: 0, trigger_s: 0.1 },
}
/** Every value reaches medium. */
const thresholds = Object.fromEntries(
  GRADED.map(({ id, thresholds: ours }) => [
    id,
    falls(ours) ? ([1e15, 1e15, -1, -2] as const) : ([0, 0, 1e15, 1e15] as const),
  ]),
)

const servers: (SparkReplay | Stage)[] = []
/** What each is told as, by what a minute is worth. */
const told: Record<'nothing' | 'little' | 'much', Map<string, FindingSeverity>> = { nothing: new Map(), little: new Map(), much: new Map() } // prettier-ignore
const MATERIAL: Readonly<Record<keyof typeof told, Thresholds>> = {
  nothing: [1e15, 1e15, 1e15, 1e15],
  little: [0, 1e15, 1e15, 1e15],
  much: [0, 0, 0, 0],
}

function severityIn(results: readonly StepResult[], index: number, id: string): FindingSeverity {
  const findings = results[index]?.findings ?? []
  return gravest(findings.filter(({ evidence }) => evidence.some(({ text }) => text.includes(`${id}:`))).map(({ severity }) => severity)) // prettier-ignore
}

beforeAll(async () => {
  const recording = madeRecording()
  const { at } = recording.live
  const replay = await createSparkReplay({ port: 0, now: () => at, readAt: () => at - 86_400_000 })
  servers.push(replay)
  const { appId } = replay.start(recording, recording.live.appId)
  const prometheus = await prometheusOf(watchedSeries(recording, appId))
  servers.push(prometheus)
  const { reader } = platformOf({ master_url: replay.masterUrl, history_url: replay.historyUrl, prometheus: { url: prometheus.url } }) // prettier-ignore
  for (const [worth, severities] of Object.entries(told)) {
    const limits = { thresholds, materialMs: MATERIAL[worth as keyof typeof told] }
    const context = { run: runOf({ runId: appId }), labels: {}, reader, signal: NEVER, now: new Date(recording.live.at), limits } // prettier-ignore
    const steps = GRADED.map(({ id, probe }) => ({
      id,
      use: probe,
      params: probe === 'spark.performance' ? { only: [id] } : FLOORS[probe],
      heading: id,
    }))
    const results = await runProbes(steps, context, { deadlineMs: 20_000, concurrency: 4 })
    for (const [index, { id }] of GRADED.entries()) severities.set(id, severityIn(results, index, id))
  }
})
afterAll(() => Promise.all(servers.map((server) => server.close())))

describe.each(GRADED.map((one) => [one.id, one] as const))('%s', (id, { material: { time, except } }) => {
  it('matters where time is dear', () => {
    expect(told.much.get(id)).not.toBe('none')
  })

  it(time === null ? 'is held down by no time' : `is held down by ${time}`, () => {
    // Of what is read and what is written, that which no time holds down is what is left.
    if (except !== null) expect(told.nothing.get(id)).toBe(told.much.get(id))
    else expect([told.nothing.get(id), told.little.get(id)]).toEqual(['none', 'low'])
  })
})

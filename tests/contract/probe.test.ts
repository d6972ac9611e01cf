// The contract over every probe of the registry, each on a recording that shows it something. A probe without one fails here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROBES } from '../../src/diagnosis/registry.ts'
import type { PlatformReader } from '../../src/ports.ts'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { NEVER, platformOf, runOf } from '../platforms/support.ts'
import { type FakePrometheus, metricsOf, startPrometheus } from '../support/prometheus.ts'
import { type ProbeSample, probeContract } from './probe.ts'

/** The recording on which a probe sees most, by probe. */
const RECORDING: Readonly<
  Record<
    string,
    {
      recording: string
      params?: unknown
      log?: string
      gauges?: Readonly<Record<string, number>>
      /** Why a container of it was killed. */
      killed?: string
      /** It has run so many nights before, just so. */
      nights?: number
    }
  >
> = {
  'spark.application': { recording: 'healthy' },
  'spark.cluster': { recording: 'healthy' },
  'spark.executor-deaths': { recording: 'executor-oom' },
  'spark.history-server': { recording: 'healthy' },
  'spark.failed-stages': { recording: 'fetch-failed' },
  'run.rerun': { recording: 'executor-oom' },
  'run.history': { recording: 'healthy', nights: 3 },
  'run.state': { recording: 'healthy' },
  'run.changes': { recording: 'healthy' },
  'run.containers': { recording: 'executor-oom', killed: 'OOMKilled' },
  'spark.log': {
    recording: 'healthy',
    log: 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
  },
  'spark.listener-drops': { recording: 'healthy' },
  'spark.performance': { recording: 'data-skew' },
  'spark.progress': { recording: 'executor-oom' },
  'spark.streaming': {
    recording: 'healthy',
    params: { trigger_s: 2 },
    gauges: {
      'spark.streaming.orders.latency': 5229,
      'spark.streaming.orders.inputRate-total': 210.9,
      'spark.streaming.orders.processingRate-total': 153,
      'spark.streaming.orders.states-usedBytes': 536136,
    },
  },
  'prometheus.query': { recording: 'healthy', params: { query: 'max by (executor) (heap)', last: '1h' } },
  'spark.skew': { recording: 'data-skew' },
  'spark.threads': { recording: 'healthy' },
}

let spark: SparkReplay
let prometheus: FakePrometheus
const started = new Map<string, string>()

beforeAll(async () => {
  spark = await createSparkReplay({ port: 0 })
  const labels = { executor: '2' }
  prometheus = await startPrometheus(metricsOf([[labels, 0.97]], [[labels, [0.4, 0.6, 0.97]]]))
})
afterAll(() => Promise.all([spark?.close(), prometheus?.close()]))

function sampleOf(id: string): () => Promise<ProbeSample> {
  return () => {
    const { recording, params, log, gauges, killed, nights } = RECORDING[id]!
    const runId = started.get(recording) ?? spark.start(recording).appId
    started.set(recording, runId)
    const { reader } = platformOf({
      master_url: spark.masterUrl,
      history_url: spark.historyUrl,
      prometheus: { url: prometheus.url },
    })
    const told = killed === undefined ? reader : withContainer(reader, killed)
    const before = nights === undefined ? told : withNights(told, runId, nights)
    const heard = log === undefined ? before : withLog(before, log)
    return Promise.resolve({
      reader:
        gauges === undefined
          ? heard
          : { ...heard, gauges: () => Promise.resolve(new Map(Object.entries(gauges))) },
      run: runOf({ runId }),
      params,
      now: new Date(),
    })
  }
}

/** A standalone cluster keeps no driver's log; this one does. */
function withLog(reader: PlatformReader, text: string): PlatformReader {
  const tail = { text, whose: 'driver', cut: false, from: 'the driver’s log', link: null } as const
  return {
    ...reader,
    capabilities: new Set([...reader.capabilities, 'log']),
    log: () => Promise.resolve(tail),
  }
}

/** A standalone cluster has no containers; this one had one. */
function withContainer(reader: PlatformReader, reason: string): PlatformReader {
  const container = {
    id: 'orders-exec-1',
    role: 'executor',
    state: 'ended',
    reason,
    message: null,
    exitCode: 137,
    restarts: 0,
    node: 'node-a',
    startedAt: null,
    endedAt: null,
    memoryLimitBytes: 2 ** 30,
    link: 'https://kubernetes/api/v1/namespaces/etl/pods/orders-exec-1',
    listedAt: 'https://kubernetes/api/v1/namespaces/etl/pods',
  } as const
  return {
    ...reader,
    capabilities: new Set([...reader.capabilities, 'containers']),
    containers: () => Promise.resolve([container]),
  }
}

/** A recording is of one run; this job has done the same the nights before. */
function withNights(reader: PlatformReader, runId: string, nights: number): PlatformReader {
  const earlier = (night: number, at: Date | null): Date | null =>
    at === null ? null : new Date(at.getTime() - night * 86_400_000)
  return {
    ...reader,
    async runs(jobName, limit, signal) {
      const own = await reader.runs(jobName, limit, signal)
      const [run] = own.filter(({ id }) => id === runId)
      if (run === undefined) return own
      const past = Array.from({ length: nights }, (_, index) => ({
        ...run,
        id: `${runId}-${index}`,
        applicationId: null,
        state: 'succeeded' as const,
        submittedAt: earlier(index + 1, run.submittedAt),
        startedAt: earlier(index + 1, run.startedAt),
        endedAt: earlier(index + 1, new Date()),
      }))
      return [...own, ...past].slice(0, limit)
    },
    locate: (run, signal) =>
      reader.locate(run.runId?.startsWith(runId) === true ? { ...run, runId } : run, signal),
  }
}

describe('every probe', () => {
  it('has a recording on which it sees something', () => {
    expect(Object.keys(RECORDING).sort()).toEqual([...PROBES.keys()].sort())
  })

  it('is registered under its own id', () => {
    for (const [id, probe] of PROBES) expect(probe.id).toBe(id)
  })

  it('reads a Spark that is there', async () => {
    const { reader } = platformOf({ master_url: spark.masterUrl })
    expect(await reader.check(NEVER)).toContain('alive')
  })
})

for (const [id, probe] of PROBES) if (id in RECORDING) probeContract(probe, sampleOf(id))

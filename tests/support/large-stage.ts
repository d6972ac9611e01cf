// An application with one very large stage in a real History Server, and its whole diagnosis: for tests and for the figures.
import path from 'node:path'
import { type Cluster, startCluster, until } from '../../scripts/spark/cluster.ts'
import { LARGE_APP, largeLog, writeLargeLog } from '../../scripts/spark/large-log.ts'
import type { SparkInstallation } from '../../scripts/spark/lines.ts'
import { type StepResult, runProbes } from '../../src/diagnosis/run-probes.ts'
import { createPlatforms } from '../../src/platforms/create.ts'
import { platformConfigSchema } from '../../src/platforms/registry.ts'
import type { PlatformReader } from '../../src/ports.ts'

const PROBES = [
  'spark.application',
  'spark.executor-deaths',
  'spark.failed-stages',
  'spark.performance',
  'spark.skew',
  'run.state',
  'run.rerun',
]

/** A History Server may take a minute to play such a log when it is first asked for it. */
const LOAD_LIMIT_MS = 300_000

/** A cluster whose History Server has loaded the application. Its heap holds the 100,000 tasks that it keeps of a stage. */
export async function serveLargeStage(spark: SparkInstallation, tasks: number): Promise<Cluster> {
  const cluster = await startCluster(spark, { history: true, workers: 0, daemonMemory: '1g' })
  try {
    await writeLargeLog(
      await largeLog(spark.line, tasks),
      path.join(cluster.eventLogDir, `${LARGE_APP}.zstd`),
    )
    const stages = `${cluster.historyUrl}/api/v1/applications/${LARGE_APP}/stages?details=false`
    await until(async () => (await fetch(stages)).ok, 'the History Server to load the log', LOAD_LIMIT_MS)
    return cluster
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

/** As an alert's diagnosis reads it, with a master that answers and knows nothing. */
export function readerAt(masterUrl: string, historyUrl: string): PlatformReader {
  const config = platformConfigSchema.parse({
    kind: 'spark-standalone',
    master_url: masterUrl,
    history_url: historyUrl,
    driver_ui: 'none',
    timeout_ms: 30_000,
  })
  return createPlatforms({ large: config }, (name) => name).readers.get('large')!
}

export function diagnoseWith(reader: PlatformReader, runId = LARGE_APP): Promise<StepResult[]> {
  const run = { platform: 'large', cluster: null, jobName: null, runId, attempt: null, retriesLeft: null }
  return runProbes(
    PROBES.map((use) => ({ id: use.replace('.', '-'), use, heading: use, params: {} })),
    { run, labels: {}, reader, now: new Date(), signal: AbortSignal.timeout(120_000) },
    { deadlineMs: 100_000, concurrency: 4 },
  )
}

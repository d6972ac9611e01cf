// One look at an application: everything the performance findings need, read in a bounded number of requests.
import type {
  PlatformReader,
  SparkApplication,
  SparkExecutor,
  SparkJob,
  SparkStage,
  SparkTaskQuantiles,
} from '../../ports.ts'
import { reasonOf } from '../../errors.ts'

/** Stages whose tasks are looked at: those that cost most. Each is one request. */
const STAGES_READ = 5

export interface Snapshot {
  readonly app: SparkApplication
  readonly now: Date
  /** Without the driver. */
  readonly executors: readonly SparkExecutor[]
  readonly driver: SparkExecutor | null
  readonly stages: readonly SparkStage[]
  readonly jobs: readonly SparkJob[]
  readonly properties: ReadonlyMap<string, string>
  /** Quantiles of the costliest stages, by `<id>.<attempt>`; absent where no task has succeeded. */
  readonly quantiles: ReadonlyMap<string, SparkTaskQuantiles>
  /** What could not be read, and why. */
  readonly unreached: readonly string[]
}

/** Names a stage attempt as Spark's pages do. */
export function stageName(stage: Pick<SparkStage, 'id' | 'attempt'>): string {
  return `${stage.id}.${stage.attempt}`
}

/** Reads a snapshot. A part that cannot be read is empty and named in `unreached`; throws only at the signal. */
export async function takeSnapshot(
  reader: PlatformReader,
  app: SparkApplication,
  now: Date,
  signal: AbortSignal,
): Promise<Snapshot> {
  const unreached = [...app.unreached]
  async function attempt<T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await read()
    } catch (error) {
      signal.throwIfAborted()
      unreached.push(`${what}: ${reasonOf(error)}`)
      return otherwise
    }
  }
  const [everyone, stages, jobs, properties] = await Promise.all([
    attempt('executors', () => reader.executors(app, signal), []),
    attempt('stages', () => reader.stages(app, signal), []),
    attempt('jobs', () => reader.jobs(app, signal), []),
    attempt('environment', () => reader.environment(app, signal), new Map<string, string>()),
  ])
  const costliest = [...stages].sort((a, b) => b.executorRunMs - a.executorRunMs).slice(0, STAGES_READ)
  const read = await Promise.all(
    costliest.map(async (stage) => {
      const name = stageName(stage)
      const found = await attempt(
        `tasks of stage ${name}`,
        () => reader.taskQuantiles(app, stage, signal),
        null,
      )
      return found === null ? [] : [[name, found] as const]
    }),
  )
  return {
    app,
    now,
    executors: everyone.filter(({ id }) => id !== 'driver'),
    driver: everyone.find(({ id }) => id === 'driver') ?? null,
    stages,
    jobs,
    properties,
    quantiles: new Map(read.flat()),
    unreached,
  }
}

/** One point of a series; null where Spark gave none. Points are those of the reader: 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1. */
export function quantile(of: SparkTaskQuantiles, series: readonly number[], point: number): number | null {
  return series[of.quantiles.indexOf(point)] ?? null
}

// One look at an application: everything the performance findings need, read in a bounded number of requests.
import type {
  PlatformReader,
  SparkApplication,
  SparkExecutor,
  SparkJob,
  SparkQuery,
  SparkStage,
  SparkTaskQuantiles,
} from '../../ports.ts'
import { attempting } from '../attempt.ts'

/** Stages whose tasks are looked at: those that cost most. Each is one request. */
const STAGES_READ = 5
/** Queries whose operators are looked at: unfinished ones, then the newest. Each is one request. */
const QUERIES_READ = 10

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
  /** Empty where the platform does not tell of SQL. */
  readonly queries: readonly SparkQuery[]
  /** What could not be read, and why. */
  readonly unreached: readonly string[]
}

/** The instant to which times of an application are counted: its end, or now. */
export function untilOf({ app, now }: Pick<Snapshot, 'app' | 'now'>): Date {
  return app.endedAt ?? now
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
  const attempt = attempting(unreached, signal)
  const [everyone, stages, jobs, properties, queries] = await Promise.all([
    attempt('executors', () => reader.executors(app, signal), []),
    attempt('stages', () => reader.stages(app, signal), []),
    attempt('jobs', () => reader.jobs(app, signal), []),
    attempt('environment', () => reader.environment(app, signal), new Map<string, string>()),
    reader.capabilities.has('sql')
      ? attempt('SQL queries', () => reader.queries(app, QUERIES_READ, signal), [])
      : [],
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
    queries,
    unreached,
  }
}

/** One point of a series; null where Spark gave none. Points are those of the reader: 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1. */
export function quantile(of: SparkTaskQuantiles, series: readonly number[], point: number): number | null {
  return series[of.quantiles.indexOf(point)] ?? null
}

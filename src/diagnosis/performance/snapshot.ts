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

/** What is read of an application, each as a whole. */
export type Part = 'executors' | 'stages' | 'jobs' | 'environment' | 'queries' | 'tasks'

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
  /** Parts of which nothing could be read: they are empty here, which says nothing. */
  readonly unread: ReadonlySet<Part>
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

/**
 * Reads a snapshot. A part that cannot be read is empty, in `unread` and named in `unreached`; a piece of one (the tasks
 * of a stage) is named alone. Throws only at the signal.
 */
export async function takeSnapshot(
  reader: PlatformReader,
  app: SparkApplication,
  now: Date,
  signal: AbortSignal,
): Promise<Snapshot> {
  const unreached = [...app.unreached]
  const attempt = attempting(unreached, signal)
  const unread = new Set<Part>()
  const part = async <T>(of: Part, what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    const found = await attempt<T | null>(what, read, null)
    if (found === null) unread.add(of)
    return found ?? otherwise
  }
  const [everyone, stages, jobs, properties, queries] = await Promise.all([
    part('executors', 'executors', () => reader.executors(app, signal), []),
    part('stages', 'stages', () => reader.stages(app, signal), []),
    part('jobs', 'jobs', () => reader.jobs(app, signal), []),
    part('environment', 'environment', () => reader.environment(app, signal), new Map<string, string>()),
    reader.capabilities.has('sql')
      ? part('queries', 'SQL queries', () => reader.queries(app, QUERIES_READ, signal), [])
      : [],
  ])
  const costliest = [...stages].sort((a, b) => b.executorRunMs - a.executorRunMs).slice(0, STAGES_READ)
  const asked = await Promise.all(
    costliest.map(async (stage) => {
      const name = stageName(stage)
      const ask = async (): Promise<[string, SparkTaskQuantiles | null]> => [name, await reader.taskQuantiles(app, stage, signal)] // prettier-ignore
      return attempt(`tasks of stage ${name}`, ask, null)
    }),
  )
  const read = asked.filter((one) => one !== null)
  // Whoever does not know the stages knows none of their tasks.
  if (unread.has('stages') || (costliest.length > 0 && read.length === 0)) unread.add('tasks')
  return {
    app,
    now,
    executors: everyone.filter(({ id }) => id !== 'driver'),
    driver: everyone.find(({ id }) => id === 'driver') ?? null,
    stages,
    jobs,
    properties,
    quantiles: new Map(read.filter((one): one is [string, SparkTaskQuantiles] => one[1] !== null)),
    queries,
    unread,
    unreached,
  }
}

/** One point of a series; null where Spark gave none. Points are those of the reader: 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1. */
export function quantile(of: SparkTaskQuantiles, series: readonly number[], point: number): number | null {
  return series[of.quantiles.indexOf(point)] ?? null
}
